"""Trees side by side on the screen: scrolled, taken out and in, measured, copied, saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.ui.sheet_page import SheetPage
from tests.ui.driver import Driver, driving
from tests.ui.pages import Shown, Trees


def app(trees: Trees, *, ascii_only: bool = False) -> Shown:
    return Shown(lambda desk: desk.compare(trees), ascii_only=ascii_only)


def heads(person: Driver) -> list[str]:
    return [word for word in person.screen_text.splitlines()[1].split() if word.isalpha()]


async def test_only_what_differs_is_shown_until_all_is_asked_for() -> None:
    async with driving(app(Trees()), 80, 24) as person:
        await person.sees("62 of 63 rows differ")
        await person.sees("★ 40")
        assert "kingdom" not in person.screen_text
        await person.press("a")
        await person.sees("kingdom")
        await person.press("a")
        await person.sees_no("kingdom")


async def test_names_and_heads_stay_while_the_rest_scrolls() -> None:
    async with driving(app(Trees()), 80, 24) as person:
        await person.sees("leaf 9")
        await person.press("G")
        await person.sees("depth")
        assert heads(person) == ["ash", "birch", "cedar"]
        await person.press("g")
        await person.sees("height")


async def test_narrow_screens_scroll_sideways() -> None:
    async with driving(app(Trees()), 40, 24) as person:
        await person.sees("ash")
        await person.press("l", "l")
        await person.sees("cedar")
        assert "ash" not in heads(person)
        assert "height" in person.screen_text
        await person.press("h", "h")
        await person.sees("ash")


async def test_columns_go_and_come() -> None:
    async with driving(app(Trees()), 100, 24) as person:
        await person.sees("cedar")
        await person.press("l", "d")
        await person.sees_no("birch")
        await person.press("d")
        await person.sees("two have to stay")
        await person.press("+")
        await person.sees("Compare also")
        await person.press("j", "enter")
        await person.until(lambda: heads(person) == ["ash", "cedar", "oak"], "the oak")
        await person.press("+", "enter")
        await person.sees("the fir was felled")


async def test_beside_the_champion_and_measured_by_any() -> None:
    trees = Trees()
    async with driving(app(trees), 100, 24) as person:
        await person.sees("cedar")
        await person.press("=")
        await person.until(lambda: heads(person)[0] == "oak", "the champion first")
        await person.sees("25 +1")
        await person.press("=")
        await person.sees("it is there already")
        await person.press("l", "b")
        await person.until(lambda: trees.base == "ash", "measured by the ash")
        await person.press("b")
        await person.sees_no("+1")


async def test_rows_are_found_by_name() -> None:
    async with driving(app(Trees()), 80, 24) as person:
        await person.sees("leaf 9")
        await person.press("/")
        await person.sees("Find rows")
        await person.type("leaf 59")
        await person.press("enter")
        await person.sees_no("height")
        await person.sees("ash 59")
        assert "/leaf 59" in person.screen_text


async def test_saving_asks_before_it_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "trees.md"
    path.write_text("mine")
    async with driving(app(Trees()), 100, 30) as person:
        await person.sees("cedar")
        await person.press("S")
        await person.sees("Save as")
        await person.press("enter")
        await person.sees("Save the comparison")
        await person.press(*["backspace"] * len("Trees.md"))
        await person.type("trees.md")
        await person.press("enter")
        await person.sees("Replace the file")
        await person.press("escape")
        await person.sees_no("Replace the file")
        assert path.read_text() == "mine"
        await person.press("S", "enter")
        await person.sees("Save the comparison")
        await person.press(*["backspace"] * len("Trees.md"))
        await person.type("trees.md")
        await person.press("enter")
        await person.sees("Replace the file")
        await person.press("y")
        await person.sees("saved to")
    assert "| height | 20 | 25 | **40** |" in path.read_text()


async def test_copying_as_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving(app(Trees()), 100, 30) as person:
        await person.sees("cedar")
        copied: list[str] = []
        assert isinstance(person.app, Shown)
        monkeypatch.setattr(
            type(person.app.house.keys.desk), "copy",
            lambda _desk, text, what: copied.append(f"{what}: {text}"))
        await person.press("y")
        await person.sees("Copy as")
        await person.press("j", "enter")
        await person.until(lambda: bool(copied), "a copy")
    assert copied[0].startswith("62 rows: section,name,ash,birch,cedar\nMetrics,height,20,25,40\n")


async def test_charts_keys_and_the_way_out() -> None:
    trees = Trees()
    async with driving(app(trees, ascii_only=True), 80, 24) as person:
        await person.sees("* 40")
        await person.press("m")
        await person.until(lambda: trees.charted == 1, "charts")
        await person.press("?")
        await person.sees("Take in what serves")
        await person.press("escape")
        await person.sees("cedar")
        await person.press("escape")
        await person.until(lambda: not isinstance(person.app.screen, SheetPage), "closed")
