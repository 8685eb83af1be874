"""A repository that a real Buildbot builds, and opstui's view of that Buildbot."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.buildbot.server import Buildbot
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS, Login
from opstui.domain.ci import CiJob, CiRun, CiStep
from tests.servers import buildbot

GREEN = "echo tests pass\n"
RED = "echo 'test_churn.py:7: AssertionError: auc 0.4'\nexit 1\n"


@dataclass
class Shop:
    """A repository of its own on a master that others use too."""

    master: buildbot.Buildbot
    repository: Path
    calls: RecentCalls = field(default_factory=RecentCalls)
    opened: list[Buildbot] = field(default_factory=list)

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ("git", "-C", str(self.repository), *words), check=True, capture_output=True, text=True,
        )
        return done.stdout.strip()

    def commit(self, unit: str = GREEN, prepare: str = "echo prepared\n") -> str:
        """Commit what the builder `churn` runs: its steps `prepare` and `unit`."""
        (self.repository / "unit.sh").write_text(unit)
        (self.repository / "prepare.sh").write_text(prepare)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "work")
        return self.git("rev-parse", "HEAD")

    def push(self, commit: str, branch: str = "main", project: str = "") -> None:
        self.master.push(self.repository, commit, branch, project=project)

    def server(self, login: Login = ANONYMOUS, builders: tuple[str, ...] = ()) -> Buildbot:
        """The master as opstui sees it from this repository."""
        door = Door(self.master.url, login, self.calls, name="ci", product="Buildbot")
        server = Buildbot("ci", door, (f"file://{self.repository}",), builders=builders)
        self.opened.append(server)
        return server

    async def run(self, server: Buildbot, true: Callable[[CiRun], object], what: str) -> CiRun:
        """Wait until the newest run is so."""
        limit = time.monotonic() + 90
        while True:
            runs = await server.runs(10)
            if runs and true(runs[0]):
                return runs[0]
            assert time.monotonic() < limit, f"waited for {what}: {runs}\n{self.master.said()}"
            await asyncio.sleep(0.4)  # asking is work for the master, too

    async def built(self, server: Buildbot, unit: str = GREEN, branch: str = "main") -> CiRun:
        """Commit, push and wait for the end."""
        commit = self.commit(unit)
        self.push(commit, branch)
        return await self.run(server, lambda run: run.commit == commit and run.status.finished,
                              "the end of the build")


def make(master: buildbot.Buildbot, folder: Path) -> Shop:
    shop = Shop(master, folder / "churn")
    subprocess.run(("git", "init", "-q", "-b", "main", str(shop.repository)), check=True)
    shop.git("config", "user.name", "Ana")
    shop.git("config", "user.email", "ana@example.org")
    return shop


async def step_of(server: Buildbot, run: CiRun, name: str) -> tuple[CiJob, CiStep]:
    jobs = await server.jobs(run)
    return jobs[0], next(step for step in jobs[0].steps if step.name == name)


async def whole(server: Buildbot, run: CiRun, limit: int = 1 << 20, **which: CiJob | CiStep) -> str:
    """A log read from the beginning in bites of `limit` bytes."""
    data, offset = b"", 0
    while True:
        chunk = await server.log(run, offset, limit, **which)  # type: ignore[arg-type]
        assert chunk.offset == offset + len(chunk.data)
        data, offset = data + chunk.data, chunk.offset
        if not chunk.data:
            return data.decode()
