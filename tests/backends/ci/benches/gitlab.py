"""GitLab's bench: a fake project, which python-gitlab judges elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from opstui.backends.ci.gitlab.server import GitLab
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import bearer
from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci.contract import COMMIT, SECRET, Bench
from tests.fakes.ci.gitlab import PROJECT, FakeGitLab

WORDS = {
    Status.QUEUED: "pending", Status.RUNNING: "running", Status.PASSED: "success",
    Status.FAILED: "failed", Status.CANCELLED: "canceled", Status.SKIPPED: "skipped",
    Status.BLOCKED: "manual",
}


class GitLabBench(Bench):
    kind = "gitlab"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - {Capability.RERUN}
    states: ClassVar[frozenset[Status]] = frozenset(WORDS)

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fake = FakeGitLab(token=SECRET)
        self.fake.__enter__()
        self.opened: list[GitLab] = []

    async def open(self, *, seconds: float = 5.0) -> tuple[GitLab, FakeGitLab]:
        door = Door(
            f"{self.fake.address}/api/v4", bearer(SECRET, "GITLAB_TOKEN"), self.calls,
            name="gitlab", product="GitLab", seconds=seconds,
        )
        self.opened.append(GitLab("gitlab", door, PROJECT))
        return self.opened[-1], self.fake

    async def add_run(
        self, status: Status, branch: str = "main", commit: str = COMMIT, *,
        title: str = "work", log: bytes = b"",
    ) -> str:
        pipeline = self.fake.add(WORDS[status], branch, commit, jobs=("unit",))
        pipeline.title = title
        pipeline.jobs[0].trace = log
        return str(pipeline.id)

    async def finish(self, run_id: str, status: Status) -> None:
        pipeline = next(one for one in self.fake.pipelines if str(one.id) == run_id)
        self.fake.finish(pipeline, WORDS[status])

    async def fill(self, count: int) -> None:
        self.fake.fill(count)

    async def close(self) -> None:
        for server in self.opened:
            await server.close()
        self.fake.__exit__()
