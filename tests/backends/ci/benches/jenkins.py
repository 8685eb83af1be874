"""Jenkins' bench: a multibranch project in a folder, on a fake that api4jenkins judges."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from opstui.backends.ci.jenkins.server import Jenkins
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import basic
from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci.contract import COMMIT, SECRET, Bench
from tests.fakes.ci.jenkins import USER, FakeJenkins
from tests.fakes.ci.jenkins_state import FOLDER, MULTIBRANCH, PIPELINE, Build

REMOTE = "https://git.example.org/ml/churn.git"
RESULTS = {
    Status.PASSED: "SUCCESS", Status.WARNED: "UNSTABLE", Status.FAILED: "FAILURE",
    Status.SKIPPED: "NOT_BUILT", Status.CANCELLED: "ABORTED",
}


class JenkinsBench(Bench):
    kind = "jenkins"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.START, Capability.RERUN, Capability.CANCEL, Capability.FORCE,
        Capability.APPROVE, Capability.JOBS, Capability.LOG, Capability.FOLLOW,
    })
    states: ClassVar[frozenset[Status]] = frozenset({*RESULTS, Status.RUNNING, Status.BLOCKED})

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fake = FakeJenkins(token=SECRET)
        self.fake.__enter__()
        self.opened: list[Jenkins] = []
        self.project = self.fake.root.add(FOLDER, "ml").add(MULTIBRANCH, "churn")

    async def open(self, *, seconds: float = 5.0) -> tuple[Jenkins, FakeJenkins]:
        door = Door(self.fake.address, basic(USER, SECRET, "JENKINS_API_TOKEN"), self.calls,
                    name="jenkins", product="Jenkins", seconds=seconds)
        server = Jenkins("jenkins", door, ("git@git.example.org:ml/churn",), jobs=("ml/churn",))
        self.opened.append(server)
        return server, self.fake

    async def add_run(
        self, status: Status, branch: str = "main", commit: str = COMMIT, *,
        title: str = "work", log: bytes = b"",
    ) -> str:
        job = self.project.add(PIPELINE, quote(branch, safe="äöüß✓日本-_."))
        build = self.fake.build(
            job, result=RESULTS.get(status), log=log, checkouts=[(commit, branch, REMOTE)],
            asks={"Deploy?": []} if status is Status.BLOCKED else {},
        )
        return str(build.queue_id)

    async def finish(self, run_id: str, status: Status) -> None:
        self._build(run_id).result = RESULTS[status]

    async def settle(self) -> None:
        while any(not one.build and not one.cancelled for one in self.fake.waiting):
            self.fake.step(checkouts=[(COMMIT, "main", REMOTE)])

    async def close(self) -> None:
        for server in self.opened:
            await server.close()
        self.fake.__exit__()

    def _build(self, run_id: str) -> Build:
        return next(build for job in self.project.items.values() for build in job.builds
                    if str(build.queue_id) == run_id)
