"""A chart as a file: a picture as SVG, its values as CSV. Pure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from opstui.domain.text import clean
from opstui.ui.chart import Manner, Point, Series, prepared
from opstui.ui.chart_axes import Range, powers, span_of, ticks
from opstui.ui.curves import Curve

WIDTH, HEIGHT = 960, 540
LEFT, TOP, RIGHT, BOTTOM = 80, 48, 24, 56
LEGEND = 20
"""Height of one line of the legend."""
COLOURS = ("#005faf", "#b36b00", "#008700", "#af0000", "#6a4fb3", "#262626")
"""Ink on white paper for chart1 to chart6."""
DASHES = ("", "8 3", "2 3", "8 3 2 3", "14 4", "1 4", "5 5", "10 2 2 2")
"""What tells lines apart without colour."""


def svg(title: str, series: Sequence[Series], manner: Manner, axis: str) -> str:
    """The chart as a picture of its own: white paper, axes with their numbers, a legend."""
    drawn = [prepared(one, order, manner) for order, one in enumerate(series)]
    up = span_of(y for one in drawn for _, y in one.points)
    across = manner.across or span_of(x for one in drawn for x, _ in one.points) or Range(0, 1)
    height = HEIGHT + LEGEND * len(drawn)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f"<title>{_text(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="18" font-weight="bold">{_text(title)}</text>',
        *_axes(across, up or Range(0, 1), manner, axis),
    ]
    for place, one in enumerate(drawn):
        order = one.order or 0
        ink = f'stroke="{COLOURS[order % len(COLOURS)]}" stroke-width="1.6" fill="none"'
        dash = DASHES[order % len(DASHES)]
        ink += f' stroke-dasharray="{dash}"' if dash else ""
        parts += _line(one.points, across, up, ink, COLOURS[order % len(COLOURS)])
        y = HEIGHT + LEGEND * place
        parts += [
            f'<line x1="{LEFT}" x2="{LEFT + 40}" y1="{y}" y2="{y}" {ink}/>',
            f'<text x="{LEFT + 50}" y="{y + 4}">{_text(one.name)}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(text: str) -> str:
    return escape(clean(text))


def _across(x: float, across: Range) -> float:
    return LEFT + across.place(x) * (WIDTH - LEFT - RIGHT)


def _up(y: float, up: Range) -> float:
    return TOP + (1 - up.place(y)) * (HEIGHT - TOP - BOTTOM)


def _axes(across: Range, up: Range, manner: Manner, axis: str) -> list[str]:
    low, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<path d="M{LEFT} {TOP}V{low}H{right}" stroke="#767676" fill="none"/>']
    values = [up.at(n / 4) for n in range(5)] if up.low != up.high else [up.low]
    for value, text in zip(values, (powers if manner.log else ticks)(values), strict=True):
        y = _up(value, up)
        parts += [
            f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e4e4"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_text(text)}</text>',
        ]
    places = [across.at(n / 6) for n in range(7)] if across.low != across.high else [across.low]
    for place, text in zip(places, manner.told(places), strict=True):
        parts.append(f'<text x="{_across(place, across):.1f}" y="{low + 20}" '
                     f'text-anchor="middle">{_text(text)}</text>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle:.0f}" y="{low + 40}" text-anchor="middle" '
                 f'fill="#767676">{_text(axis)}</text>')
    return parts


def _line(
    points: Sequence[Point], across: Range, up: Range | None, ink: str, colour: str
) -> list[str]:
    """The finite stretches as lines, single points as dots, what is no number as a cross."""
    parts: list[str] = []
    stretch: list[str] = []

    def end() -> None:
        if len(stretch) == 1:
            x, y = stretch[0].split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>')
        elif stretch:
            parts.append(f'<polyline points="{" ".join(stretch)}" {ink}/>')
        stretch.clear()

    for x, y in points:
        if up is not None and math.isfinite(y):
            stretch.append(f"{_across(x, across):.2f},{_up(y, up):.2f}")
            continue
        end()
        edge = TOP + 4 if y > 0 and math.isinf(y) else HEIGHT - BOTTOM - 4
        sign = "×" if math.isnan(y) else "↑" if y > 0 else "↓"
        parts.append(f'<text x="{_across(x, across):.2f}" y="{edge}" text-anchor="middle" '
                     f'fill="{colour}">{sign}</text>')
    end()
    return parts


def comma_separated(metric: str, lines: Sequence[Curve]) -> str:
    """Every value that was read, unsmoothed: metric, run, name, step, time, value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["metric", "run", "name", "step", "time", "value"])
    for one in lines:
        course = one.course
        for step, time, value in zip(course.steps, course.times, course.values, strict=True):
            writer.writerow([clean(metric), course.run, clean(one.thing.name), step,
                             _moment(time), repr(value)])
    return out.getvalue()


def _moment(time: float) -> str:
    try:
        return datetime.fromtimestamp(time, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
