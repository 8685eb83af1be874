"""What is asked only to follow the thread from one system to the next."""

from __future__ import annotations

from typing import Protocol

from opstui.domain.experiment import Run
from opstui.domain.model import ModelVersion


class Provenance(Protocol):
    """MLflow's answers across experiments and models."""

    async def run(self, run_id: str) -> tuple[Run | None, str]:
        """The run; or None, and how it is not there: `was deleted`."""
        ...

    async def runs_of(self, commit: str, limit: int) -> tuple[Run, ...]:
        """The newest runs of all experiments that recorded this commit."""
        ...

    async def version(self, name: str, version: str) -> ModelVersion | None:
        """The version, or None where there is no such one."""
        ...

    async def versions_of(self, run_id: str) -> tuple[ModelVersion, ...]:
        """The versions of all models that name this run, newest first, without aliases."""
        ...

    async def versions_from(self, source: str) -> tuple[ModelVersion, ...]:
        """The versions of all models that were registered from exactly this source."""
        ...
