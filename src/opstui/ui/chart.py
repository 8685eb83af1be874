"""Line charts as lines of text, in braille dots, half blocks or plain ASCII.

Pure functions: numbers in, lines out. What can't be drawn is said, never smoothed over: a
line breaks at NaN and infinities, and a mark in that place tells which of them it was.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from opstui.domain.text import clean
from opstui.ui.chart_axes import Range, Told, footer, named_places, powers, span_of, ticks, y_labels
from opstui.ui.paint import Line, Span
from opstui.ui.raster import Canvas, Dots, marker

Point = tuple[float, float]
MARK_EVERY = 24
"""Columns between two marks on one of several lines."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: points as (x, y), in any order, and the theme role that colours it."""

    name: str
    points: Sequence[Point]
    style: str = "chart1"
    order: int | None = None
    """Its place in the legend, which settles its mark; as it comes where None."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a chart is drawn."""

    dots: Dots = Dots.BRAILLE
    log: bool = False
    """The y axis by powers of ten; what is not above 0 is marked as going down without end."""
    across: Range | None = None
    """The part of the x axis in sight; None for all."""
    told: Told = ticks
    """Writes places of the x axis."""
    legend: bool = True
    """A line of names where there are several."""
    cursor: float | None = None
    """A place on the x axis to mark by an upright line."""
    named: tuple[tuple[float, str], ...] = ()
    """Places on the x axis that have names: marked, and named below the axis."""
    base: float | None = None
    """A value that the y axis reaches down to in any case."""
    dotted: bool = False
    """Every point has its mark: there are few, and each is a thing of its own."""


def chart(
    series: Sequence[Series], width: int, height: int, manner: Manner | None = None, *,
    ascii_only: bool = False,
) -> list[Line]:
    """`height` lines of `width` cells: the lines, a y axis, an x axis, a legend for several.

    Axes and legend give way first when there is little room. Later series lie on top.
    """
    manner = manner or Manner(Dots.ASCII if ascii_only else Dots.BRAILLE)
    width, height = max(0, width), max(0, height)
    if not width or not height:
        return [() for _ in range(height)]
    drawn = [prepared(one, order, manner) for order, one in enumerate(series)]
    points = [point for one in drawn for point in one.points]
    across, up = manner.across or span_of(x for x, _ in points), _upwards(points, manner.base)
    if across is None or not points:
        return _centred("no points", width, height)
    legend = len(drawn) > 1 and height >= 5 and manner.legend
    below = 2 if height - legend >= 4 else 0
    names = 1 if manner.named and height - legend - below >= 4 else 0
    rows = height - below - names - legend
    labels = y_labels(up, rows, width, powers if manner.log else ticks)
    margin = max(map(len, labels))
    columns = width - (margin + 1 if margin else 0)
    canvas = Canvas(columns, rows, manner.dots)
    for one in drawn:
        _draw(canvas, one, across, up, manner)
    if len(drawn) > 1:
        for one in drawn:
            _mark(canvas, one, across, up, manner.dots, columns)
    posts = [place for place, _ in manner.named]
    for place in [*posts, *([] if manner.cursor is None else [manner.cursor])]:
        canvas.post(min(1.0, max(0.0, across.place(place))), "dim")
    plain = manner.dots is Dots.ASCII
    lines: list[Line] = [_legend(drawn, width, manner.dots)] if legend else []
    bar = "|" if plain else "│"
    for label, row in zip(labels, canvas.lines(), strict=True):
        axis = (Span(f"{label:>{margin}}{bar}", "dim"),) if margin else ()
        lines.append((*axis, *row))
    if below:
        lines += footer(across, width, margin, manner.told, ascii_only=plain)
    if names:
        lines.append(named_places(across, width, margin, manner.named))
    return lines


def sparkline(
    values: Sequence[float], width: int, *, ascii_only: bool = False, floor: float | None = None
) -> str:
    """The course of the values in at most `width` characters; a gap where one is not finite.

    With more values than characters each character stands for the last finite value of its
    share. A constant course lies in the middle.

    floor: what the lowest bar stands for, where that is not the lowest value.
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
    if floor is not None:
        top = max(value for value in last if math.isfinite(value))
        reach = Range(floor, top if top > floor else floor + 1)
    return "".join(
        bars[min(len(bars) - 1, int(reach.place(value) * len(bars)))]
        if math.isfinite(value) else " "
        for value in last
    )


def _upwards(points: Sequence[Point], base: float | None) -> Range | None:
    """The range of the y axis."""
    reach = span_of(y for _, y in points)
    if reach is None or base is None:
        return reach
    low, high = min(base, reach.low), max(base, reach.high)
    return Range(low, high if high > low else low + 1)


def prepared(one: Series, order: int, manner: Manner) -> Series:
    """By x, in the given order where x is equal, cut to what is in sight, on the y axis' scale.

    Without an x there is no place to draw.
    """
    points = sorted((point for point in one.points if math.isfinite(point[0])), key=lambda p: p[0])
    if manner.log:
        points = [(x, _logarithm(y)) for x, y in points]
    if manner.across is not None:
        points = clipped(points, manner.across)
    return Series(one.name, points, one.style, order if one.order is None else one.order)


def _logarithm(y: float) -> float:
    return math.log10(y) if y > 0 else math.nan if math.isnan(y) else -math.inf


def clipped(points: Sequence[Point], across: Range) -> list[Point]:
    """The points in the range; where a line leaves it, it ends at the edge."""
    kept: list[Point] = []
    before: Point | None = None
    for point in points:
        x = point[0]
        for edge in (across.low, across.high) if before is not None else ():
            if before is not None and before[0] < edge < x:
                height = _on_the_way(before, point, edge)
                if not math.isnan(height):
                    kept.append((edge, height))
        if across.low <= x <= across.high:
            kept.append(point)
        before = point
    return kept


def _on_the_way(start: Point, end: Point, x: float) -> float:
    """The height of the line from one point to another at a place between; NaN without a line."""
    share = Range(start[0], end[0]).place(x)
    if not (math.isfinite(start[1]) and math.isfinite(end[1])):
        return math.nan
    return start[1] * (1 - share) + end[1] * share


def _draw(canvas: Canvas, one: Series, across: Range, up: Range | None, manner: Manner) -> None:
    """The finite stretches as lines, single points and values that are no numbers as marks."""
    mark = marker(one.order or 0, manner.dots)
    stretch: list[tuple[int, int]] = []
    for x, y in one.points:
        if up is not None and math.isfinite(y):
            stretch.append((canvas.column(across.place(x)), canvas.row(up.place(y))))
            continue
        canvas.stroke(stretch, one.style, mark)
        stretch = []
        canvas.odd(across.place(x), y)
    canvas.stroke(stretch, one.style, mark)
    for x, y in one.points if manner.dotted else ():
        if up is not None and math.isfinite(y):
            canvas.mark((canvas.column(across.place(x)), canvas.row(up.place(y))), one.style, mark)


def _mark(
    canvas: Canvas, one: Series, across: Range, up: Range | None, dots: Dots, columns: int
) -> None:
    """Now and then the series' mark on its line, so that colour is not needed."""
    order, points = one.order or 0, one.points
    wide = max(1, columns - 1)
    for column in range(min(wide, (3 + order * 5) % MARK_EVERY), columns, MARK_EVERY):
        x = across.at(column / wide)
        n = bisect_right(points, x, key=lambda point: point[0])
        if up is None or not 0 < n < len(points):
            continue
        y = _on_the_way(points[n - 1], points[n], x)
        if math.isfinite(y):
            dot = canvas.column(across.place(x)), canvas.row(up.place(y))
            canvas.mark(dot, one.style, marker(order, dots))


def _centred(text: str, width: int, height: int) -> list[Line]:
    """A remark in the middle of an otherwise empty field."""
    blank: Line = (Span(" " * width),)
    lines = [blank] * height
    lines[height // 2] = (Span(text[:width].center(width), "dim"),)
    return lines


def _legend(series: Sequence[Series], width: int, dots: Dots) -> Line:
    """Marker and name of every series, as many as fit."""
    from rich.cells import cell_len, set_cell_size

    spans: list[Span] = []
    used = 0
    for one in series:
        text = f"{marker(one.order or 0, dots)} {clean(one.name)}  "
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
