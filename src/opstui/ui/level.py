"""One list of a pane as a person left it: its view, what was read, where the cursor was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.ui.listing import Place
from opstui.ui.shelf import Shelf
from opstui.ui.snapshot import Snapshot
from opstui.ui.view import View, sorts_on_server


@dataclass(slots=True)
class Level:
    """A view with its state."""

    view: View[Any]
    clock: Callable[[], datetime]
    snapshot: Snapshot = field(default_factory=Snapshot)
    place: Place = field(default_factory=Place)
    name: str = ""
    """What the breadcrumb calls it."""
    loading: bool = False
    outdated: bool = False
    """Something changed while nobody looked."""
    fails: int = 0
    same: int = 0
    """Loads in a row that brought nothing new."""
    took: float = 0.0
    """Seconds that the last load took."""
    ticks: Callable[[], float] = monotonic
    """The clock of `read` and `took`."""
    read: float = 0.0
    """When the last load ended; 0 before the first one did."""
    news: bool = True
    """Whether the last load may have brought anything to draw."""
    turn: int = 0
    """Counts loads, so that an overtaken one delivers nothing."""
    begun: asyncio.Task[bool] | None = None
    """The first load, where it was begun before anybody was there to show it."""
    failing_since: datetime | None = None
    """When the first of the failures in a row was."""

    def __post_init__(self) -> None:
        self.view.level = self
    _kept: Shelf | None = None

    def begin(self) -> asyncio.Task[bool]:
        """Read the source already; the first `load` brings what comes of it."""
        self.begun = asyncio.create_task(self._load(fresh=False, more=False, glance=False))
        return self.begun

    async def load(
        self, *, fresh: bool = False, more: bool = False, glance: bool = False
    ) -> bool:
        """Read the source; False when a later load overtook this one.

        glance: only what the view looks at when it is time for a look.
        """
        begun, self.begun = self.begun, None
        if begun is not None and not fresh and not more:
            return await begun
        return await self._load(fresh=fresh, more=more, glance=glance)

    async def _load(self, *, fresh: bool, more: bool, glance: bool) -> bool:
        self.turn += 1
        turn, began = self.turn, self.ticks()
        glance = glance and self.snapshot.loaded and not self.fails and not self.outdated
        self.loading, self.outdated = True, False
        self.view.asked = fresh
        try:
            page = await (
                self.view.glance() if glance
                else self.view.load(self.snapshot.token if more else "")
            )
        except OpstuiError as error:
            if turn != self.turn:
                return False
            self.fails, self.news = self.fails + 1, True
            self.failing_since = self.failing_since or self.clock()
            self.snapshot = self.snapshot.failed(str(error))
        else:
            if turn != self.turn:
                return False
            self.fails = 0
            self.failing_since = None
            if self.view.begins_at and not self.snapshot.loaded:
                self.place.sought = self.view.begins_at
            now, before = self.clock(), self.snapshot.items
            self.news = page is not None
            self.snapshot = (
                replace(self.snapshot, at=now) if page is None else
                self.snapshot.more(page, now, self._shelf) if more
                else self.snapshot.read(page, now, fresh=fresh)
            )
            self.same = self.same + 1 if self.snapshot.items is before and not fresh else 0
        finally:
            if turn == self.turn:
                self.loading = False
                self.read = self.ticks()
                self.took = self.read - began
        return True

    @property
    def _shelf(self) -> Shelf | None:
        """Where pages may be put away that nobody looks at.

        What filters or sorts by itself has to look at every item again and again.
        """
        if not self.view.filters_on_server or not sorts_on_server(self.view):
            return None
        if self._kept is None:
            self._kept = Shelf()
        return self._kept

    @property
    def told(self) -> bool:
        """Whether the source tells of its changes by itself."""
        return type(self.view).changes is not View.changes
