"""A line or a few without a frame, written again only when they differ."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from opstui.ui.framed import fit
from opstui.ui.paint import Line
from opstui.ui.theme import Brush


class Bar(Widget):
    """Header, footer, tabs, notices."""

    DEFAULT_CSS = "Bar { width: 1fr; height: 1; }"

    def __init__(self, brush: Brush, *, id: str) -> None:
        super().__init__(id=id)
        self.brush = brush
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What it shows."""
        return self._lines

    def put(self, lines: Sequence[Line]) -> None:
        """Show these lines; the bar grows and shrinks with them, and no line hides it."""
        new = tuple(lines)
        if new == self._lines:
            return
        if len(new) != len(self._lines):
            self.display = bool(new)
            self.styles.height = max(1, len(new))
        self._lines = new
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, cleaned."""
        brush = self.brush
        line = fit(self._lines[y], self.size.width) if y < len(self._lines) else ()
        segments = [Segment(brush.text(span.text), brush.style(span.style)) for span in line]
        return Strip(segments).adjust_cell_length(self.size.width, brush.style("plain"))
