"""Buildbot's bench: a fake, since the real one can't be brought to lie or to 10,000 builds.

The real one is driven in `tests/backends/ci/buildbot`, where the fake is held against it, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from opstui.backends.ci.buildbot.server import Buildbot
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import basic
from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci.contract import COMMIT, SECRET, Bench
from tests.fakes.ci.buildbot import USER, FakeBuildbot

REMOTE = "https://git.example.org/ml/churn.git"
RESULTS = {
    Status.PASSED: 0, Status.WARNED: 1, Status.FAILED: 2, Status.SKIPPED: 3, Status.CANCELLED: 6,
}


class BuildbotBench(Bench):
    kind = "buildbot"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.START, Capability.RERUN, Capability.CANCEL, Capability.JOBS, Capability.LOG,
        Capability.FOLLOW,
    })
    states: ClassVar[frozenset[Status]] = frozenset({*RESULTS, Status.RUNNING, Status.QUEUED})

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fake = FakeBuildbot(password=SECRET)
        self.fake.__enter__()
        self.opened: list[Buildbot] = []

    async def open(self, *, seconds: float = 5.0) -> tuple[Buildbot, FakeBuildbot]:
        door = Door(self.fake.address, basic(USER, SECRET, "netrc"), self.calls, name="buildbot",
                    product="Buildbot", seconds=seconds)
        self.opened.append(Buildbot("buildbot", door, ("git@git.example.org:ml/churn",)))
        return self.opened[-1], self.fake

    async def add_run(
        self, status: Status, branch: str = "main", commit: str = COMMIT, *,
        title: str = "work", log: bytes = b"",
    ) -> str:
        made = self.fake.add(
            RESULTS.get(status), commit, branch, REMOTE, built=status is not Status.QUEUED,
            log=log.decode("utf-8", "replace"),
        )
        return str(made.id)

    async def finish(self, run_id: str, status: Status) -> None:
        self.fake.orders[int(run_id) - 1].results = RESULTS[status]

    async def close(self) -> None:
        for server in self.opened:
            await server.close()
        self.fake.__exit__()
