"""What of an old picture may be seen while the house fills."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from opstui.domain.page import Page
from opstui.ui import house, reveal
from opstui.ui.reveal import Reveal, at_home
from tests.ui.driver import Driver, driving
from tests.ui.toy import Basket, Fruit, Toy

NOTE = Region(60, 0, 14, 1)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reveal, "PATIENCE", 60.0)


async def settled(driver: Driver, toy: Toy) -> Reveal:
    shown = Reveal(toy.house, NOTE)
    await driver.until(lambda: not shown.regions(), "nothing old any more")
    return shown


async def test_all_of_it_is_seen_until_the_first_pane_has_settled() -> None:
    toy = Toy(Basket([Fruit("apple", 1)]))
    shown = Reveal(toy.house, NOTE)
    async with driving(toy) as driver:
        await driver.until(lambda: toy.house.headed, "the header")
        await settled(driver, toy)
        assert shown.live and at_home(toy.house)
        toy.house.headed = False
        assert shown.regions() == (toy.size.region,)


async def test_pane_that_waits_and_the_note_stay_until_it_has_settled() -> None:
    toy = Toy(Basket([Fruit("apple", 1)]))
    async with driving(toy) as driver:
        shown = await settled(driver, toy)
        pane = toy.house.floor.panes[1]
        level = pane.level
        level.snapshot = type(level.snapshot)()
        assert shown.regions() == (pane.region, NOTE) and not shown.live
        level.snapshot = level.snapshot.failed("the cellar is locked")
        assert shown.regions() == () and shown.live
        level.snapshot = type(level.snapshot)().read(Page(()), toy.house.floor.panes[0].clock(),
                                                     fresh=True)
        assert shown.regions() == ()


async def test_whoever_goes_anywhere_leaves_it_behind() -> None:
    toy = Toy(Basket([Fruit("apple", 1), Fruit("fig", 2)]))
    async with driving(toy) as driver:
        shown = await settled(driver, toy)
        level = toy.house.floor.panes[1].level
        level.snapshot = type(level.snapshot)()
        for key, back in (("2", "1"), ("plus", "plus"), ("j", "k"), ("?", "escape"),
                          ("/", "escape")):
            await driver.press(key)
            await driver.until(lambda: not shown.regions(), f"nothing old after {key}")
            await driver.press(back)
            level.snapshot = type(level.snapshot)()
            await driver.until(lambda: bool(shown.regions()), f"home again after {back}")


async def test_slow_line_is_asked_less_of() -> None:
    toy = Toy(Basket([Fruit("apple", 1)]))
    old = toy.house
    slow = house.House(
        [pane.spec for pane in old.floor.panes[:5]], [old.floor.panes[5].spec], brush=old.brush,
        clock=old.floor.panes[0].clock, keymap=old.keys.keymap, headline=old._headline,
        place="build2", slow=True,
    )
    assert {pane.polls.pace for pane in slow.floor.panes} == {house.SLOW_PACE}
    assert slow.floor.detail.rests > old.floor.detail.rests
