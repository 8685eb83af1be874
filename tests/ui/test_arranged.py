"""How a house is arranged, written down and taken up."""

from __future__ import annotations

import pytest

from opstui.ui.arranged import Arranged, Order, read
from opstui.ui.standing import arrangement, stand
from tests.ui.driver import driving
from tests.ui.test_house import fruits, selected
from tests.ui.toy import Toy


async def test_a_house_opens_as_it_was_left() -> None:
    async with driving(Toy(fruits("apple", "fig", "pear"), fruits("hazel", "walnut"))) as person:
        await person.sees("pear")
        floor = person.app.house.floor  # type: ignore[attr-defined]
        assert arrangement(floor) == Arranged()
        assert arrangement(floor).text() == ""
        await person.press("2", "/")
        await person.type("wal")
        await person.press("enter", "1", "s", "j", "enter")
        await person.sees("weight ")
        await person.press("2", "plus")
        left = arrangement(floor)
    again = read(left.text())
    assert again == left
    toy = Toy(fruits("apple", "fig", "pear"), fruits("hazel", "walnut"))
    floor = toy.house.floor
    again.prepare(stack[0] for pane in floor.panes for stack in pane.stacks)
    stand(floor, again)
    async with driving(toy) as person:
        await person.sees("/wal")  # a filter that was remembered is in sight
        await person.sees("walnut")
        assert selected(person) == "walnut"
        assert "apple" not in person.screen_text  # zoomed
        assert arrangement(floor) == left
        await person.press("escape")  # and one key takes it away
        await person.sees("hazel")
        await person.press("plus")
        await person.sees("weight ")


def test_columns_that_are_hidden_and_widths_come_back() -> None:
    text = Arranged(hidden={"fruits": ["weight"]}, widths={"fruits": {"name": 12}}).text()
    shape = read(text).shapes()["fruits"]
    assert (shape.hidden, shape.widths) == ({"weight"}, {"name": 12})
    assert read(text).plan == Arranged()


def test_what_no_column_is_called_any_more_is_left_out() -> None:
    toy = Toy(fruits("apple"))
    level = toy.house.floor.panes[0].stacks[0][0]
    Arranged(orders={"fruits": Order("colour", True, "")}).prepare([level])
    assert level.place.sort == ""


@pytest.mark.parametrize("text", [
    "", "{}", "[]", "null", '{"active": 1}', "\0",
    Arranged(active=3).text().replace("3", "true"),
    Arranged(active=3).text().replace("3", "1e9"),
    Arranged(active=3).text().replace('"orders": {}', '"orders": {"fruits": {"sort": 3}}'),
    Arranged(active=3).text().replace('"orders": {}', '"orders": {"fruits": {"colour": 3}}'),
    Arranged(active=3).text().replace('"widths": {}', '"widths": {"fruits": {"name": -5}}'),
])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        read(text)
