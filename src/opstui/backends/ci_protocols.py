"""What the rest of the house may ask of CI; the rules are those of `protocols.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from opstui.domain.ci import (
    Capability,
    CiCommand,
    CiJob,
    CiPlace,
    CiRun,
    CiStep,
    Failure,
    LogChunk,
    Workflow,
)


class CiServer(Protocol):
    """One CI server as one repository sees it, or the local runner.

    `ci/table.py` names them; `ci/base.py` answers for what a server can't do.
    """

    @property
    def name(self) -> str:
        """Unique and shown in the server column, such as `local`, `github` or a host."""
        ...

    @property
    def where(self) -> str:
        """Its address for dialogs and errors, without credentials."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do at all; whether it is allowed shows when it is asked."""
        ...

    @property
    def tells(self) -> bool:
        """Whether `changes` really tells of news, so that it need not be polled."""
        ...

    def why_not(self, capability: Capability) -> str:
        """The reason a missing capability is missing, as one short sentence."""
        ...

    def rest(self) -> float:
        """Seconds it wants to be left alone before the next poll, from its limits and failures.

        0 where it does not mind; infinite where only the person can mend it, such as after 401.
        """
        ...

    def note(self) -> str:
        """What a person should know of it now, such as `anonymous: 12 of 60 requests left until
        14:05`; empty when all is well."""
        ...

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """The newest runs first, of all branches."""
        ...

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The newest attempt's jobs with their steps, in the order they run; empty without."""
        ...

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        """What the server itself says went wrong, of a job or of all: annotations, then tests."""
        ...

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """A log from a byte offset, at most `limit` bytes: a step's, a job's, or the run's.

        A negative offset counts from the end, as far as the log reaches now.
        """
        ...

    async def workflows(self) -> tuple[Workflow, ...]:
        """What can be started here, with its declared inputs; only where Capability.START."""
        ...

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Start a run; `workflow` is a Workflow's id, empty where there is only one."""
        ...

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """Run all of it again, only what failed, or one job; returns the run to look at."""
        ...

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        """Stop a run; returns once the server took it (the local runner: once nothing is left)."""
        ...

    async def approve(self, run: CiRun, job: CiJob | None = None) -> None:
        """Let a run or job go on that waits for a person."""
        ...

    async def required(self, branch: str) -> frozenset[str]:
        """Names of workflows or jobs that the branch's protection asks for; empty if unknown."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yields when the list of runs or one of their states may have changed."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class CiSearch(Protocol):
    """Finds the CI servers of the repository, and adds them to those that are known."""

    async def find(self) -> bool:
        """Look once at remotes, files at HEAD, settings and hosts.

        Returns as soon as something was found; True while more may come, so that one slow host
        keeps no other from being shown.
        """
        ...

    def forget(self) -> None:
        """Look again at the next `find`, and read credentials anew."""
        ...

    def places(self) -> tuple[CiPlace, ...]:
        """What was found so far, hosts without a CI server included."""
        ...


class CommandTrust(Protocol):
    """Which command the local runner would execute, and whether the person trusted it."""

    async def command(self, commit: str = "", workflow: str = "") -> CiCommand | None:
        """The configured or detected command at a commit (HEAD's by default), or a workflow's.

        None when there is nothing to run.
        """
        ...

    async def trust(self, command: CiCommand) -> None:
        """Remember that the person saw exactly this command and wants it run."""
        ...
