"""The branches pane on the screen: a person's morning, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App

from opstui.operations.world import World
from opstui.panes.branches import BranchesView
from opstui.ui.house import House
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, line
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.theme import LOOKS, Brush
from tests.backends.git.repo import Repo, isolate
from tests.panes.git_bench import world
from tests.ui.driver import driving


class OnePane(App[None]):
    """Branches alone."""

    def __init__(self, home: World) -> None:
        super().__init__()
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = "dark"

        async def headline() -> Line:
            return line("churn")

        self.house = House(
            (PaneSpec(1, "git", (BranchesView(home),)),), (), brush=Brush(LOOKS["dark"]),
            clock=home.clock, keymap=Keymap({}), headline=headline, place="build2",
        )

    def on_mount(self) -> None:
        self.push_screen(self.house)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    isolate(tmp_path, monkeypatch)
    made = Repo.init(tmp_path / "churn")
    made.commit("first")
    made.git("switch", "-q", "-c", "feature/scaler")
    made.commit("try a robust scaler", **{"scaler.py": "robust = True\n"})
    made.git("switch", "-q", "main")
    made.commit("fix[/]bug in the reader \x1b[31mred")
    return made


@pytest.mark.parametrize(("width", "height"), [(120, 36), (80, 24)])
async def test_make_switch_and_delete_a_branch(repo: Repo, width: int, height: int) -> None:
    async with driving(OnePane(world(repo.path)), width, height) as person:
        await person.sees("▌* main")
        await person.press("n")
        await person.sees("from main, without switching to it")
        await person.type("fix/nan")
        await person.press("enter")
        await person.sees("▌  fix/nan")
        await person.press("c")
        await person.sees("Switch branch")
        await person.press("enter")  # The default is Cancel.
        await person.sees_no("Switch branch")
        assert repo.git("branch", "--show-current") == "main"
        await person.press("c")
        await person.sees("Switch branch")
        await person.press("y")
        await person.sees("▌* fix/nan")

        await person.press("slash")
        await person.type("scaler")
        await person.press("enter")
        await person.sees("▌  feature/scaler")
        await person.press("D")
        await person.sees("It is not merged")
        await person.press("y")
        await person.sees("Delete unmerged branch")
        await person.type("feature/scaler")
        await person.press("enter")
        await person.sees("deleted feature/scaler")
    assert not repo.has("refs/heads/feature/scaler")


async def test_into_the_commits_and_back_with_the_place_kept(repo: Repo) -> None:
    async with driving(OnePane(world(repo.path)), 120, 36) as person:
        await person.sees("▌* main")
        await person.press("j")
        await person.sees("try a robust scaler  Ana")  # The log beside the list.
        await person.press("enter")
        await person.sees("feature/scaler")
        await person.sees("▌○")
        await person.sees("+robust = True")
        await person.press("escape")
        await person.sees("▌  feature/scaler")


async def test_what_others_do_is_seen(repo: Repo) -> None:
    async with driving(OnePane(world(repo.path)), 80, 24) as person:
        await person.sees("▌* main")
        await person.sees("fix[/]bug in the reader red")
        for n in range(50):
            repo.git("branch", f"outside{n}")
            try:
                await person.until(lambda: "outside" in person.screen_text, "the news")
            except AssertionError:
                continue
            break
        await person.sees("outside0")
