"""The CI pane on the screen: from an empty list to a followed log, by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App

from opstui.backends.calls import RecentCalls
from opstui.backends.git.repository import GitRepository
from opstui.domain.status import Status
from opstui.operations.world import World
from opstui.panes.branches import BranchesView
from opstui.panes.ci import CiView
from opstui.ui.house import House
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, line
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.theme import LOOKS, Brush
from tests.backends.ci.bench import Bench, make
from tests.panes.ci_bench import world
from tests.ui.driver import driving


class TwoPanes(App[None]):
    """Branches above CI."""

    def __init__(self, home: World) -> None:
        super().__init__()
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = "dark"

        async def headline() -> Line:
            return line("churn")

        self.house = House(
            (PaneSpec(1, "git", (BranchesView(home),)), PaneSpec(2, "ci", (CiView(home),))), (),
            brush=Brush(LOOKS["dark"]), clock=home.clock, keymap=Keymap({}), headline=headline,
            place="build2",
        )

    def on_mount(self) -> None:
        self.push_screen(self.house)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = make(tmp_path)
    yield bench
    for runner in bench.runners[:1]:
        for run in await runner.runs(500):
            if not run.status.finished:
                await runner.cancel(run)


async def test_start_follow_and_cancel_by_keys(bench: Bench) -> None:
    gate = bench.root / "gate"
    bench.commit({".ci/run": f"echo begun; while [ ! -e {gate} ]; do sleep 0.05; done; exit 2\n"})
    bench.git("branch", "feature/scaler")
    runner = bench.runner()
    home = replace(
        world(bench, runner), git=GitRepository(bench.repository, RecentCalls())
    )
    async with driving(TwoPanes(home), 120, 30) as person:
        await person.press("2")
        await person.sees("t runs bash .ci/run of .ci/run")
        await person.press("t")
        await person.sees("Start CI on")
        await person.press("enter")
        await person.sees("echo begun; while")
        await person.press("enter")  # the default is Cancel
        await person.sees_no("echo begun; while")
        assert await runner.runs(10) == ()

        await person.press("t")
        await person.sees("Start CI on")
        await person.press("enter")
        await person.sees("echo begun; while")
        await person.press("y")
        await person.sees("begun")
        await person.sees("▌● #1")
        gate.touch()
        await person.sees(": exit 2")
        await person.sees("▌✗ #1")
        gate.unlink()

        await person.press("e")
        await person.sees("Run it again")
        await person.press("y")
        await person.sees("▌● #2")
        await person.sees("×2")
        await person.press("X")
        await person.sees("Cancel CI run")
        await person.press("y")
        await person.sees("▌⊘ #2")
    assert [run.status for run in await runner.runs(9)] == [Status.CANCELLED, Status.FAILED]


@pytest.mark.parametrize("width", [60, 80])
async def test_on_a_narrow_screen_enter_opens_the_log(bench: Bench, width: int) -> None:
    runner = bench.shell("echo it ran")
    home = replace(
        world(bench, runner), git=GitRepository(bench.repository, RecentCalls())
    )
    await runner.start("main", "main")
    async with driving(TwoPanes(home), width, 24) as person:
        await person.press("2")
        await person.sees("▌✓ #1 echo it ran main")
        await person.press("enter")
        await person.sees("passed in")
        await person.press("escape")
        await person.sees("▌✓ #1 echo it ran main")
