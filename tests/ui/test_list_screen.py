"""Marks, columns and long cells, as a person meets them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opstui.ui.column import Column
from tests.ui.driver import Driver, driving
from tests.ui.toy import NOON, Basket, Fruit, Toy


def fruits(*names: str) -> Basket:
    return Basket([Fruit(name, weight) for weight, name in enumerate(names, 1)])


def marked(person: Driver) -> tuple[str, ...]:
    return person.app.house.floor.pane.list.marked


async def test_rows_are_marked_counted_kept_and_let_go() -> None:
    basket = fruits("apple", "fig", "pear", "plum")
    async with driving(Toy(basket)) as person:
        await person.sees("plum")
        await person.press("space", "j", "space")
        await person.sees("2 marked")
        await person.sees("•✓ apple")
        assert marked(person) == ("apple", "pear")
        basket.fruits = [Fruit("aaa"), *basket.fruits[2:], basket.fruits[0]]
        basket.changed.set()
        await person.sees("aaa")
        assert marked(person) == ("pear", "apple")
        await person.press("escape")
        await person.sees_no("marked")
        assert marked(person) == ()


async def test_a_range_is_marked_and_everything() -> None:
    async with driving(Toy(fruits("apple", "fig", "pear", "plum"))) as person:
        await person.sees("plum")
        await person.press("space", "j", "V")
        assert marked(person) == ("apple", "fig", "pear")
        await person.press("*")
        assert len(marked(person)) == 4


async def test_marks_that_a_filter_hides_are_still_counted() -> None:
    async with driving(Toy(fruits("apple", "fig"))) as person:
        await person.sees("fig")
        await person.press("space", "slash", "f", "i", "enter")
        await person.sees("1 marked /fi")
        assert marked(person) == ("apple",)


async def test_a_column_is_hidden_stays_hidden_and_comes_back() -> None:
    basket = fruits(*(f"fruit{n}" for n in range(30)))
    async with driving(Toy(basket), 80, 24) as person:
        await person.sees("weight")
        await person.press("C")
        await person.sees("Columns")
        await person.press("j", "j", "enter")
        await person.sees_no("weight")
        basket.fruits.append(Fruit("later"))
        await person.press("r")
        await person.sees("/31")
        assert "weight" not in person.screen_text
        await person.press("C", "G", "enter")
        await person.sees("weight")


async def test_long_cells_are_moved_into_sight_and_back() -> None:
    long = "feature/" + "x" * 80 + "/end-of-it"
    async with driving(Toy(fruits("apple", long)), 80, 24) as person:
        await person.sees("feature/")
        assert "end-of-it" not in person.screen_text
        await person.press(*["right"] * 12)
        await person.sees("end-of-it")
        await person.sees("apple")
        await person.press(*["left"] * 12)
        await person.sees("feature/")


async def test_a_column_is_made_narrower_and_wider() -> None:
    async with driving(Toy(fruits("apple-of-many-letters"))) as person:
        await person.sees("apple-of-many-letters")
        await person.press(*["<"] * 20)
        await person.sees("✓ ap…")
        await person.press(*[">"] * 6)
        await person.sees("apple-of-many-letters")


async def test_ages_are_looked_at_again_and_repaint_only_what_reads_differently(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOON]
    toy = Toy(fruits("apple", "fig"))
    view = toy.house.floor.panes[0].view
    columns = view.columns()
    age = Column[Fruit]("age", "age", lambda f: str(now[0] - NOON) if f.name == "fig" else "x")
    monkeypatch.setattr(view, "columns", lambda: (*columns, age))
    async with driving(toy) as person:
        await person.sees("about apple")
        await person.settles()
        rows = person.app.house.floor.pane.list
        painted: list[object] = []
        monkeypatch.setattr(rows, "refresh", lambda *regions, **_: painted.extend(regions))
        rows.rearrange()
        assert painted == []
        now[0] += timedelta(minutes=1)
        rows.rearrange()
        assert len(painted) == 1
