"""The axes of a chart: which span they cover, and what is written beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len, set_cell_size

from opstui.domain.text import clean
from opstui.domain.words import duration, number
from opstui.ui.paint import Line, Span

Told = Callable[[Sequence[float]], list[str]]
"""Writes several places of an axis so that different ones read differently."""


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

    def at(self, share: float) -> float:
        """The value at a share of the way from the low end to the high one."""
        return self.low * (1 - share) + self.high * share


def span_of(values: Iterable[float]) -> Range | None:
    """The range of the finite values, or None when there is none."""
    finite = [value for value in values if math.isfinite(value)]
    return Range(min(finite), max(finite)) if finite else None


def ticks(values: Sequence[float]) -> list[str]:
    """The values as short numbers, with as many digits as tell different ones apart."""
    texts = [number(value) for value in values]
    for digits in range(5, 18):
        if len(set(texts)) == len(set(values)):
            break
        texts = [f"{value:.{digits}g}" for value in values]
    return texts


def powers(values: Sequence[float]) -> list[str]:
    """Exponents of ten as the numbers they stand for."""
    return ticks([10.0**value if value < 308 else math.inf for value in values])


def lengths(values: Sequence[float]) -> list[str]:
    """Seconds as lengths of time; `-` before the start."""
    return [f"-{duration(-value)}" if value < 0 else duration(value) for value in values]


def moments(zone: tzinfo | None) -> Told:
    """Seconds since 1970 as times of a zone: only as exact as the span asks for."""

    def told(values: Sequence[float]) -> list[str]:
        span = max(values) - min(values)
        form = "%Y-%m-%d" if span > 4 * 86400 else "%m-%d %H:%M" if span > 7200 else "%H:%M:%S"
        return [_moment(value, zone, form) for value in values]

    return told


def _moment(value: float, zone: tzinfo | None, form: str) -> str:
    try:
        return datetime.fromtimestamp(value, zone).strftime(form)
    except (ValueError, OverflowError, OSError):
        return number(value)


def y_labels(up: Range | None, rows: int, width: int, told: Told) -> list[str]:
    """One label a row, most of them empty: round numbers where they lie; else, as for powers of
    ten, the highest value on top and the lowest at the bottom."""
    labels = [""] * rows
    if up is None:
        labels[rows // 2] = "no numbers"
    elif up.low == up.high:
        labels[(rows - 1) // 2] = told([up.low])[0]
    elif rows >= 5 and told is ticks and (round_ones := _round_labels(up, rows)):
        labels = round_ones
    elif rows >= 2:
        count = max(1, (rows - 1) // 4) if rows >= 5 else 1
        places = sorted({round(n * (rows - 1) / count) for n in range(count + 1)})
        values = [up.at(1 - row / (rows - 1)) for row in places]
        for row, text in zip(places, told(values), strict=True):
            labels[row] = text
    return labels if max(map(len, labels)) + 1 <= width // 2 else [""] * rows


def _round_labels(up: Range, rows: int) -> list[str]:
    """Labels at round numbers, each in its row; empty where fewer than two have one."""
    labels = [""] * rows
    values = round_places(up, max(2, (rows - 1) // 3))
    if len(values) < 2:
        return []
    for value, text in zip(values, _alike(values), strict=True):
        labels[round((1 - up.place(value)) * (rows - 1))] = text
    return labels


def _alike(values: Sequence[float]) -> list[str]:
    """Round numbers with equally many decimals, as 0.80 beside 0.85."""
    texts = ticks([0.0 if abs(value) < 1e-12 * abs(values[-1] - values[0]) else value
                   for value in values])
    if any("e" in text or "," in text for text in texts):
        return texts
    decimals = max(len(text.partition(".")[2]) for text in texts)
    return [f"{float(text):.{decimals}f}" for text in texts]


def footer(across: Range, width: int, margin: int, told: Told, *, ascii_only: bool) -> list[Line]:
    """The x axis and what lies where on it."""
    rule, corner = ("-", "+") if ascii_only else ("─", "└")
    start = margin + 1 if margin else 0
    room = width - start
    axis = (" " * margin + corner if margin else "") + rule * room
    text = " " * start + _x_labels(across, room, told)
    return [(Span(axis, "dim"),), (Span(text.ljust(width)[:width], "dim"),)]


def named_places(
    across: Range, width: int, margin: int, named: Sequence[tuple[float, str]]
) -> Line:
    """The names of places below the axis, as near to them as there is room."""
    start = margin + 1 if margin else 0
    room = width - start
    text = ""
    for place, name in sorted(named):
        share = across.place(place)
        if not 0 <= share <= 1:
            continue
        name = clean(name)
        at = max(0, min(round(share * (room - 1)) - cell_len(name) // 2, room - cell_len(name)))
        at = max(at, cell_len(text) + 2 if text else 0)
        if at + cell_len(name) <= room:
            text += " " * (at - cell_len(text)) + name
    return (Span(set_cell_size(" " * start + text, width), "accent"),)


def _x_labels(across: Range, room: int, told: Told) -> str:
    if across.low == across.high:
        return told([across.low])[0][:room].center(room)
    values = round_places(across, room // 12) if told is ticks else []
    if len(values) > 1 and (text := _beside(values, across, room)):
        return text
    for count in (8, 4, 2, 1):
        if room >= 12 * count or count == 1:
            text = _placed(across, room, told, count)
            if text:
                return text
    return told([across.low])[0][:room].ljust(room)


def round_places(across: Range, most: int) -> list[float]:
    """At most `most` and one places on the axis that are round numbers, at even distances."""
    span = across.high - across.low
    if most < 1 or not math.isfinite(span) or span < 1e-300:
        return []
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((power * one for one in (1, 2, 5) if power * one >= rough), power * 10)
    first = math.ceil(across.low / step)
    places = [(first + n) * step for n in range(most + 1)]
    inside = [place for place in places if across.low <= place <= across.high]
    return inside if len(set(inside)) == len(inside) else []


def _beside(values: Sequence[float], across: Range, room: int) -> str:
    """A label below each place, those left out that have no room; empty with fewer than two."""
    text, count = "", 0
    for value, label in zip(values, ticks(values), strict=True):
        at = round(across.place(value) * (room - 1)) - len(label) // 2
        at = max(0, min(at, room - len(label)))
        if not text or at >= len(text) + 2:
            text, count = text.ljust(at) + label, count + 1
    return text if count > 1 and len(text) <= room else ""


def _placed(across: Range, room: int, told: Told, count: int) -> str:
    """`count + 1` labels below their places; empty where they have no room."""
    whole = across.low == int(across.low) and across.high == int(across.high)
    values = [across.at(n / count) for n in range(count + 1)]
    if whole:
        values = [float(round(value)) for value in values]
    if len(set(values)) < len(values):
        return ""
    text = ""
    for n, (value, label) in enumerate(zip(values, told(values), strict=True)):
        at = round(across.place(value) * (room - 1)) - len(label) // 2
        at = 0 if n == 0 else room - len(label) if n == count else at
        if n and at < len(text) + 2:
            return ""
        text = text.ljust(at) + label
    return text if len(text) <= room else ""
