"""The keys that move about in charts: from one to the next, along the axis, in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.ui.action import action
from opstui.ui.curves import moved, zoomed
from opstui.ui.desk import Desk

if TYPE_CHECKING:
    from opstui.ui.chart_page import ChartPage

ZOOM, SHARE = 0.6, 0.2
"""How much of a part stays in sight on zooming in, and by how much of it one press moves."""


class Moving:
    """Acts for the page of charts."""

    def __init__(self, page: ChartPage) -> None:
        self.page = page
        self.area = page.area

    def _step(self, across: int, down: int) -> None:
        columns = self.area.cells()[0] if self.area.grid else 1
        self.area.step(across + down * columns)
        self.page.go_on()

    def _move(self, share: float) -> None:
        whole = self.area.whole()
        if whole is not None and self.area.part is not None:
            self.area.part = moved(self.area.part, whole, share)
            self.area.redraw()
            self.page.go_on()

    def _zoom(self, factor: float) -> None:
        whole = self.area.whole()
        if whole is None or whole.low == whole.high:
            return
        part, cursor = self.area.part or whole, self.area.cursor
        share = min(1.0, max(0.0, part.place(cursor))) if cursor is not None else 0.5
        self.area.part = zoomed(part, whole, factor, share)
        self.area.redraw()
        self.page.go_on()

    def _read_off(self, cells: int) -> None:
        across = self.area.part or self.area.whole()
        if across is None:
            return
        width = max(2, self.area.inner_width - 8)
        cursor = self.area.cursor
        share = across.place(cursor) + cells / width if cursor is not None else 0.5
        self.area.cursor = across.at(min(1.0, max(0.0, share)))
        self.area.redraw()

    @action("j,down", "Next", item=False, footer=False)
    async def down(self, _desk: Desk) -> None:
        """Go to the next metric; among small charts, to the one below."""
        self._step(0, 1)

    @action("k,up", "Previous", item=False, footer=False)
    async def up(self, _desk: Desk) -> None:
        """Go to the metric before; among small charts, to the one above."""
        self._step(0, -1)

    @action("l,right", "Right", item=False, footer=False)
    async def right(self, _desk: Desk) -> None:
        """Show what lies further right; among small charts, go to the next one."""
        if self.area.grid:
            self._step(1, 0)
        else:
            self._move(SHARE)

    @action("h,left", "Left", item=False, footer=False)
    async def left(self, _desk: Desk) -> None:
        """Show what lies further left; among small charts, go to the one before."""
        if self.area.grid:
            self._step(-1, 0)
        else:
            self._move(-SHARE)

    @action("pagedown,space", "Page down", item=False, footer=False)
    async def page_down(self, _desk: Desk) -> None:
        """Show the next page of small charts."""
        columns, rows = self.area.cells()
        self._step(columns * rows if self.area.grid else 1, 0)

    @action("pageup", "Page up", item=False, footer=False)
    async def page_up(self, _desk: Desk) -> None:
        """Show the page of small charts before."""
        columns, rows = self.area.cells()
        self._step(-columns * rows if self.area.grid else -1, 0)

    @action("enter,v", "One or all", item=False)
    async def toggle_grid(self, _desk: Desk) -> None:
        """Give this chart the whole page, or show all small again."""
        self.area.grid = not self.area.grid and len(self.area.metrics) > 1
        self.area.cursor = None
        self.area.redraw()
        self.page.go_on()

    @action("+,i", "Zoom in", item=False)
    async def zoom_in(self, _desk: Desk) -> None:
        """Show less of the axis, larger: around what is read off, else around the middle."""
        self._zoom(ZOOM)

    @action("-,u", "Zoom out", item=False)
    async def zoom_out(self, _desk: Desk) -> None:
        """Show more of the axis."""
        self._zoom(1 / ZOOM)

    @action("0", "Whole", item=False)
    async def whole(self, _desk: Desk) -> None:
        """Show all of the axis."""
        self.area.part = None
        self.area.redraw()

    @action("]", "Read off", item=False)
    async def read_right(self, _desk: Desk) -> None:
        """Read off what every line has at a place; again, one cell further right."""
        self._read_off(1)

    @action("[", "Read off left", item=False, footer=False)
    async def read_left(self, _desk: Desk) -> None:
        """The same, one cell further left."""
        self._read_off(-1)

    @action("}", "Further right", item=False, footer=False)
    async def read_far_right(self, _desk: Desk) -> None:
        """Read off ten cells further right."""
        self._read_off(10)

    @action("{", "Further left", item=False, footer=False)
    async def read_far_left(self, _desk: Desk) -> None:
        """Read off ten cells further left."""
        self._read_off(-10)
