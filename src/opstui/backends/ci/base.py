"""What every CI server shares: a plain answer for each thing it can't do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import ClassVar

from opstui.domain.ci import (
    Capability,
    CiJob,
    CiRun,
    CiStep,
    Failure,
    LogChunk,
    Workflow,
)
from opstui.domain.errors import OpstuiError

WORDS: Mapping[Capability, str] = {
    Capability.START: "start a run",
    Capability.RERUN: "run something again",
    Capability.RERUN_FAILED: "run only what failed again",
    Capability.RERUN_JOB: "run one job again",
    Capability.CANCEL: "cancel a run",
    Capability.FORCE: "cancel without waiting for the end",
    Capability.APPROVE: "let a run go on that waits for a person",
    Capability.JOBS: "tell the jobs of a run",
    Capability.LOG: "give a log",
    Capability.FOLLOW: "give the log of what still runs",
}
"""What a server does, after "has no way to"."""


class BaseServer:
    """A server that can do nothing: each server overrides what it can, and names it."""

    kind: ClassVar[str] = ""
    """Its name in the table, such as `github`."""
    can: ClassVar[frozenset[Capability]] = frozenset()
    reasons: ClassVar[Mapping[Capability, str]] = {}
    """Why it can't, for what is missing in `can`."""

    def __init__(self, name: str, where: str) -> None:
        self._name = name
        self._where = where

    @property
    def name(self) -> str:
        """Shown in the server column."""
        return self._name

    @property
    def where(self) -> str:
        """Its address, without credentials."""
        return self._where

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do."""
        return self.can

    @property
    def tells(self) -> bool:
        """Whether it overrides `changes`."""
        return type(self).changes is not BaseServer.changes

    def why_not(self, capability: Capability) -> str:
        """The reason a missing capability is missing."""
        if capability in self.capabilities:
            return ""
        return self.reasons.get(capability, f"{self.kind} has no way to {WORDS[capability]}")

    def rest(self) -> float:
        """Seconds it wants to be left alone."""
        return 0.0

    def note(self) -> str:
        """What a person should know of it now."""
        return ""

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """None."""
        return ()

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        """None."""
        return ()

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """Refused."""
        raise self._cannot(Capability.LOG)

    async def workflows(self) -> tuple[Workflow, ...]:
        """None."""
        return ()

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Refused."""
        raise self._cannot(Capability.START)

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """Refused."""
        raise self._cannot(Capability.RERUN)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        """Refused."""
        raise self._cannot(Capability.CANCEL)

    async def approve(self, run: CiRun, job: CiJob | None = None) -> None:
        """Refused."""
        raise self._cannot(Capability.APPROVE)

    async def required(self, branch: str) -> frozenset[str]:
        """Not known."""
        return frozenset()

    async def changes(self) -> AsyncIterator[None]:
        """Never: it has to be polled."""
        await asyncio.Event().wait()
        yield

    async def close(self) -> None:
        """Nothing to let go of."""

    def _cannot(self, capability: Capability) -> OpstuiError:
        return OpstuiError(self.why_not(capability), where=self.where)
