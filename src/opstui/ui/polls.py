"""When a list is read again by itself: soon for whoever is there, seldom for nobody."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from textual.timer import Timer

from opstui.ui.level import Level

AWAY = 30.0
"""Seconds without a key, a click or the terminal's focus, after which nobody seems to be there."""
RETRY, MOST = 5.0, 60.0
"""Seconds until a failed load is tried again, doubled each time, and the most of it."""
CALM = 120.0
"""The most seconds between loads of what nothing tells about, while nobody is there."""
SOON = 0.3
"""Seconds that a key has for itself before what was found to be old is read again."""


class Presence:
    """Whether somebody is there, by the last sign of them."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self.ticks = ticks
        self._last = ticks()

    def sign(self) -> None:
        """Somebody did something."""
        self._last = self.ticks()

    @property
    def away(self) -> bool:
        """Whether nobody seems to be there."""
        return self.ticks() - self._last > AWAY


def rest(level: Level, *, away: bool) -> float | None:
    """Seconds between a load and the next one by itself; None where only changes cause one."""
    interval = level.view.interval
    if level.fails:
        return float(min(MOST, RETRY * 2.0 ** (level.fails - 1)))
    if interval is None:
        return None
    if level.view.paced and not away:
        return interval
    if level.told and not level.view.paced:
        seldom = level.view.calm
        every = seldom if interval >= AWAY else min(seldom, interval * 2.0 ** min(level.same, 2))
    elif away:  # what goes on is followed, what does not is asked for less and less often
        every = min(max(interval, CALM), interval * 2.0 ** level.same)
    else:
        every = patience(level) or interval
    return max(every, 10 * level.took)


def patience(level: Level) -> float | None:
    """Seconds after which what is shown is too old for somebody who is there."""
    interval = level.view.interval
    if interval is None or level.fails:
        return None
    if level.view.paced:
        return interval
    return max(interval * (2 if level.same else 1), 10 * level.took)


class Polls:
    """Wakes a pane when its list in sight is to be read again; sleeps until then."""

    def __init__(
        self, level: Callable[[], Level], look: Callable[[], None],
        timer: Callable[[float, Callable[[], None]], Timer], presence: Presence,
    ) -> None:
        """level: the list in sight. look: reads it again. timer: calls after some seconds."""
        self._level = level
        self._look = look
        self._after = timer
        self._presence = presence
        self._timer: Timer | None = None
        self._awake = True
        self._soon = False
        self._away = False
        """Whether it was planned for nobody."""
        self.pace = 1.0
        """How many times longer than usual it rests between loads."""

    def plan(self) -> None:
        """Look again when it is time, counted from the last load."""
        level = self._level()
        self._away = self._presence.away
        every = rest(level, away=self._away)
        self._set(None if every is None else every * self.pace - self._old(level))

    def wake(self, awake: bool) -> None:
        """A pane out of sight does not look; what tells by itself is still heard."""
        if awake != self._awake:
            self._awake = awake
            if awake:
                self.plan()

    def someone(self) -> None:
        """Somebody is there: nothing in sight stays older than they put up with."""
        level = self._level()
        if not self._awake or self._soon or level.loading or not level.read:
            return
        limit = patience(level)
        if limit is not None and self._old(level) >= limit * self.pace:
            self._set(SOON)
            self._soon = True
        elif self._away:
            self.plan()

    def _old(self, level: Level) -> float:
        return self._presence.ticks() - level.read

    def _set(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._soon = False
        if seconds is not None and self._awake:
            self._timer = self._after(max(SOON, seconds), self._due)

    def _due(self) -> None:
        self._timer, self._soon = None, False
        self._look()
