"""Line charts as lines of text: braille dots, or plain ASCII where the terminal has no more.

Pure functions: numbers in, lines out. What can't be drawn is said, never smoothed over: a
line breaks at NaN and infinities, and a mark in that place tells which of them it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opstui.domain.text import clean
from opstui.domain.words import number
from opstui.ui.paint import Line, Span
from opstui.ui.raster import MARKERS, Canvas

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: points as (x, y), in any order, and the theme role that colours it."""

    name: str
    points: Sequence[Point]
    style: str = "chart1"


@dataclass(frozen=True, slots=True)
class Range:
    """The finite span of an axis; `low == high` where there is only one value."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where `value` lies, 0 at the low end and 1 at the high one; a half without a span."""
        span = self.high - self.low
        if span == 0:
            return 0.5
        if math.isinf(span):  # two finite numbers can be further apart than a float holds
            return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return (value - self.low) / span


def span_of(values: Iterable[float]) -> Range | None:
    """The range of the finite values, or None when there is none."""
    finite = [value for value in values if math.isfinite(value)]
    return Range(min(finite), max(finite)) if finite else None


def chart(
    series: Sequence[Series], width: int, height: int, *, ascii_only: bool = False
) -> list[Line]:
    """`height` lines of `width` cells: the lines, a y axis, an x axis, a legend for several.

    Axes and legend give way first when there is little room. Later series lie on top.
    """
    width, height = max(0, width), max(0, height)
    if not width or not height:
        return [() for _ in range(height)]
    drawn = [Series(one.name, _sorted(one.points), one.style) for one in series]
    points = [point for one in drawn for point in one.points]
    across, up = span_of(x for x, _ in points), span_of(y for _, y in points)
    if across is None:
        return _centred("no points", width, height)
    legend = len(drawn) > 1 and height >= 5
    footer = 2 if height - legend >= 4 else 0
    rows = height - footer - legend
    labels = _y_labels(up, rows, width)
    margin = max(map(len, labels))
    columns = width - (margin + 1 if margin else 0)
    canvas = Canvas(columns, rows, ascii_only=ascii_only)
    for order, one in enumerate(drawn):
        _draw(canvas, one, across, up, MARKERS[order % len(MARKERS)])
    lines: list[Line] = [_legend(drawn, width, ascii_only=ascii_only)] if legend else []
    bar = "|" if ascii_only else "│"
    for label, row in zip(labels, canvas.lines(), strict=True):
        axis = (Span(f"{label:>{margin}}{bar}", "dim"),) if margin else ()
        lines.append((*axis, *row))
    if footer:
        lines += _footer(across, width, margin, ascii_only=ascii_only)
    return lines


def sparkline(values: Sequence[float], width: int, *, ascii_only: bool = False) -> str:
    """The course of the values in at most `width` characters; a gap where one is not finite.

    With more values than characters each character stands for the last finite value of its
    share. A constant course lies in the middle.
    """
    bars = "_.-=^" if ascii_only else "▁▂▃▄▅▆▇█"
    if width <= 0 or not values:
        return ""
    count = min(width, len(values))
    shares = [
        values[index * len(values) // count : (index + 1) * len(values) // count]
        for index in range(count)
    ]
    last = [next((v for v in reversed(share) if math.isfinite(v)), math.nan) for share in shares]
    reach = span_of(last)
    if reach is None:
        return " " * count
    return "".join(
        bars[min(len(bars) - 1, int(reach.place(value) * len(bars)))]
        if math.isfinite(value) else " "
        for value in last
    )


def _sorted(points: Sequence[Point]) -> list[Point]:
    """By x, in the given order where x is equal; without an x there is no place to draw."""
    return sorted((point for point in points if math.isfinite(point[0])), key=lambda p: p[0])


def _draw(canvas: Canvas, one: Series, across: Range, up: Range | None, marker: str) -> None:
    """The finite stretches as lines, single points and values that are no numbers as marks."""
    stretch: list[tuple[int, int]] = []
    for x, y in one.points:
        if up is not None and math.isfinite(y):
            stretch.append((canvas.column(across.place(x)), canvas.row(up.place(y))))
            continue
        canvas.stroke(stretch, one.style, marker)
        stretch = []
        canvas.odd(across.place(x), y)
    canvas.stroke(stretch, one.style, marker)


def _centred(text: str, width: int, height: int) -> list[Line]:
    """A remark in the middle of an otherwise empty field."""
    blank: Line = (Span(" " * width),)
    lines = [blank] * height
    lines[height // 2] = (Span(text[:width].center(width), "dim"),)
    return lines


def ticks(values: Sequence[float]) -> list[str]:
    """The values as short numbers, with as many digits as tell different ones apart."""
    texts = [number(value) for value in values]
    for digits in range(5, 18):
        if len(set(texts)) == len(set(values)):
            break
        texts = [f"{value:.{digits}g}" for value in values]
    return texts


def _y_labels(up: Range | None, rows: int, width: int) -> list[str]:
    """One label a row, most of them empty: the highest value on top, the lowest at the bottom."""
    labels = [""] * rows
    if up is None:
        labels[rows // 2] = "no numbers"
    elif up.low == up.high:
        labels[(rows - 1) // 2] = number(up.low)
    elif rows >= 2:
        at = {0: up.high, rows - 1: up.low}
        if rows >= 5 and rows % 2:
            at[rows // 2] = up.low / 2 + up.high / 2
        for row, text in zip(at, ticks(list(at.values())), strict=True):
            labels[row] = text
    return labels if max(map(len, labels)) + 1 <= width // 2 else [""] * rows


def _footer(across: Range, width: int, margin: int, *, ascii_only: bool) -> list[Line]:
    """The x axis and its first, middle and last value."""
    rule, corner = ("-", "+") if ascii_only else ("─", "└")
    start = margin + 1 if margin else 0
    room = width - start
    axis = (" " * margin + corner if margin else "") + rule * room
    values = [across.low, across.high] if across.low != across.high else [across.low]
    first, *more = ticks(values)
    text = first[:room].center(room) if not more else first
    if more:
        last = more[0]
        text = f"{first}{last:>{room - len(first)}}" if len(first) + len(last) < room else ""
        text = _with_middle(text, across, room)
    return [
        (Span(axis, "dim"),),
        (Span((" " * start + text).ljust(width)[:width], "dim"),),
    ]


def _with_middle(text: str, across: Range, room: int) -> str:
    """The x labels with one more below the middle, where there is room: whole among whole ones."""
    half = across.low / 2 + across.high / 2
    if across.low == int(across.low) and across.high == int(across.high):
        half = float(round(half))
    middle = number(half)
    at = round(across.place(half) * (room - 1)) - len(middle) // 2
    free = text[max(0, at - 2) : at + len(middle) + 2]
    if at < 2 or len(free) < len(middle) + 4 or free.strip():
        return text
    return text[:at] + middle + text[at + len(middle) :]


def _legend(series: Sequence[Series], width: int, *, ascii_only: bool) -> Line:
    """Marker and name of every series, as many as fit."""
    from rich.cells import cell_len, set_cell_size

    spans: list[Span] = []
    used = 0
    for order, one in enumerate(series):
        marker = MARKERS[order % len(MARKERS)] if ascii_only else "━"
        text = f"{marker} {clean(one.name)}  "
        room = width - used
        if cell_len(text.rstrip()) > room:
            spans.append(Span(set_cell_size(text, room), one.style))
            used = width
            break
        text = set_cell_size(text, min(room, cell_len(text)))
        spans.append(Span(text, one.style))
        used += cell_len(text)
    spans.append(Span(" " * (width - used)))
    return tuple(span for span in spans if span.text)
