"""What the rest of the house may ask of whatever keeps the files of runs and models."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from opstui.domain.experiment import Artifact, LoggedModel, Run


class Artifacts(Protocol):
    """Files that runs and logged models left behind. Every method raises only OpstuiError."""

    async def models(self, run: Run) -> tuple[LoggedModel, ...]:
        """The models that a run logged beside its own artifacts."""
        ...

    async def folder(self, owner: str, path: str = "") -> tuple[Artifact, ...]:
        """One folder of a run's or a logged model's artifacts; folders first."""
        ...

    def content(self, file: Artifact) -> AsyncGenerator[bytes, None]:
        """The file's bytes as they come; to be closed by whoever gives up."""
        ...
