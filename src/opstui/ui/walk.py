"""Going to a thing wherever it is, and back to where one was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.ui.level import Level
from opstui.ui.work import start_work

if TYPE_CHECKING:
    from opstui.ui.house import House
    from opstui.ui.trail import Trail, Way

KEPT = 20
"""Places that are remembered."""
PAGES = 10
"""Pages of a list that are read at most to find a thing in it."""


@dataclass(slots=True)
class Spot:
    """Where a person was."""

    pane: int
    tab: int
    stack: list[Level]
    key: str
    filter: str
    trail: Trail | None = None
    """The page that was over it, with the row that was gone to."""
    row: str = ""

    def same(self, other: Spot) -> bool:
        """Whether it is the same row of the same list."""
        return (self.pane, self.tab, self.key, self.filter) == (
            other.pane, other.tab, other.key, other.filter
        ) and [id(one) for one in self.stack] == [id(one) for one in other.stack]


class Walk:
    """Knows where one came from."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._been: list[Spot] = []
        self._arrived: Spot | None = None

    def here(self) -> Spot:
        """Where the person is."""
        floor = self._house.floor
        pane = floor.pane
        place = pane.level.place
        return Spot(floor.active, pane.tab, list(pane.stacks[pane.tab]), place.key, place.filter)

    @property
    def just_arrived(self) -> bool:
        """Whether nothing was done since a jump, so that back means back from it."""
        floor = self._house.floor
        return (
            self._arrived is not None and bool(self._been) and not floor.in_detail
            and not floor.pane.level.place.marked and self._arrived.same(self.here())
        )

    def go(self, kind: str, key: str, trail: Trail | None = None, row: str = "") -> None:
        """Go to a thing in its list; one that is inside of another is opened there.

        trail, row: the page that one comes from, and its row.
        """
        house = self._house
        was = self.here()
        was.trail, was.row = trail, row
        stacks = [stack for pane in house.floor.panes for stack in pane.stacks]
        belonging = house.belonging
        if belonging is None or any(stack[0].view.kind == kind for stack in stacks) or any(
            belonging.at_hand(level.view, kind, key) or _lists(level, kind, key)
            for stack in stacks for level in stack
        ):
            house.floor.go_kind(kind, key)
            self._come(was)
        else:
            start_work(house, partial(self._inside, kind, key, was), "walk", exclusive=True)

    async def _inside(self, kind: str, key: str, was: Spot) -> None:
        house = self._house
        if house.belonging is None:
            return
        try:
            way = await house.belonging.way(kind, key)
            if way is None:
                house.say(f"{key} is in no list here", "warning")
                return
            level = Level(way.view, house.floor.pane.clock, name=way.name)
            listed = await _filled(level, way, key)
        except OpstuiError as error:
            house.say(str(error), "error")
            return
        if way.instead is not None and not listed:
            await house.keys.desk.read(*way.instead)
            if was.trail is not None:
                await show_trail(house, was.trail, was.row)
            return
        floor = house.floor
        floor.go_kind(way.kind, way.key)
        pane = floor.pane
        pane.stacks[pane.tab].append(level)
        pane.show_level()
        pane.polls.plan()
        floor.show_details()
        self._come(was)
        if not listed:
            house.say(f"{key} is not in this list any more", "warning")

    def _come(self, was: Spot) -> None:
        """Remember where that was, unless it is the same list."""
        here = self.here()
        if replace(was, key="", filter="").same(replace(here, key="", filter="")):
            return
        self._been = [*self._been[1 - KEPT :], was]
        self._arrived = here

    def forget(self) -> None:
        """Another way to come back is nearer now."""
        self._been, self._arrived = [], None

    def back(self) -> bool:
        """Go to where one was before the last jump; False where there was none."""
        if not self._been:
            return False
        house, spot = self._house, self._been.pop()
        floor = house.floor
        pane = floor.panes[spot.pane]
        pane.tab, pane.stacks[spot.tab] = spot.tab, list(spot.stack)
        place = pane.level.place
        if place.filter != spot.filter:
            pane.filter(spot.filter)
        place.key = place.sought = spot.key
        pane.show_level()
        pane.reload()
        floor.go(spot.pane)
        self._arrived = self.here() if self._been else None
        if spot.trail is not None:
            start_work(house, partial(show_trail, house, spot.trail, spot.row), "action")
        return True


def _lists(level: Level, kind: str, key: str) -> bool:
    return level.view.kind == kind and any(item.key == key for item in level.snapshot.items)


async def _filled(level: Level, way: Way, key: str) -> bool:
    """Read a list until the thing is in it; whether it is."""
    level.place.key = level.place.sought = key

    def listed() -> bool:
        return any(item.key == key for item in level.snapshot.items)

    await level.load()
    if way.find and not listed() and level.view.server_filter(way.find):
        level.place.filter = way.find
        await level.load(fresh=True)
    for _ in range(PAGES):
        if listed() or not level.snapshot.token or way.find:
            break
        await level.load(more=True)
    return listed()


async def show_trail(house: House, trail: Trail, row: str = "") -> None:
    """Show a trail over everything; where the person chose a link, go there."""
    from opstui.ui.trail_page import TrailPage

    desk = house.keys.desk
    page = TrailPage(desk, house.keys.keymap, house.brush, trail, row)
    await desk.show(page)
    if page.gone_to is not None:
        house.walk.go(*page.gone_to, page.area.trail, page.area.key)
