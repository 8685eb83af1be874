"""What CI servers own: runs, their jobs and steps, and their logs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from opstui.domain.status import Status


class Capability(Enum):
    """What a CI server can do; what it can't is dimmed with the reason it gives."""

    START = "start"
    RERUN = "rerun"
    CANCEL = "cancel"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class CiStep:
    """A part of a run with its own state; times are aware, None until they happen."""

    name: str
    status: Status
    started: datetime | None = None
    finished: datetime | None = None
    exit_code: int | None = None
    log_start: int = 0
    """Offset in bytes of this step's first line in the run's log."""


@dataclass(frozen=True, slots=True)
class CiRun:
    """One attempt at one commit on one server."""

    server: str
    """Name of the server in the table, such as `local`."""
    id: str
    """The server's own id, unique on that server."""
    number: int
    workflow: str
    """What ran: the workflow's, job's or command's name."""
    commit: str
    branch: str
    status: Status
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    attempt: int = 1
    who: str = ""
    steps: tuple[CiStep, ...] = ()
    dirty: bool = False
    """It ran on uncommitted changes beside the commit."""
    url: str = ""
    reason: str = ""
    """Why it ended as it did, such as `exit 2 in step unit` or `supervisor was killed`."""
    command: str = ""
    """What was executed, as a shell would read it, where the server says so."""
    place: str = ""
    """Where the server keeps it, such as the folder that holds its log."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return f"{self.server}/{self.id}"

    def elapsed(self, now: datetime) -> float | None:
        """Seconds it has run or did run; None before it started."""
        if self.started is None:
            return None
        return ((self.finished or now) - self.started).total_seconds()


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A stretch of a log: raw bytes from an offset, and whether more can still come."""

    data: bytes
    offset: int
    """Where the next read starts, in bytes."""
    complete: bool
    """Nothing will be added any more."""


@dataclass(frozen=True, slots=True)
class CiCommand:
    """A command the local runner would execute, and where it was found.

    Commands named by a repository's own files run only once the person trusted exactly this
    text; `fingerprint` changes with the command and with the content of the file that names it.
    """

    argv: tuple[str, ...]
    source: str
    """Where it comes from: `.opstui.toml`, `.ci/run`, `noxfile.py`, or the user's settings."""
    fingerprint: str
    trusted: bool = False
    script: str = ""
    """What the files say that the fingerprint covers, for reading before trusting."""

    @property
    def text(self) -> str:
        """The command as a shell would read it."""
        import shlex

        return shlex.join(self.argv)
