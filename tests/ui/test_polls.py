"""Who is there gets fresh lists, nobody gets a quiet machine; counted on a clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from textual.timer import Timer

from opstui.domain.errors import OpstuiError
from opstui.domain.page import Page
from opstui.ui.level import Level
from opstui.ui.polls import AWAY, CALM, SOON, Polls, Presence
from opstui.ui.view import View
from tests.ui.driver import Driver, driving
from tests.ui.toy import NOON, Basket, Fruit, Fruits, Toy


@dataclass
class Planned:
    """A timer that waits for the clock."""

    at: float
    work: Callable[[], None]
    clock: Clock

    def stop(self) -> None:
        self.clock.planned.discard(id(self))


@dataclass
class Clock:
    """Time that passes when told."""

    now: float = 1000.0
    timers: list[Planned] = field(default_factory=list)
    planned: set[int] = field(default_factory=set)

    def ticks(self) -> float:
        return self.now

    def after(self, seconds: float, work: Callable[[], None]) -> Timer:
        timer = Planned(self.now + seconds, work, self)
        self.timers.append(timer)
        self.planned.add(id(timer))
        return cast("Timer", timer)

    @property
    def due(self) -> list[Planned]:
        alive = [timer for timer in self.timers if id(timer) in self.planned]
        return sorted(alive, key=lambda timer: timer.at)


class Silent(View[Fruit]):
    """Nothing tells of its changes."""

    kind = "silent"
    interval = 15.0

    def __init__(self) -> None:
        self.fruits: tuple[Fruit, ...] = (Fruit("apple"),)
        self.problem = ""
        self.loads = 0
        self.glances = 0

    async def load(self, token: str = "") -> Page[Fruit]:
        self.loads += 1
        if self.problem:
            raise OpstuiError(self.problem)
        return Page(self.fruits)


class Telling(Silent):
    """Something tells of all but a rest, at which it glances."""

    interval = 30.0
    new: Page[Fruit] | None = None

    async def glance(self) -> Page[Fruit] | None:
        self.glances += 1
        return self.new

    async def _changes(self) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    def changes(self) -> AsyncIterator[None]:
        return self._changes()


class Room:
    """A list in sight, without a screen."""

    def __init__(self, view: Silent) -> None:
        self.view = view
        self.clock = Clock()
        self.presence = Presence(self.clock.ticks)
        self.level = Level(view, lambda: NOON, ticks=self.clock.ticks)
        self.wanted = False
        self.polls = Polls(lambda: self.level, self._look, self.clock.after, self.presence)

    def _look(self) -> None:
        self.wanted = True

    async def read(self, *, glance: bool = False) -> None:
        await self.level.load(glance=glance)
        self.polls.plan()

    async def passes(self, seconds: float) -> None:
        """Let time pass, with whatever it brings."""
        end = self.clock.now + seconds
        while self.clock.due and self.clock.due[0].at <= end:
            timer = self.clock.due[0]
            timer.stop()
            self.clock.now = timer.at
            timer.work()
            if self.wanted:
                self.wanted = False
                await self.read(glance=True)
        self.clock.now = end

    async def key(self) -> None:
        self.presence.sign()
        self.polls.someone()


async def test_an_hour_alone_costs_a_look_every_other_minute() -> None:
    room = Room(Silent())
    await room.read()
    await room.passes(3600)
    assert room.view.loads <= 3600 / CALM + 4


async def test_what_tells_by_itself_is_only_glanced_at_and_seldom() -> None:
    room = Room(Telling())
    await room.read()
    await room.passes(3600)
    assert room.view.loads == 1
    assert room.view.glances == 12
    assert not room.level.news


async def test_whoever_is_there_is_never_shown_what_is_older_than_the_usual_pace() -> None:
    room = Room(Silent())
    await room.read()
    for _ in range(600):
        await room.passes(1)
        await room.key()
        assert room.clock.now - room.level.read <= 2 * 15 + SOON
    assert 600 / 30 - 1 <= room.view.loads <= 600 / 15 + 1


async def test_the_first_key_after_a_while_reads_at_once_what_got_old() -> None:
    room = Room(Silent())
    await room.read()
    await room.passes(1000)
    before, old = room.view.loads, room.clock.now - room.level.read
    assert old > 30
    await room.key()
    await room.key()
    await room.passes(SOON)
    assert room.view.loads == before + 1


async def test_the_first_key_brings_the_pace_back_where_nothing_is_old_yet() -> None:
    room = Room(Silent())
    await room.read()
    await room.passes(1000)
    room.clock.due[0].at = room.clock.now
    await room.passes(0)
    before = room.view.loads
    await room.passes(10)
    await room.key()
    assert room.view.loads == before
    await room.passes(20)
    assert room.view.loads == before + 1


async def test_what_goes_on_is_followed_though_nobody_touches_a_key() -> None:
    room = Room(Silent())
    await room.read()
    await room.passes(AWAY + 1)
    before = room.view.loads
    for number in range(20):
        room.view.fruits = (Fruit(f"apple {number}"),)
        await room.passes(15)
    assert room.view.loads - before >= 18


async def test_a_key_makes_what_tells_by_itself_be_glanced_at_when_it_is_older() -> None:
    view = Telling()
    room = Room(view)
    await room.read()
    await room.passes(29)
    await room.key()
    await room.passes(SOON)
    assert room.view.glances == 0
    await room.passes(1)
    await room.key()
    await room.passes(SOON)
    assert room.view.glances == 1
    view.new = Page((Fruit("pear"),))
    await room.passes(61)
    await room.key()
    await room.passes(SOON)
    assert [one.name for one in room.level.snapshot.items] == ["pear"]
    assert room.level.news


async def test_a_failed_list_is_loaded_whole_and_less_and_less_often() -> None:
    room = Room(Telling())
    room.view.problem = "closed"
    await room.read()
    await room.passes(600)
    assert 10 <= room.view.loads <= 14
    assert room.view.glances == 0


async def test_out_of_sight_nothing_is_planned_and_back_in_sight_it_is_read_if_old() -> None:
    room = Room(Silent())
    await room.read()
    room.polls.wake(False)
    await room.passes(3600)
    assert room.view.loads <= 2
    before = room.view.loads
    room.polls.wake(True)
    await room.passes(SOON)
    assert room.view.loads == before + 1


# in the house


@pytest.fixture
def polled(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A house whose fruit gets old after ten seconds, on a clock of its own."""
    clock = Clock()
    monkeypatch.setattr(Fruits, "interval", 10.0)
    monkeypatch.setattr("opstui.ui.house.Presence", lambda: Presence(clock.ticks))
    return clock


def aged(person: Driver, clock: Clock, seconds: float) -> None:
    """Some time after everything was read."""
    panes: Any = person.app.house.floor.panes  # type: ignore[attr-defined]
    for pane in panes:
        pane.level.read = clock.now
        pane.polls.plan()
    clock.now += seconds


@pytest.mark.parametrize("sign", ["key", "click", "focus"])
async def test_a_sign_of_somebody_reads_again_what_got_old(polled: Clock, sign: str) -> None:
    basket = Basket([Fruit("apple")])
    async with driving(Toy(basket)) as person:
        await person.sees("apple")
        await person.until(lambda: basket.loads >= 1, "a load")
        before = basket.loads
        aged(person, polled, 9)
        await person.press("g")
        await person.settles()
        assert basket.loads == before
        basket.fruits.append(Fruit("pear"))
        aged(person, polled, 21)
        if sign == "key":
            await person.press("g")
        elif sign == "click":
            await person.pilot.click("#list-1", offset=(4, 2))
        else:
            person.app.app_focus = False
            await person.settles()
            person.app.app_focus = True
        await person.sees("pear")


async def test_news_are_shown_at_once_though_nobody_is_there(polled: Clock) -> None:
    basket = Basket([Fruit("apple")])
    async with driving(Toy(basket)) as person:
        await person.sees("apple")
        aged(person, polled, 1000)
        basket.fruits.append(Fruit("pear"))
        basket.changed.set()
        await person.sees("pear")
