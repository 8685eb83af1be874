"""What CI servers own: runs, their jobs and steps, their logs, and what can be started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from opstui.domain.status import Status


class Capability(Enum):
    """What a CI server can do; what it can't is dimmed with the reason it gives."""

    START = "start"
    """Start a run on a branch or commit."""
    RERUN = "rerun"
    """Run all of it again."""
    RERUN_FAILED = "rerun failed"
    """Run only the jobs that failed again."""
    RERUN_JOB = "rerun job"
    """Run one job again."""
    CANCEL = "cancel"
    FORCE = "force"
    """Cancel without waiting for anything to end by itself."""
    APPROVE = "approve"
    """Let a run or job go on that waits for a person."""
    JOBS = "jobs"
    """Tell the jobs of a run; without it a run is all there is."""
    LOG = "log"
    FOLLOW = "follow"
    """Give the log of something that still runs."""


@dataclass(frozen=True, slots=True)
class CiStep:
    """A part of a job (or of a run without jobs); times are aware, None until they happen."""

    name: str
    status: Status
    started: datetime | None = None
    finished: datetime | None = None
    exit_code: int | None = None
    log_start: int = 0
    """Offset in bytes of this step's first line in the job's (or run's) log."""
    id: str = ""
    """The server's own id, where it has one: then a log can be asked for by step."""

    @property
    def key(self) -> str:
        """Identity within its job."""
        return self.id or self.name


@dataclass(frozen=True, slots=True)
class CiJob:
    """A job, stage or build of a run; times are aware, None until they happen."""

    id: str
    """The server's own id, unique within the run."""
    name: str
    status: Status
    stage: str = ""
    """The stage or group it belongs to, where the server has such."""
    started: datetime | None = None
    finished: datetime | None = None
    attempt: int = 1
    steps: tuple[CiStep, ...] = ()
    optional: bool = False
    """Its failure does not fail the run."""
    required: bool = False
    """The branch's protection asks for it, as far as known."""
    log: bool = True
    """Whether there is a log to ask for now."""
    runner: str = ""
    """The machine or executor that ran it."""
    reason: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """Identity within its run."""
        return self.id

    def elapsed(self, now: datetime) -> float | None:
        """Seconds it has run or did run; None before it started."""
        return _elapsed(self.started, self.finished, now)


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing a server itself says went wrong: an annotation, or a failing test."""

    text: str
    where: str = ""
    """`tests/test_parser.py:41`, or the test's name."""
    job: str = ""
    """Name of the job it belongs to."""
    test: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """One declared input of a workflow."""

    name: str
    default: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    """The only values that are taken; empty for any."""
    flag: bool = False
    """It is `true` or `false`."""
    secret: bool = False
    """It is not to be shown, nor written down."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """Something that can be started, and what it asks for."""

    id: str
    """What the server wants to be told, such as a file name or a job's address."""
    name: str
    inputs: tuple[Input, ...] = ()
    note: str = ""
    """What a person must know before, such as `runs the branch's head, not a chosen commit`."""


@dataclass(frozen=True, slots=True)
class CiPlace:
    """What the search for CI servers found about one host or setting, for `doctor` and hints."""

    name: str
    """The server's name in the list, or the host where there is none."""
    kind: str
    """`github`, `gitlab` and so on; empty where no CI server was found there."""
    where: str
    """Its address, without credentials."""
    login: str = ""
    """Where the credentials came from, such as `GH_TOKEN` or `anonymous`; never their value."""
    note: str = ""
    """Why there is none, or what would make it better, as one sentence."""


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
    title: str = ""
    """The commit's subject or the pull request's title, where the server says it."""
    event: str = ""
    """What started it: push, pull request, schedule, a person."""
    jobs_done: int | None = None
    """Jobs that ended, None where the list does not tell."""
    jobs_total: int | None = None
    jobs_failed: int = 0
    """Jobs that failed already, though others may go on."""
    workflow_id: str = ""
    """What `start` wants to be told to run the same again, where that is needed."""
    flaky: bool = False
    """It passed, after an earlier attempt at the same commit had failed."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return f"{self.server}/{self.id}"

    def elapsed(self, now: datetime) -> float | None:
        """Seconds it has run or did run; None before it started."""
        return _elapsed(self.started, self.finished, now)


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


def _elapsed(started: datetime | None, finished: datetime | None, now: datetime) -> float | None:
    """Never less than 0: a server's clock may be ahead of ours."""
    return None if started is None else max(0.0, ((finished or now) - started).total_seconds())
