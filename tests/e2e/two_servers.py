"""One repository, two CI servers: a real Buildbot, and the local runner in the same clone.

Its history is green, green, red on both, newest first red: `unit.sh` of the head of `main` prints
`Ground.failing` and exits with 1. The branch `feature/scaler` is green on both.

    @pytest.mark.xdist_group("buildbot")
    def test_...(ground: Ground) -> None:
        with ground.machine.open() as terminal:
            terminal.press("2").sees("farm", "local", "✗")

The fixture `ground` makes it, builds everything and returns once both servers have ended. Its
parameter, if any, says whose runs are the newer ones.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.local.runner import LocalRunner
from opstui.domain.ci import CiRun
from tests.e2e.bench import Machine, machine
from tests.servers.buildbot import Buildbot

NAME = "farm"
"""What the settings call the Buildbot."""
SCRIPTS = {
    "prepare.sh": "echo installing what the tests need\n",
    ".ci/run": "#!/bin/sh\nset -e\nsh prepare.sh\nsh unit.sh\n",
}
GREEN = "for number in 1 2 3; do echo \"test_churn.py::test_$number PASSED\"; done\n"
FAILING = "E   AssertionError: auc 0.41 is below 0.80"
RED = (
    "for number in $(seq 300); do echo \"test_churn.py::test_$number PASSED\"; done\n"
    "echo 'test_churn.py:41: in test_auc'\n"
    f"echo '{FAILING}'\n"
    "echo 'FAILED test_churn.py::test_auc'\n"
    "for number in 1 2 3 4 5; do echo \"teardown $number\"; done\n"
    "exit 1\n"
)


@dataclass
class Ground:
    """A person's machine with a clone whose commits both servers have built."""

    machine: Machine
    master: Buildbot
    failing: str = FAILING
    """The line a person looks for."""
    red: str = ""
    """The head of main."""
    green: list[str] = field(default_factory=list)
    """Commits that passed on both: oldest first, the branch's last."""

    @property
    def seed(self) -> Path:
        """The origin that Buildbot clones."""
        return self.machine.root / "seed"

    def commit(self, subject: str, unit: str, branch: str = "main") -> str:
        """Commit to the origin, and fetch it."""
        self.machine.git("checkout", "--quiet", branch, folder=self.seed)
        commit = self.machine.commit(subject, {**SCRIPTS, "unit.sh": unit}, self.seed)
        self.machine.git("fetch", "--quiet")
        if branch == "main":
            self.machine.git("merge", "--quiet", "--ff-only", "origin/main")
        return commit

    def run_on_buildbot(self, *builds: tuple[str, str], seconds: float = 120.0) -> None:
        """Tell Buildbot of commits and branches; returns once it has nothing more to do."""
        for commit, branch in builds:
            self.master.push(self.seed, commit, branch)
        limit = time.monotonic() + seconds
        while self.master.get("buildrequests", ("complete", "false"))["buildrequests"]:
            assert time.monotonic() < limit, self.master.said()[-3000:]
            time.sleep(0.1)

    def settings(self) -> Path:
        """Write settings that name the Buildbot."""
        file = self.machine.root / "home" / ".config" / "opstui" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'[ci.servers.{NAME}]\nkind = "buildbot"\nurl = "{self.master.url}"\n')
        return file

    def run_locally(self, *builds: tuple[str, str]) -> list[CiRun]:
        """Run `.ci/run` on commits and branches by the local runner, trusted beforehand."""
        return asyncio.run(self._run_locally(builds))

    async def _run_locally(self, builds: tuple[tuple[str, str], ...]) -> list[CiRun]:
        home = self.machine.root / "home"
        runner = LocalRunner(
            self.machine.clone, self.machine.state, home / ".cache" / "opstui", RecentCalls(),
            environ=self.machine.environ,
        )
        for commit, branch in builds:
            command = await runner.command(commit)
            assert command is not None
            await runner.trust(command)
            await runner.start(commit, branch)
        limit = time.monotonic() + 120
        while True:
            runs = [run for run in await runner.runs(50) if run.commit in dict(builds)]
            if all(run.status.finished for run in runs):
                await runner.close()
                return runs
            assert time.monotonic() < limit, runs
            await asyncio.sleep(0.05)


def make(root: Path, master: Buildbot, newest: str = "local") -> Ground:
    """The whole ground; takes as long as four builds.

    newest: whose runs are the newer ones, `local` or NAME.
    """
    ground = Ground(machine(root), master)
    ground.green.append(ground.commit("Test the churn model", GREEN))
    ground.green.append(ground.commit("Weigh the charges", GREEN + "echo weighed\n"))
    ground.machine.git("branch", "--force", "feature/scaler", ground.green[0], folder=ground.seed)
    ground.green.append(ground.commit("Scale to one", GREEN + "echo scaled\n", "feature/scaler"))
    ground.red = ground.commit("Train with fewer rows", RED)
    builds = (
        *((commit, "main") for commit in ground.green[:2]), (ground.green[2], "feature/scaler"),
        (ground.red, "main"),
    )
    ways = [ground.run_on_buildbot, ground.run_locally]
    for way in ways if newest == "local" else reversed(ways):
        way(*builds)
    ground.settings()
    return ground
