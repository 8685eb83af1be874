"""A CI server in memory, with jobs, steps, logs and failures that a test sets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from opstui.backends.ci.base import BaseServer
from opstui.domain.ci import Capability, CiJob, CiRun, CiStep, Failure, LogChunk
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = "2026-03-01T12:00:{:02d}.0000000Z "


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def run(number: int = 1, status: Status = Status.FAILED, **more: object) -> CiRun:
    made = CiRun(
        server="forge", id=str(number), number=number, workflow="ci", commit="4f2c1e9" + "0" * 33,
        branch="main", status=status, created=at(number - 100), started=at(0),
        finished=at(59) if status.finished else None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


UNIT = CiJob(
    id="u", name="unit", status=Status.FAILED, stage="test", started=at(0), finished=at(40),
    required=True, runner="big-3", reason="exit 1",
    steps=(CiStep("set up", Status.PASSED, at(0), at(4)),
           CiStep("make test", Status.FAILED, at(5), at(30)),
           CiStep("clean up", Status.PASSED, at(31), at(40))),
)
LINT = CiJob(id="l", name="lint", status=Status.PASSED, stage="check", started=at(0),
             finished=at(9))
NIGHTLY = CiJob(id="n", name="nightly", status=Status.FAILED, stage="check", started=at(0),
                finished=at(9), optional=True)
LOG = "".join([
    *(STAMP.format(n) + f"error: not ours {n}\n" for n in range(4)),
    STAMP.format(5) + "##[group]Run make test\n",
    STAMP.format(5) + "##[endgroup]\n",
    *(STAMP.format(n) + f"fine {n}\n" for n in range(6, 29)),
    STAMP.format(29) + "E   AssertionError: boom\n",
    STAMP.format(30) + "##[error]Process completed with exit code 1.\n",
    STAMP.format(32) + "error: while cleaning up\n",
])


@dataclass
class Held(BaseServer):
    """Answers from what it holds, and counts what it is asked."""

    kind: ClassVar[str] = "forge"
    reasons: ClassVar = {Capability.FOLLOW: "forge gives no log before its job has ended"}
    held: list[CiRun] = field(default_factory=lambda: [run()])
    of_run: dict[str, tuple[CiJob, ...]] = field(default_factory=lambda: {
        "1": (LINT, NIGHTLY, UNIT)})
    logs: dict[str, bytes] = field(default_factory=lambda: {"u": LOG.encode()})
    told: tuple[Failure, ...] = ()
    can: frozenset[Capability] = frozenset({Capability.JOBS, Capability.LOG})
    done: set[str] = field(default_factory=set)
    """Logs that are complete though their job runs on."""
    asked: list[str] = field(default_factory=list)
    broken: str = ""

    def __post_init__(self) -> None:
        super().__init__("forge", "https://forge.example")

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        return tuple(self.held)

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        self.asked.append(f"jobs {run.id}")
        return self.of_run.get(run.id, ())

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        self.asked.append("failures")
        return self.told

    async def required(self, branch: str) -> frozenset[str]:
        return frozenset({"lint"}) if branch == "main" else frozenset()

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        name = step.id if step is not None else job.id if job is not None else run.id
        self.asked.append(f"log {name} {offset}")
        if self.broken:
            raise OpstuiError(self.broken, where=self.where)
        data = self.logs.get(name, b"")
        start = max(0, len(data) + offset) if offset < 0 else offset
        piece = data[start : start + limit]
        thing = step or job or run
        ended = next(
            (one for one in self.of_run.get(run.id, ()) if job and one.id == job.id), thing
        ).status.finished
        end = start + len(piece)
        return LogChunk(piece, end, end >= len(data) and (ended or name in self.done))
