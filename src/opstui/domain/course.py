"""The course of a metric: what was logged when, and how it is prepared to be drawn.

A course may hold a million values, so everything here is one pass over plain numbers.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Course:
    """One metric of one run, by step and then by time."""

    run: str
    steps: Sequence[int]
    values: Sequence[float]
    """NaN and infinities are real values here."""
    times: Sequence[float]
    """Seconds since 1970; NaN where the server gave none."""
    sampled: bool = False
    """The server left values out between the first and the last."""

    def __len__(self) -> int:
        return len(self.steps)


class Axis(Enum):
    """What the values lie along."""

    STEP = "step"
    TIME = "time since the start"
    WALL = "wall clock"


def along(course: Course, axis: Axis, began: float | None = None) -> list[Point]:
    """The values by the axis, in its order; those without a place on it are left out.

    began: when the run started, in seconds since 1970; its first value's time where unknown.
    """
    if axis is Axis.STEP:
        return [(float(step), value) for step, value in
                zip(course.steps, course.values, strict=True)]
    timed = [pair for pair in zip(course.times, course.values, strict=True)
             if math.isfinite(pair[0])]
    timed.sort(key=lambda pair: pair[0])
    if axis is Axis.WALL or not timed:
        return timed
    zero = timed[0][0] if began is None else began
    return [(time - zero, value) for time, value in timed]


def smoothed(points: Sequence[Point], weight: float) -> list[Point]:
    """The exponential moving average with its start corrected, as TensorBoard draws it.

    weight: 0 leaves all as it is, near 1 smooths most. What is no number stays and counts not.
    """
    if weight <= 0:
        return list(points)
    shown: list[Point] = []
    total, share = 0.0, 0.0
    for x, value in points:
        if math.isfinite(value):
            total = total * weight + (1 - weight) * value
            share = share * weight + (1 - weight)
            shown.append((x, total / share))
        else:
            shown.append((x, value))
    return shown


def squeezed(points: Sequence[Point], low: float, high: float, columns: int) -> list[Point]:
    """The points between `low` and `high`, at most a few for each of `columns`.

    Every column keeps its first, lowest, highest and last number in their order, and each kind of
    what is no number once, so that no spike and no gap is lost. The nearest point beyond each
    end stays, so that the line runs on to the edge. `points` must be sorted by x.
    """
    start = max(0, bisect_left(points, low, key=_x) - 1)
    end = min(len(points), bisect_right(points, high, key=_x) + 1)
    inside = points[start:end]
    if len(inside) <= 4 * columns or columns < 1 or not high > low:
        return list(inside)
    kept: list[Point] = []
    share: list[Point] = []
    at = -1
    scale = columns / (high - low)
    for point in inside:
        column = int(min(max(point[0] - low, 0.0) * scale, columns))
        if column != at:
            kept += _few(share)
            share, at = [], column
        share.append(point)
    return kept + _few(share)


def _x(point: Point) -> float:
    return point[0]


def _few(share: Sequence[Point]) -> list[Point]:
    """What a column's points are drawn by."""
    if len(share) <= 4:
        return list(share)
    keep: set[int] = set()
    lowest = highest = first = last = -1
    odd: dict[str, int] = {}
    for n, (_, value) in enumerate(share):
        if not math.isfinite(value):
            odd.setdefault(str(value), n)
            continue
        first, last = (n if first < 0 else first), n
        lowest = n if lowest < 0 or value < share[lowest][1] else lowest
        highest = n if highest < 0 or value > share[highest][1] else highest
    keep.update(odd.values())
    keep.update(n for n in (first, lowest, highest, last) if n >= 0)
    return [share[n] for n in sorted(keep)]


def nearest(points: Sequence[Point], x: float) -> Point | None:
    """The point nearest to a place on the axis; None without points."""
    if not points:
        return None
    at = bisect_left(points, x, key=_x)
    around = points[max(0, at - 1) : at + 1]
    return min(around, key=lambda point: abs(point[0] - x))
