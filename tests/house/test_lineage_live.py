"""The thread by keys: seen on one page, gone to, come back from, lit up in every list."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.linked import Linked
from tests.house.settled import settle
from tests.house.test_panes_live import copied, selected
from tests.ui.driver import Driver, driving

WHOLE = ("commit", "CI run", "image", "training", "version", "serving")


@asynccontextmanager
async def at(width: int = 160, height: int = 45, **how: Any) -> AsyncIterator[Driver]:
    async with driving(Linked().app(**how), width, height) as person:
        yield await settle(person.pilot)


def floor(person: Driver) -> Any:
    return person.app.house.floor  # type: ignore[attr-defined]


def view(person: Driver) -> str:
    kind: str = floor(person).pane.view.kind
    return kind


def page(person: Driver) -> Any:
    return person.app.screen


async def to_v9(person: Driver) -> Driver:
    """Go to the versions of churn, the newest of which is v9."""
    await person.press("5", "enter")
    return await person.until(
        lambda: getattr(selected(person), "version", "") == "9", "the row of v9")


async def chain_of_v9(person: Driver) -> Driver:
    await to_v9(person)
    await person.press("L")
    await person.sees("Lineage: churn v9")
    return await person.until(lambda: not page(person).area.trail.waiting, "every answer")


async def on(person: Driver, row: str) -> Driver:
    """Put the cursor on a row of the page."""
    await person.press("g")
    for _ in range(12):
        if page(person).area.key.startswith(row):
            return person
        await person.press("j")
    raise AssertionError(f"no row {row}\n{person.screen_text}")


@pytest.mark.parametrize("width", [80, 160])
async def test_one_page_shows_the_whole_chain_with_its_proofs(width: int) -> None:
    async with at(width, 24) as person:
        await chain_of_v9(person)
        text = person.screen_text
        assert [text.index(f" {word} ") for word in WHOLE] == sorted(
            text.index(f" {word} ") for word in WHOLE), "in the order of things"
        for said in ("Scale by quantiles", "#811", "churn-api:1.5.0-rc1", "scaler-quantile",
                     "auc 0.9123", "churn v9", "@challenger", "churn-live", "tag opstui.ci_run",
                     "tag mlflow.source.git.commit", "not sure: same commit",
                     "run_id of the version", "label opstui.model_uri"):
            assert said in text, said
        assert page(person).area.key == "versions:churn/9", "the cursor begins where one was"


async def test_every_link_can_be_gone_to_and_come_back_from() -> None:
    async with at() as person:
        await chain_of_v9(person)
        for row, kind in (("commits", "branches"), ("ci", "ci"), ("images", "images"),
                          ("runs", "runs"), ("containers", "containers")):
            await on(person, row)
            key = page(person).area.key
            await person.press("enter")
            await person.until(lambda: view(person) == kind and selected(person) is not None, kind)  # noqa: B023
            if kind == "branches":
                assert selected(person).name == "feature/quantile-scaler"
            else:
                await person.until(lambda: key.endswith(selected(person).key), key)  # noqa: B023
            await person.press("-" if row == "ci" else "escape")
            await person.sees("Lineage: churn v9")
            assert page(person).area.key == key, "and the cursor is where it was"
        await person.press("escape")
        await person.sees_no("Lineage")
        assert view(person) == "versions"
        assert selected(person).version == "9"


async def test_escape_means_the_list_again_once_the_cursor_moved_after_a_jump() -> None:
    async with at() as person:
        await chain_of_v9(person)
        await on(person, "runs")
        await person.press("enter")
        await person.until(lambda: view(person) == "runs" and selected(person), "the run")
        await person.press("j", "escape")
        await person.until(lambda: view(person) == "experiments", "out of the list inside")
        await person.press("-")
        await person.sees("Lineage: churn v9")


async def test_used_by_goes_down_only_and_back() -> None:
    async with at() as person:
        await person.press("1", "j")
        await person.until(lambda: selected(person).name == "feature/quantile-scaler", "the row")
        await person.press("u")
        await person.sees("Used by: ")
        await person.sees("churn v9")
        await person.sees("churn-live")
        await person.press("u")
        await person.sees("Lineage: ")
        await person.press("escape")
        await to_v9(person)
        await person.press("u")
        await person.sees("churn-live")
        assert "#811" not in person.screen_text, "CI is above a version"


async def test_what_has_no_chain_says_so() -> None:
    async with at() as person:
        await person.press("4", "L")
        await person.sees("an experiment is a folder")
        await person.press("-")
        await person.sees("no two commands")


async def test_a_system_that_is_away_breaks_its_own_links_only() -> None:
    async with at() as person:
        await to_v9(person)
        systems = person.app.front.world.tracking  # type: ignore[attr-defined]
        systems.problem = "MLflow does not answer"
        await person.press("L")
        await person.until(lambda: "asking" not in person.screen_text, "every answer")
        await person.sees("MLflow does not answer")
        await person.sees("churn-live")


async def test_the_chain_is_copied_and_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with at() as person:
        texts = copied(person, monkeypatch)
        await chain_of_v9(person)
        await person.press("y")
        await person.sees("Mermaid")
        await person.press("end", "enter")
        await person.until(lambda: bool(texts), "the copy")
        assert texts[0].startswith("flowchart LR")
        await person.press("S")
        await person.sees("Save as")
        await person.press("enter")
        await person.sees("lineage-churn-v9.json")
        await person.press("enter")
        await person.sees("saved to")
        told = json.loads((tmp_path / "lineage-churn-v9.json").read_text())
        assert told["of"] == {"kind": "versions", "key": "churn/9"}


# what lights up

def marks(person: Driver, number: int) -> str:
    """What stands in the gutter of a pane's rows."""
    pane = next(one for one in floor(person).panes if one.spec.number == number)
    lines = person.screen_text.splitlines()[pane.region.y + 1 : pane.region.bottom - 1]
    return "".join(line[pane.region.x + 1] for line in lines)


@pytest.mark.parametrize(("ascii_only", "mark"), [(False, "┊"), (True, ":")])
async def test_what_belongs_together_lights_up_by_a_mark(ascii_only: bool, mark: str) -> None:
    async with at(ascii_only=ascii_only) as person:
        await person.press("1", "j")
        await person.until(lambda: marks(person, 3)[0] == mark, "its image, below a resting cursor")
        assert mark in marks(person, 2), "its CI run"
        assert mark not in marks(person, 5), "a model that no list has read a version of"
        await to_v9(person)
        await person.press("5", "escape")
        await person.until(lambda: view(person) == "models", "the models")
        await person.until(lambda: mark in marks(person, 1), "the branch that v9 was made from")


async def test_a_key_in_one_list_repaints_no_other_whose_marks_stay() -> None:
    async with at() as person:
        await person.press("1", "end")
        await person.until(lambda: "┊" not in marks(person, 2), "nothing belongs to this one")
        painted: list[str] = []
        for pane in floor(person).panes[2:]:
            rows = pane.list
            rows.refresh = lambda *_a, name=rows.id, **_k: painted.append(name)
        await person.press("up")
        house = person.app.house  # type: ignore[attr-defined]
        await person.until(lambda: house.lighting._of[1] == selected(person).key, "the look")
        assert painted == []


async def test_thin_lines_are_not_lit() -> None:
    async with at(slow=True) as person:
        house = person.app.house  # type: ignore[attr-defined]
        await person.press("1", "j")
        await person.until(lambda: house.lighting._of[1] == selected(person).key, "the look")
        assert "┊" not in person.screen_text


async def test_a_commit_that_no_list_has_is_shown_itself() -> None:
    async with at() as person:
        await person.press("5", "enter")
        await person.until(lambda: view(person) == "versions", "the versions")
        await person.until(lambda: selected(person) is not None, "a version")
        while selected(person).version != "7":
            await person.press("j")
        await person.press("L")
        await person.until(lambda: not page(person).area.trail.waiting, "every answer")
        await on(person, "commits")
        await person.press("enter")
        await person.until(lambda: view(person) == "branches", "the branch that it heads")
        assert selected(person).name == "release/1.4"
