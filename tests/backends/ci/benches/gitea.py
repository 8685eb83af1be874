"""Gitea's and Forgejo's benches: fakes that models of their published descriptions judge."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from opstui.backends.ci.forgejo.server import Forgejo
from opstui.backends.ci.gitea.server import Gitea
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import bearer
from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci.contract import COMMIT, SECRET, Bench
from tests.fakes.ci.forge import REPOSITORY, FakeForge
from tests.fakes.ci.forgejo import FakeForgejo
from tests.fakes.ci.gitea import FakeGitea

WORDS = {
    Status.QUEUED: "waiting", Status.RUNNING: "running", Status.PASSED: "success",
    Status.FAILED: "failure", Status.CANCELLED: "cancelled", Status.SKIPPED: "skipped",
    Status.BLOCKED: "blocked",
}


class ForgeBench(Bench):
    """What both benches do alike; `kind` is missing, so it is no bench itself."""

    states: ClassVar[frozenset[Status]] = frozenset(WORDS)
    requests_for_100: ClassVar[int] = 10

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fake = self.faked()
        self.fake.__enter__()
        self.opened: list[CiServer] = []

    @abstractmethod
    def faked(self) -> FakeForge:
        """The fake, not yet answering."""

    @abstractmethod
    def made(self, door: Door) -> CiServer:
        """The server behind a door."""

    async def open(self, *, seconds: float = 5.0) -> tuple[CiServer, FakeForge]:
        door = Door(
            f"{self.fake.address}/api/v1", bearer(SECRET, "GITEA_TOKEN"), self.calls,
            name=self.kind, product=self.fake.product, seconds=seconds,
        )
        self.opened.append(self.made(door))
        return self.opened[-1], self.fake

    async def add_run(
        self, status: Status, branch: str = "main", commit: str = COMMIT, *,
        title: str = "work", log: bytes = b"",
    ) -> str:
        run = self.fake.add(WORDS[status], branch, commit, jobs=("unit",))
        run.title, run.need_approval = title, status is Status.BLOCKED
        run.jobs[0].log = log
        return str(run.id)

    async def finish(self, run_id: str, status: Status) -> None:
        run = self.fake.find(run_id)
        assert run is not None
        self.fake.turn(run, WORDS[status])

    async def fill(self, count: int) -> None:
        self.fake.fill(count)

    async def close(self) -> None:
        for server in self.opened:
            await server.close()
        self.fake.__exit__()


class GiteaBench(ForgeBench):
    kind = "gitea"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.START, Capability.RERUN, Capability.RERUN_FAILED, Capability.RERUN_JOB,
        Capability.JOBS, Capability.LOG, Capability.FOLLOW,
    })

    def faked(self) -> FakeForge:
        return FakeGitea(SECRET)

    def made(self, door: Door) -> CiServer:
        return Gitea(self.kind, door, REPOSITORY)


class ForgejoBench(ForgeBench):
    kind = "forgejo"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.START, Capability.JOBS})

    def faked(self) -> FakeForge:
        return FakeForgejo(SECRET)

    def made(self, door: Door) -> CiServer:
        return Forgejo(self.kind, door, REPOSITORY)
