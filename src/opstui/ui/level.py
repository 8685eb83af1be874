"""One list of a pane as a person left it: its view, what was read, where the cursor was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.ui.listing import Place
from opstui.ui.snapshot import Snapshot
from opstui.ui.view import View

RETRY = 5.0
"""Seconds until a failed load is tried again; doubles up to MOST."""
MOST = 60.0


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
    turn: int = 0
    """Counts loads, so that an overtaken one delivers nothing."""

    async def load(self, *, fresh: bool = False, more: bool = False) -> bool:
        """Read the source; False when a later load overtook this one."""
        self.turn += 1
        turn, began = self.turn, monotonic()
        self.loading, self.outdated = True, False
        if fresh:
            self.view.anew()
        try:
            page = await self.view.load(self.snapshot.token if more else "")
        except OpstuiError as error:
            if turn != self.turn:
                return False
            self.fails += 1
            self.snapshot = self.snapshot.failed(str(error))
        else:
            if turn != self.turn:
                return False
            self.fails = 0
            now, before = self.clock(), self.snapshot.items
            self.snapshot = (
                self.snapshot.more(page, now) if more
                else self.snapshot.read(page, now, fresh=fresh)
            )
            self.same = self.same + 1 if self.snapshot.items is before and not fresh else 0
        finally:
            if turn == self.turn:
                self.loading = False
                self.took = monotonic() - began
        return True

    def rest(self) -> float | None:
        """Seconds until the next load by itself; None where only changes cause one."""
        if self.fails:
            return float(min(MOST, RETRY * 2.0 ** (self.fails - 1)))
        if self.view.interval is None:
            return None
        if self.view.paced:
            return self.view.interval
        interval = self.view.interval * (2 if self.same else 1)  # nothing new: ask less often
        if self.told:  # beside what tells, it may take its time
            interval = min(max(interval, MOST * 2), interval * 2.0 ** min(self.same, 2))
        return max(interval, 10 * self.took)

    @property
    def told(self) -> bool:
        """Whether the source tells of its changes by itself."""
        return type(self.view).changes is not View.changes
