"""A grid of dots that becomes lines of text: braille, half blocks, or plain ASCII."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from opstui.ui.paint import Line, Span

MARKERS = "*o+x#@%&"
"""What tells series apart in ASCII where colour can't, in order."""
SHAPES = "●▲■◆○△□◇"
"""And where a terminal has more than ASCII."""

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot by row and column, from the Unicode chart of U+2800."""


class Dots(Enum):
    """What stands for the dots of a cell; the value is how many there are across and down."""

    BRAILLE = (2, 4)
    BLOCKS = (1, 2)
    """For fonts without braille, such as the Linux console's."""
    ASCII = (1, 1)


def marker(order: int, dots: Dots) -> str:
    """The mark of the series at this place in the legend."""
    marks = MARKERS if dots is Dots.ASCII else SHAPES
    return marks[order % len(marks)]


class Canvas:
    """`columns` x `rows` cells to draw on; what is drawn later lies on top."""

    def __init__(self, columns: int, rows: int, dots: Dots = Dots.BRAILLE) -> None:
        self._columns, self._rows = columns, rows
        self._kind = dots
        self._fine = dots.value
        self._dots: dict[tuple[int, int], int] = {}
        self._marks: dict[tuple[int, int], str] = {}
        self._styles: dict[tuple[int, int], str] = {}

    def column(self, share: float) -> int:
        """The dot column at a share of the width, 0 left and 1 right."""
        return round(share * (self._columns * self._fine[0] - 1))

    def row(self, share: float) -> int:
        """The dot row at a share of the height, 0 at the bottom and 1 on top."""
        return round((1 - share) * (self._rows * self._fine[1] - 1))

    def stroke(self, dots: Sequence[tuple[int, int]], style: str, marker: str) -> None:
        """A line through all dots; a lonely one is marked, as a single dot is hardly seen."""
        if len(set(dots)) == 1:
            lonely = marker if self._kind is Dots.ASCII else "•"
            self.mark(dots[0], style, lonely)
            return
        for (x, y), (to_x, to_y) in pairwise(dots):
            for at_x, at_y in _between(x, y, to_x, to_y):
                self._dot(at_x, at_y, style, marker)

    def mark(self, dot: tuple[int, int], style: str, marker: str) -> None:
        """A character in the cell of a dot."""
        cell = dot[0] // self._fine[0], dot[1] // self._fine[1]
        self._marks[cell], self._styles[cell] = marker, style

    def odd(self, share: float, value: float) -> None:
        """Tell of a value that is no number: infinities at their edge, NaN at the bottom."""
        column = self.column(share) // self._fine[0]
        upwards = math.isinf(value) and value > 0
        up, down, nan = ("^", "v", "?") if self._kind is Dots.ASCII else ("↑", "↓", "×")
        mark = nan if math.isnan(value) else up if upwards else down
        cell = (column, 0 if upwards else self._rows - 1)
        self._marks[cell], self._styles[cell] = mark, "warn"

    def post(self, share: float, style: str) -> None:
        """An upright line behind all that is drawn."""
        column = self.column(share) // self._fine[0]
        bar = "|" if self._kind is Dots.ASCII else "│"
        for row in range(self._rows):
            cell = (column, row)
            if cell not in self._dots and cell not in self._marks:
                self._marks[cell], self._styles[cell] = bar, style

    def lines(self) -> list[Line]:
        """What was drawn, one line a row, each `columns` cells wide."""
        return [self._line(row) for row in range(self._rows)]

    def _dot(self, x: int, y: int, style: str, marker: str) -> None:
        cell = x // self._fine[0], y // self._fine[1]
        if self._kind is Dots.ASCII:
            self._marks[cell] = marker
        elif self._kind is Dots.BLOCKS:
            self._dots[cell] = self._dots.get(cell, 0) | 1 << y % 2
        else:
            self._dots[cell] = self._dots.get(cell, 0) | _DOTS[y % 4][x % 2]
        self._styles[cell] = style

    def _line(self, row: int) -> Line:
        spans: list[Span] = []
        for column in range(self._columns):
            cell = (column, row)
            dots = self._dots.get(cell, 0)
            text = self._marks.get(cell) or self._glyph(dots)
            style = self._styles.get(cell, "plain")
            if spans and spans[-1].style == style:
                spans[-1] = Span(spans[-1].text + text, style)
            else:
                spans.append(Span(text, style))
        return tuple(spans)

    def _glyph(self, dots: int) -> str:
        if not dots:
            return " "
        return " ▀▄█"[dots] if self._kind is Dots.BLOCKS else chr(0x2800 + dots)


def _between(x: int, y: int, to_x: int, to_y: int) -> list[tuple[int, int]]:
    """Every dot of a straight line, both ends included."""
    steps = max(abs(to_x - x), abs(to_y - y), 1)
    return [
        (x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps))
        for step in range(steps + 1)
    ]
