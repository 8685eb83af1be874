"""A grid of dots that becomes lines of text: eight dots a cell in braille, one in ASCII."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from opstui.ui.paint import Line, Span

MARKERS = "*o+x#@"
"""What tells series apart where colour can't, in order."""

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot by row and column, from the Unicode chart of U+2800."""


class Canvas:
    """`columns` x `rows` cells to draw on; what is drawn later lies on top."""

    def __init__(self, columns: int, rows: int, *, ascii_only: bool) -> None:
        self._columns, self._rows = columns, rows
        self._ascii = ascii_only
        self._fine = (1, 1) if ascii_only else (2, 4)
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
            cell = self._cell(*dots[0])
            self._marks[cell] = marker if self._ascii else "•"
            self._styles[cell] = style
            return
        for (x, y), (to_x, to_y) in pairwise(dots):
            for at_x, at_y in _between(x, y, to_x, to_y):
                self._dot(at_x, at_y, style, marker)

    def odd(self, share: float, value: float) -> None:
        """Tell of a value that is no number: infinities at their edge, NaN at the bottom."""
        column = self.column(share) // self._fine[0]
        upwards = math.isinf(value) and value > 0
        up, down, nan = ("^", "v", "?") if self._ascii else ("↑", "↓", "×")
        mark = nan if math.isnan(value) else up if upwards else down
        cell = (column, 0 if upwards else self._rows - 1)
        self._marks[cell], self._styles[cell] = mark, "warn"

    def lines(self) -> list[Line]:
        """What was drawn, one line a row, each `columns` cells wide."""
        return [self._line(row) for row in range(self._rows)]

    def _cell(self, x: int, y: int) -> tuple[int, int]:
        return x // self._fine[0], y // self._fine[1]

    def _dot(self, x: int, y: int, style: str, marker: str) -> None:
        cell = self._cell(x, y)
        if self._ascii:
            self._marks[cell] = marker
        else:
            self._dots[cell] = self._dots.get(cell, 0) | _DOTS[y % 4][x % 2]
        self._styles[cell] = style

    def _line(self, row: int) -> Line:
        spans: list[Span] = []
        for column in range(self._columns):
            cell = (column, row)
            dots = self._dots.get(cell, 0)
            text = self._marks.get(cell) or (chr(0x2800 + dots) if dots else " ")
            style = self._styles.get(cell, "plain")
            if spans and spans[-1].style == style:
                spans[-1] = Span(spans[-1].text + text, style)
            else:
                spans.append(Span(text, style))
        return tuple(spans)


def _between(x: int, y: int, to_x: int, to_y: int) -> list[tuple[int, int]]:
    """Every dot of a straight line, both ends included."""
    steps = max(abs(to_x - x), abs(to_y - y), 1)
    return [
        (x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps))
        for step in range(steps + 1)
    ]
