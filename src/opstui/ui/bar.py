"""A line or a few without a frame, written again only when they differ."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from opstui.lean.direct import paint
from opstui.ui.measure import fit
from opstui.ui.paint import Line
from opstui.ui.strips import Strips
from opstui.ui.theme import Brush


class Bar(Widget):
    """Header, footer, tabs, notices."""

    DEFAULT_CSS = "Bar { width: 1fr; height: 1; }"

    def __init__(self, brush: Brush, *, id: str) -> None:
        super().__init__(id=id)
        self.brush = brush
        self._lines: tuple[Line, ...] = ()
        self._strips = Strips(brush)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What it shows."""
        return self._lines

    def put(self, lines: Sequence[Line]) -> None:
        """Show these lines; the bar grows and shrinks with them, and no line hides it."""
        old, new = self._lines, tuple(lines)
        if new == old:
            return
        self._lines = new
        if len(new) != len(old):
            self.display = bool(new)
            self.styles.height = max(1, len(new))
        elif paint(self, range(len(new))):
            return
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Its lines, cleaned."""
        width = crop.right
        self._strips.suit(width, self.get_line_filters(), self)
        return [
            self._strips.of(fit(self._lines[y], width) if y < len(self._lines) else ())
            for y in crop.line_range
        ]
