"""The keys that settle how charts are drawn: axis, powers of ten, smoothing, dots, which lines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.course import Axis
from opstui.ui.action import action
from opstui.ui.chart_area import Read, hidden_after, next_weight
from opstui.ui.curves import Scale, curves
from opstui.ui.desk import Choice, Desk
from opstui.ui.raster import Dots
from opstui.ui.work import start_work

if TYPE_CHECKING:
    from opstui.ui.chart_page import ChartPage

LONG = 50_000
"""Values that are laid out beside the keys: more would hold them up."""


class Shaping:
    """Acts for the page of charts."""

    def __init__(self, page: ChartPage) -> None:
        self.page = page
        self.area = page.area

    @action("x", "Axis", item=False)
    async def axis(self, _desk: Desk) -> None:
        """Lay the values along steps, the time since the start, or the wall clock."""
        axes = list(Axis)
        after = axes[(axes.index(self.area.scale.axis) + 1) % len(axes)]
        self._lay_out(replace(self.area.scale, axis=after))

    @action("L", "Log", item=False)
    async def powers(self, _desk: Desk) -> None:
        """Show values by powers of ten, or evenly again."""
        self.area.powers = not self.area.powers
        self.area.redraw()

    @action("s", "Smooth", item=False)
    async def smooth(self, _desk: Desk) -> None:
        """Smooth the lines more: 0.6, 0.9, 0.97, and not at all again."""
        self._lay_out(replace(self.area.scale, weight=next_weight(self.area.scale.weight)))

    @action("b", "Dots", item=False)
    async def draw_with(self, _desk: Desk) -> None:
        """Draw with braille dots, half blocks or plain ASCII."""
        kinds = [Dots.ASCII] if self.area.brush.ascii_only else list(Dots)
        at = kinds.index(self.area.dots)
        self.area.dots = kinds[(at + 1) % len(kinds)]
        self.area.redraw()

    @action("m", "Metric", item=False)
    async def choose(self, desk: Desk) -> None:
        """Choose a metric by its name."""
        await self.page.begin(partial(self._choose, desk))

    async def _choose(self, desk: Desk) -> None:
        chosen = await desk.choose("Metric", [Choice(name, name) for name in self.area.metrics])
        if chosen is not None:
            self.area.at = self.area.metrics.index(chosen)
            self.area.redraw()
            self.page.go_on()

    @action("t", "Lines", item=False)
    async def lines(self, desk: Desk) -> None:
        """Choose the runs whose lines are drawn."""
        await self.page.begin(partial(self._lines, desk))

    async def _lines(self, desk: Desk) -> None:
        keys = [thing.key for thing in self.area.things]
        picked = await desk.pick(
            "Lines", [Choice(thing.key, thing.name) for thing in self.area.things],
            [key for key in keys if key not in self.area.hidden],
        )
        if picked is not None:
            self.area.hidden = hidden_after(keys, picked)
            self.area.redraw()

    def _lay_out(self, scale: Scale) -> None:
        """Lay the lines out otherwise; very long ones beside the keys."""
        known = self.area.read.get(self.area.metric)
        if known is None or sum(map(len, known.courses)) <= LONG:
            self.area.rescale(scale)
        else:
            start_work(self.page, partial(self._prepare, known, scale), "lay out", exclusive=True)

    async def _prepare(self, known: Read, scale: Scale) -> None:
        lines = await asyncio.to_thread(curves, known.courses, self.area.things, scale)
        known.lines[scale] = lines
        self.area.rescale(scale)
