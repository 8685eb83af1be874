"""A person picks any number of columns from a long menu."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.ui.desk import Choice
from opstui.ui.house_desk import HouseDesk
from opstui.ui.work import start_work
from tests.ui.driver import Driver, driving
from tests.ui.toy import Basket, Fruit, Toy

NAMES = ("auc", "loss", "val/auc", "größe")


async def picking(person: Driver, answers: list[Sequence[str] | None]) -> None:
    house = person.app.screen
    desk: HouseDesk = house.keys.desk  # type: ignore[attr-defined]

    async def ask() -> None:
        answers.append(await desk.pick("Columns", [Choice(one, one) for one in NAMES], ("loss",)))

    start_work(house, ask, "ask")
    await person.sees("type to narrow")


async def test_enter_picks_and_leaves_out_and_esc_is_done() -> None:
    answers: list[Sequence[str] | None] = []
    async with driving(Toy(Basket([Fruit("apple")]))) as person:
        await picking(person, answers)
        await person.press("enter")
        await person.type("val")
        await person.sees_no("größe")
        await person.press("enter")
        await person.press("backspace", "backspace", "backspace", "down", "enter", "escape")
        await person.until(lambda: bool(answers), "the answer")
    assert answers == [("auc", "val/auc")]


async def test_leaving_without_a_change_is_no_answer() -> None:
    answers: list[Sequence[str] | None] = []
    async with driving(Toy(Basket([Fruit("apple")]))) as person:
        await picking(person, answers)
        await person.press("escape")
        await person.until(lambda: bool(answers), "the answer")
    assert answers == [None]
