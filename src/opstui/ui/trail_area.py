"""A trail on the screen: one thing under another, with what proves it or breaks it below."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.ui.document import wrapped
from opstui.ui.measure import fit, on_ground, width_of
from opstui.ui.page import PageArea
from opstui.ui.paint import Line, Span
from opstui.ui.theme import Brush
from opstui.ui.trail import Trail, TrailRow

INDENT = 13
"""Cells that what stands below a row is further in."""


class TrailArea(PageArea):
    """Draws the rows around the cursor."""

    hints = (
        ("enter", "go there"), ("u", "used by"), ("r", "ask again"), ("y", "copy"), ("S", "save"),
        ("?", "keys"), ("esc", "close"),
    )

    def __init__(self, brush: Brush, trail: Trail, key: str = "") -> None:
        super().__init__(brush)
        self.trail = trail
        self.key = key or trail.begins_at
        """Of the row under the cursor."""
        self._top = 0
        self.rows: Sequence[TrailRow] = ()
        self.put(trail)

    def put(self, trail: Trail) -> None:
        """Show a trail as it is by now; the cursor stays on its row."""
        self.trail = trail
        self.heading = trail.title
        self.rows = trail.rows(ascii_only=self.brush.ascii_only)
        self.redraw()

    @property
    def index(self) -> int:
        """Of the row under the cursor."""
        return next((n for n, row in enumerate(self.rows) if row.key == self.key), 0)

    @property
    def row(self) -> TrailRow | None:
        """The row under the cursor."""
        return self.rows[self.index] if self.rows else None

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, as near as there is one."""
        if self.rows:
            self.key = self.rows[max(0, min(index, len(self.rows) - 1))].key
            self.redraw()

    def scroll_by(self, lines: int) -> None:
        """The wheel moves the cursor."""
        self.move_to(self.index + (1 if lines > 0 else -1))

    def frame_facts(self) -> Line:
        """Whether something is still asked."""
        return (Span("asking… ", "busy"),) if self.trail.waiting else ()

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """The rows in sight, the one under the cursor whole."""
        lines: list[Line] = []
        first = last = 0
        for n, row in enumerate(self.rows):
            here = n == self.index
            if here:
                first = len(lines)
            lines.append(self._head(row, width, here=here))
            lines += self._under(row, width)
            if here:
                last = len(lines)
        self._top = max(0, min(self._top, first, len(lines) - height))
        self._top = max(self._top, min(first, last - height))
        return lines[self._top : self._top + height]

    def _under(self, row: TrailRow, width: int) -> list[Line]:
        bar = Span(" |" if self.brush.ascii_only else " │", "dim")
        indent = Span(" " * (INDENT - 2))
        return [
            (bar, indent, *piece)
            for under in row.under for piece in wrapped(under, max(8, width - INDENT))
        ]

    def _head(self, row: TrailRow, width: int, *, here: bool) -> Line:
        bar = (">" if self.brush.ascii_only else "▌") if here else " "
        room = max(0, width - 1 - width_of(row.tail) - (1 if row.tail else 0))
        gap = (Span(" "),) if row.tail else ()
        line = (Span(bar, "accent"), *fit(row.head, room), *gap, *row.tail)
        return on_ground(line, "cursor") if here else line
