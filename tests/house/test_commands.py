"""The line behind `:` as a person uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.backends.command_history import FileHistory
from opstui.operations.world import World
from tests.fakes.whole import Systems
from tests.house.test_panes_live import at_work, selected
from tests.ui.driver import Driver


async def typed(person: Driver, text: str) -> Driver:
    await person.press(":")
    await person.type(text)
    return await person.press("enter")


def pane(person: Driver) -> str:
    kind: str = person.app.house.floor.pane.view.kind  # type: ignore[attr-defined]
    return kind


async def goes(person: Driver, text: str, kind: str) -> None:
    await typed(person, text)
    await person.until(lambda: pane(person) == kind, f"{kind} after :{text}")


async def test_lists_are_a_word_away_and_minus_goes_between_the_last_two() -> None:
    async with at_work(Systems()) as person:
        for kind in ("models", "ci", "images", "containers", "journal", "branches", "calls"):
            await goes(person, kind, kind)
        await person.press("-")
        await person.until(lambda: pane(person) == "branches", "the list before")
        await person.press("-")
        await person.until(lambda: pane(person) == "calls", "and back")


async def test_runs_versions_and_commits_open_by_name_and_the_next_key_means_them() -> None:
    async with at_work(Systems()) as person:
        await goes(person, "versions churn", "versions")
        await goes(person, "commits", "commits")
        await typed(person, "runs churn-daily")
        await person.sees("there is no experiment 'churn-daily'")
        name = person.app.house.floor.panes[4].level.snapshot.items[0].name  # type: ignore[attr-defined]
        await goes(person, f"runs {name}", "runs")


async def test_a_name_behind_a_list_selects_its_row_and_any_other_text_filters() -> None:
    async with at_work(Systems()) as person:
        await typed(person, "branches fix/nan-input")
        await person.until(lambda: selected(person).name == "fix/nan-input", "the row")
        await typed(person, "branches quantile")
        await person.until(lambda: person.app.house.floor.pane.level.place.filter == "quantile",  # type: ignore[attr-defined]
                           "the filter")
        await typed(person, "filter")
        await person.until(lambda: not person.app.house.floor.pane.level.place.filter,  # type: ignore[attr-defined]
                           "no filter")


async def test_tab_goes_through_what_a_word_may_become_and_the_help_stands_above() -> None:
    async with at_work(Systems()) as person:
        await person.press(":")
        await person.type("the")
        await person.sees("theme")
        await person.press("tab")
        await person.sees("Take other colours")
        await person.sees("dark  light  terminal")
        await person.press("tab", "tab")
        await person.sees(":theme light")
        await person.press("shift+tab", "enter")
        await person.until(lambda: person.app.theme == "dark", "the theme")
        await person.sees_no(":theme")


async def test_the_first_completion_stands_behind_the_cursor() -> None:
    async with at_work(Systems()) as person:
        await person.press(":")
        await person.type("mod")
        await person.sees(":models")
        await person.press("right", "enter")
        await person.until(lambda: pane(person) == "models", "the models")


async def test_backspace_over_the_colon_and_escape_give_up() -> None:
    async with at_work(Systems()) as person:
        for keys in (("backspace",), ("x", "escape"), ("x", "ctrl+u")):
            await person.press(":")
            await person.sees("branches  ci")
            await person.press(*keys)
            await person.sees_no("branches  ci")
        await person.press("j")
        assert selected(person).name != "main"  # the list has the keys again


async def test_an_unknown_word_is_answered_with_the_nearest_one() -> None:
    async with at_work(Systems()) as person:
        await typed(person, "modles")
        await person.sees("there is no command :modles")
        await person.sees("did you mean :models?")


async def test_any_action_runs_by_id_or_label_on_what_is_selected() -> None:
    async with at_work(Systems()) as person:
        await typed(person, "branches.delete")
        await person.sees("Delete")
        await person.press("escape")
        await typed(person, "zoom")
        await person.until(lambda: person.app.house.floor.zoomed, "zoom")  # type: ignore[attr-defined]


async def test_sort_by_a_column_and_a_direction() -> None:
    async with at_work(Systems()) as person:
        place = person.app.house.floor.pane.level.place  # type: ignore[attr-defined]
        await typed(person, "sort name down")
        await person.until(lambda: (place.sort, place.descending) == ("name", True), "descending")
        await typed(person, "sort name up")
        await person.until(lambda: (place.sort, place.descending) == ("name", False), "ascending")
        await typed(person, "sort colour")
        await person.sees("Branches can't be sorted by 'colour'")


async def test_readonly_can_be_switched_on_only() -> None:
    async with at_work(Systems()) as person:
        await typed(person, "readonly")
        await person.sees("read-only from now on")
        await typed(person, "readonly off")
        await person.sees("can't be switched off inside a session")
        await typed(person, "branches.delete")
        await person.sees("read-only")


async def test_help_tells_of_every_command_and_of_one() -> None:
    async with at_work(Systems()) as person:
        await typed(person, "help theme")
        await person.sees(":theme NAME · Take other colours")
        await typed(person, "help")
        await person.press("G")
        await person.sees(":quit :q")
        await person.sees(":runs [EXPERIMENT]")


async def test_quit() -> None:
    async with at_work(Systems()) as person:
        await typed(person, "q")
        await person.until(lambda: not person.app.is_running or person.app._exit, "the end")


async def test_what_was_typed_is_there_next_time_but_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = Systems()
    make = systems.world

    def world(**how: bool) -> World:
        made = make(**how)
        object.__setattr__(made, "history", FileHistory(tmp_path / "commands"))
        return made

    monkeypatch.setattr(systems, "world", world)
    async with at_work(systems) as person:
        await goes(person, "models", "models")
        await typed(person, "filter token=hunter22")
        await goes(person, "ci", "ci")
        past = person.app.house.keys.commanding.past()  # type: ignore[attr-defined]
        assert list(past) == ["models", "ci"]
        await person.until(lambda: (tmp_path / "commands").exists()
                           and (tmp_path / "commands").read_text() == "models\nci\n", "the file")
    assert (tmp_path / "commands").stat().st_mode & 0o077 == 0
    async with at_work(systems) as person:
        await person.press(":")
        await person.until(
            lambda: len(person.app.house.keys.commanding.past()) == 2, "the past")  # type: ignore[attr-defined]
        await person.press("up", "up")
        await person.sees(":models")
        await person.press("down")
        await person.sees_no(":models")
        await person.press("up", "enter")
        await person.until(lambda: pane(person) == "models", "the models")
