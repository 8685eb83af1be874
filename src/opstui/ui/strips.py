"""Lines as Textual's strips, each made once for as long as it looks the same."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip
from textual.widget import Widget

from opstui.ui.paint import Line
from opstui.ui.theme import Brush, Look

MOST = 300
"""Strips that are remembered; more of them start over."""


class Strips:
    """Turns lines into strips of one width, cleaned of everything a terminal would act on."""

    def __init__(self, brush: Brush) -> None:
        self._brush = brush
        self._known: dict[Line, Strip] = {}
        self._made_for: tuple[Look, int, tuple[LineFilter, ...]] | None = None
        self._width = 0
        self._filters: tuple[LineFilter, ...] = ()
        self._background = Color(0, 0, 0)

    def suit(self, width: int, filters: Sequence[LineFilter], widget: Widget) -> bool:
        """Make strips of this width through these filters from now on; False where all that
        were made before are of no use any more, also because the look is another one."""
        mark = (self._brush.look, width, tuple(filters))
        if mark == self._made_for:
            return True
        self._made_for, self._width, self._filters = mark, width, mark[2]
        self._background = widget.background_colors[1]
        self._known = {}
        return False

    def of(self, line: Line) -> Strip:
        """The strip of a line."""
        strip = self._known.get(line)
        if strip is None:
            if len(self._known) >= MOST:
                self._known = {}
            strip = self._known[line] = self._make(line)
        return strip

    def _make(self, line: Line) -> Strip:
        brush = self._brush
        segments = [
            Segment(brush.text(span.text), brush.style(span.style)) for span in line if span.text
        ]
        strip = Strip(segments).adjust_cell_length(self._width, brush.style("plain"))
        for one in self._filters:
            strip = strip.apply_filter(one, self._background)
        return strip
