"""Charts over the whole screen: read as they come into sight, zoomed, moved, read off, saved."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from time import monotonic

from opstui.domain.errors import OpstuiError
from opstui.ui.action import action
from opstui.ui.chart_area import ChartArea, Read
from opstui.ui.chart_keys import Moving
from opstui.ui.chart_shaping import Shaping
from opstui.ui.curves import curves
from opstui.ui.desk import Choice, Desk
from opstui.ui.keymap import Keymap
from opstui.ui.page import Page
from opstui.ui.plot import Plot
from opstui.ui.saving import file_name, save_as
from opstui.ui.theme import Brush
from opstui.ui.work import start_work

VALUES, LEAST, MOST = 8000, 250, 1000
"""Values that are asked for of all lines together, and of each at least and at most."""
LIVE = 10.0
"""Seconds after which lines that still grow are read again."""
PACE = 10
"""Times that a server rests as long as it worked."""
RESTS = 0.25
"""Seconds that a part must stay in sight before it is read more exactly."""
MARGIN = 0.25
"""Share of its width by which more of a part is read at either side."""
FORMS = (
    Choice("svg", "SVG", "the chart as it is in sight"),
    Choice("csv", "CSV", "the values of this metric that were read"),
)


class ChartPage(Page):
    """The charts of one or many runs until they are closed."""

    kind = "charts"
    noun = "Charts"
    parts = (Moving, Shaping)

    def __init__(self, desk: Desk, keymap: Keymap, brush: Brush, plot: Plot) -> None:
        self.area = ChartArea(brush, plot)
        super().__init__(desk, keymap, self.area)
        self.plot = plot
        self._reading = False
        self._rest = LIVE
        """Seconds until what grows is read again: long after what took long or failed."""
        self._stale: set[str] = set()
        """Metrics to be read again."""

    def on_mount(self) -> None:
        """Begin to read what is in sight; go on as long as something grows."""
        super().on_mount()
        self.call_after_refresh(self.go_on)
        if any(thing.live for thing in self.area.things):
            self.set_timer(LIVE, self._renew_by_itself)

    def on_resize(self) -> None:
        """Other charts may come into sight."""
        self.call_after_refresh(self.go_on)

    def renew(self) -> None:
        """Read what is in sight again."""
        self._stale |= set(self.area.in_sight()) & set(self.area.read)
        self.go_on()

    def _renew_by_itself(self) -> None:
        """Read again what grows, not before the last reading has ended and rested."""
        if not self._reading:
            self.renew()
        self.set_timer(self._rest, self._renew_by_itself)

    @property
    def points(self) -> int:
        """Values to ask for of each line."""
        return max(LEAST, min(MOST, VALUES // max(1, len(self.area.things))))

    def go_on(self) -> None:
        """Read what is in sight and not known; a part more exactly once it rests."""
        if not self._reading:
            self._reading = True
            start_work(self, self._read_on, "read")
        if self.area.part is not None and not self.area.grid:
            start_work(self, self._look_closer, "near", exclusive=True)

    async def _read_on(self) -> None:
        area = self.area
        try:
            while wanted := [
                one for one in area.in_sight() if one not in area.read or one in self._stale
            ]:
                await self._read(wanted[0])
        finally:
            self._reading = False

    async def _read(self, metric: str) -> None:
        area = self.area
        self._stale.discard(metric)
        began = monotonic()
        try:
            grown = None if metric in area.read else partial(area.take, metric)
            area.take(metric, await self.plot.courses(metric, None, self.points, grown))
            self._rest = max(LIVE, PACE * (monotonic() - began))
        except OpstuiError as error:
            self._rest = max(LIVE, PACE * PACE * (monotonic() - began))
            if metric in area.read:  # what was read before is still true as far as it goes
                self.tell(str(error), "error")
                return
            area.take(metric, ())
            area.read[metric].problem = str(error)
            area.redraw()

    async def _look_closer(self) -> None:
        """Read the part in sight once more where the server had left values out."""
        await asyncio.sleep(RESTS)
        area, metric = self.area, self.area.metric
        part, known = area.part, area.read.get(metric)
        if part is None or known is None or not any(one.sampled for one in known.courses):
            return
        if known.covers(part) and not any(one.course.sampled for one in known.near):
            return
        margin = (part.high - part.low) * MARGIN
        wide = replace(part, low=part.low - margin, high=part.high + margin)
        scale, lines = area.scale, known.lines.get(area.scale, [])
        steps = [found for one in lines if (found := one.steps(wide, scale)) is not None]
        if not steps:
            return
        interval = min(low for low, _ in steps), max(high for _, high in steps)
        try:
            courses = await self.plot.courses(metric, interval, MOST)
        except OpstuiError as error:
            self.tell(str(error), "error")
            return
        if area.scale == scale:
            known.part, known.near = wide, curves(courses, area.things, scale)
            area.redraw()

    # keys

    @action("escape,q", "Close", item=False)
    async def close(self, _desk: Desk) -> None:
        """Give up reading off, else close the charts."""
        if self.area.cursor is not None:
            self.area.cursor = None
            self.area.redraw()
        else:
            self.dismiss(None)

    @action("e", "Every value", item=False)
    async def every(self, desk: Desk) -> None:
        """Read every value of this metric instead of a sample; a million take a minute."""
        metric = self.area.metric
        desk.say(f"reading every value of {metric}…")
        start_work(self, partial(self._every, metric), "every", exclusive=True)

    async def _every(self, metric: str) -> None:
        try:
            courses = await self.plot.whole(metric)
        except OpstuiError as error:
            self.tell(str(error), "error")
            return
        area, known = self.area, Read(courses)
        known.lines[area.scale] = await asyncio.to_thread(
            curves, courses, area.things, area.scale)
        area.read[metric] = known
        area.redraw()
        self.tell(f"{sum(map(len, courses)):,} values of {metric}", "information")

    @action("r", "Refresh", item=False)
    async def refresh_charts(self, _desk: Desk) -> None:
        """Read what is in sight again."""
        self.renew()

    @action("S", "Save", item=False)
    async def save(self, desk: Desk) -> None:
        """Save this chart as SVG, or its values as CSV; a file that exists is asked about."""
        name = file_name(self.plot.title, self.area.metric)
        await self.begin(partial(save_as, desk, "Save the chart", name, FORMS, self.told))

    def told(self, form: str) -> str:
        """The chart in sight as SVG, or the values of its metric as CSV."""
        from opstui.ui.chart_export import comma_separated, svg

        area = self.area
        lines, manner = area.lines_of(area.metric), area.manner(area.metric)
        if form == "csv" or manner.across is None:
            return comma_separated(area.metric, lines)
        drawn = [one.series(manner.across, 2000) for one in lines]
        return svg(area.metric, drawn, manner, area.scale.axis.value)
