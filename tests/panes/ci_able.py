"""A CI server in memory that can do everything, and remembers what it was asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from opstui.backends.ci.base import BaseServer
from opstui.domain.ci import Capability, CiJob, CiRun, CiStep, Failure, Input, LogChunk, Workflow
from opstui.domain.status import Status

LOG = b"collecting\n" + b"ok\n" * 40 + b"E   AssertionError: boom\n" + b"bye\n" * 40


class AbleServer(BaseServer):
    """One red run with three jobs; what is started is added on top."""

    kind = "able"
    can = frozenset(Capability)

    def __init__(self, now: datetime, commit: str, name: str = "forge") -> None:
        super().__init__(name, f"https://{name}.example.org/team/churn")
        self.did: list[str] = []
        self.now = now
        self.held: tuple[CiRun, ...] = (CiRun(
            server=name, id="41", number=41, workflow="CI", commit=commit, branch="main",
            status=Status.FAILED, created=now - timedelta(minutes=9),
            started=now - timedelta(minutes=9), finished=now - timedelta(minutes=5),
            jobs_done=3, jobs_total=3, jobs_failed=1, who="ana", title="Fix the scaler",
        ),)
        begun = now - timedelta(minutes=9)
        self.known: dict[str, tuple[CiJob, ...]] = {"41": (
            CiJob("1", "lint", Status.PASSED, "check", begun, begun + timedelta(seconds=20)),
            CiJob("2", "unit", Status.FAILED, "test", begun, begun + timedelta(seconds=99), steps=(
                CiStep("checkout", Status.PASSED, begun, begun + timedelta(seconds=2)),
                CiStep("tests", Status.FAILED, begun, begun + timedelta(seconds=99), 1, 11),
            ), reason="exit 1"),
            CiJob("3", "deploy", Status.BLOCKED, "ship"),
        )}
        self.asked_for = frozenset({"unit"})

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        return self.held[:limit]

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        return self.known.get(run.id, ())

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        return (Failure("boom", "tests/test_scaler.py:41", "unit", test=True),)

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        start = max(0, len(LOG) + offset) if offset < 0 else offset
        return LogChunk(LOG[start:][:limit], min(len(LOG), start + limit), True)

    async def workflows(self) -> tuple[Workflow, ...]:
        return (
            Workflow("ci.yml", "CI"),
            Workflow("deploy.yml", "Deploy", (
                Input("where", "staging", "which place", required=True,
                      choices=("staging", "live")),
                Input("token", secret=True),
            ), note="runs the branch's head"),
        )

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        given = ",".join(f"{name}={value}" for name, value in inputs.items())
        return self._add(f"start {workflow} {branch} {given}".strip(), commit, branch)

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        part = job.name if job is not None else "failed" if failed else "all"
        return self._add(f"rerun {part} of {run.number}", run.commit, run.branch)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        self.did.append(f"{'force ' if force else ''}cancel {run.number}")
        self.end(run.number, Status.CANCELLED)

    async def approve(self, run: CiRun, job: CiJob | None = None) -> None:
        self.did.append(f"approve {job.name if job else 'run'} of {run.number}")

    async def required(self, branch: str) -> frozenset[str]:
        return self.asked_for

    def end(self, number: int, status: Status) -> None:
        self.held = tuple(
            replace(run, status=status, finished=self.now) if run.number == number else run
            for run in self.held
        )

    def _add(self, what: str, commit: str, branch: str) -> CiRun:
        self.did.append(what)
        number = self.held[0].number + 1
        run = CiRun(
            server=self.name, id=str(number), number=number, workflow="CI", commit=commit,
            branch=branch, status=Status.RUNNING, created=self.now, started=self.now,
        )
        self.held = (run, *self.held)
        return run
