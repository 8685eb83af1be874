"""Rows of all lists that belong to the selected thing are marked, once the cursor rests."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING

from textual.timer import Timer

from opstui.ui.pane import NONE
from opstui.ui.work import start_work

if TYPE_CHECKING:
    from opstui.ui.house import House

RESTS = 0.2
"""Seconds that the cursor must rest, so that a held key lights nothing up."""
APART = 1.0
"""Seconds between looks by themselves while lists keep changing."""


class Lighting:
    """Asks what belongs to the selected thing, and tells the lists; equal rows send nothing."""

    def __init__(self, house: House, *, on: bool) -> None:
        self._house = house
        self._on = on
        self._timer: Timer | None = None
        self._last = 0.0
        self._shown: Mapping[str, frozenset[str]] = {}
        self._of = ("", "")
        """Kind and key of what was looked at last."""
        self.looking = False
        """Whether something may light up soon."""

    def moved(self) -> None:
        """The selection may be another, or the lists may have news."""
        if self._house.belonging is None:
            return
        if self._timer is not None:
            self._timer.stop()
        self.looking = True
        wait = max(RESTS, self._last + APART - monotonic()) if self._same() else RESTS
        self._timer = self._house.set_timer(wait, self._look)

    def _same(self) -> bool:
        floor = self._house.floor
        return self._of == (floor.pane.view.kind, getattr(floor.item, "key", ""))

    def _look(self) -> None:
        self._timer = None
        start_work(self._house, self._light, "lighting", exclusive=True)

    async def _light(self) -> None:
        house = self._house
        floor = house.floor
        view, item = floor.pane.view, floor.item
        if house.belonging is None:
            return
        lit: Mapping[str, frozenset[str]] = {}
        self.looking = True  # whoever was overtaken said otherwise
        try:
            if item is not None:
                lit = await house.belonging.lit(view, item)
        finally:
            self.looking = self._timer is not None
        self._of = (view.kind, getattr(item, "key", ""))
        self._last = monotonic()
        if self._on and lit != self._shown:
            self._shown = lit
            for pane in floor.panes:
                pane.lit = lit
                pane.list.row_lines.lit = lit.get(pane.view.kind, NONE)
                pane.list.redraw()
