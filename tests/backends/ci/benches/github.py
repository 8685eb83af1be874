"""GitHub's bench: a fake repository whose every answer is judged by GitHub's description."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from opstui.backends.ci.github.server import HEADERS, GitHub
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import bearer
from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci.contract import COMMIT, SECRET, Bench
from tests.fakes.ci.github import FakeGitHub
from tests.fakes.ci.github_world import JobPlan, Run

SPECIAL = {Status.BLOCKED: "action_required", Status.LOST: "stale"}
ENDS = {Status.PASSED: "success", Status.FAILED: "failure", Status.CANCELLED: "cancelled",
        Status.SKIPPED: "skipped"}


async def at_once(_: float) -> None:
    """Instead of the second that GitHub wants between two writes."""


class GitHubBench(Bench):
    kind = "github"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.START, Capability.RERUN, Capability.RERUN_FAILED, Capability.RERUN_JOB,
        Capability.CANCEL, Capability.FORCE, Capability.APPROVE, Capability.JOBS, Capability.LOG,
    })
    states: ClassVar[frozenset[Status]] = frozenset(
        {Status.QUEUED, Status.RUNNING, *ENDS, *SPECIAL}
    )

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fake = FakeGitHub()
        self.fake.token = SECRET
        self.fake.__enter__()
        self.doors: list[Door] = []

    async def open(self, *, seconds: float = 5.0) -> tuple[GitHub, FakeGitHub]:
        door = Door(
            self.fake.address, bearer(SECRET, "GH_TOKEN"), self.calls, name="github",
            product="GitHub", headers=HEADERS, seconds=seconds,
        )
        self.doors.append(door)
        return GitHub("github", door, "ana/churn", pause=at_once), self.fake

    async def add_run(
        self, status: Status, branch: str = "main", commit: str = COMMIT, *,
        title: str = "work", log: bytes = b"",
    ) -> str:
        run = self.fake.add_run(
            branch, commit, title=title, special=SPECIAL.get(status, ""), jobs=[JobPlan("build")]
        )
        run.latest.jobs[0].raw = log
        if status not in (Status.QUEUED, *SPECIAL):
            with self.fake.lock:
                run.tick(self.fake.clock.now())
        if status in ENDS:
            self._end(run, status)
        return str(run.id)

    async def finish(self, run_id: str, status: Status) -> None:
        self._end(next(run for run in self.fake.runs if str(run.id) == run_id), status)

    async def fill(self, count: int) -> None:
        self.fake.judged = count < 1000  # a hundredth of a second each
        for _ in range(count):
            await self.add_run(Status.PASSED)

    async def close(self) -> None:
        for door in self.doors:
            await door.close()
        self.fake.__exit__()
        assert self.fake.deviations == []

    def _end(self, run: Run, status: Status) -> None:
        with self.fake.lock:
            now = self.fake.clock.now()
            run.latest.jobs[0].end(ENDS[status], now)
            run.latest.finished = now
