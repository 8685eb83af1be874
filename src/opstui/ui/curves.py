"""Courses as lines to draw: along an axis, smoothed, cut to what is in sight. No widget.

A line of a million values is thinned once; where much of it is in sight, that is drawn from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from opstui.domain.course import Axis, Course, Point, along, smoothed, squeezed
from opstui.ui.chart import Series
from opstui.ui.chart_axes import Range, Told, lengths, moments, span_of, ticks
from opstui.ui.plot import Thing

COARSE = 4000
"""Columns that a long line is thinned to for a look from afar."""
NEAR = 8
"""A part smaller than the whole by this much is drawn from all values."""
WEIGHTS = (0.0, 0.6, 0.9, 0.97)
"""How much smoothing there is to choose from."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How courses are laid out."""

    axis: Axis = Axis.STEP
    weight: float = 0.0


class Curve:
    """One line."""

    def __init__(self, course: Course, thing: Thing, order: int, scale: Scale) -> None:
        self.course = course
        self.thing = thing
        self.order = order
        points = smoothed(along(course, scale.axis, thing.began), scale.weight)
        self.points: Sequence[Point] = points
        self.span = Range(points[0][0], points[-1][0]) if points else None
        self._coarse: Sequence[Point] = points
        if self.span is not None and len(points) > 4 * COARSE:
            self._coarse = squeezed(points, self.span.low, self.span.high, COARSE)

    def series(self, across: Range, columns: int) -> Series:
        """What is drawn of it in `columns` columns."""
        whole = self.span.high - self.span.low if self.span is not None else 0.0
        near = (across.high - across.low) * NEAR < whole
        points = squeezed(
            self.points if near else self._coarse, across.low, across.high, columns
        )
        return Series(self.thing.name, points, f"chart{self.order % 6 + 1}", self.order)

    def steps(self, across: Range, scale: Scale) -> tuple[int, int] | None:
        """The steps that lie in a part of the axis, one more at each end; None without any."""
        if scale.axis is Axis.STEP:
            return math.floor(across.low), math.ceil(across.high)
        zero = 0.0
        if scale.axis is Axis.TIME:
            times = [time for time in self.course.times[:1] if math.isfinite(time)]
            zero = self.thing.began if self.thing.began is not None else sum(times)
        inside = [
            n for n, time in enumerate(self.course.times)
            if across.low <= time - zero <= across.high
        ]
        if not inside:
            return None
        first, last = max(0, inside[0] - 1), min(len(self.course) - 1, inside[-1] + 1)
        return self.course.steps[first], self.course.steps[last]


def curves(courses: Sequence[Course], things: Sequence[Thing], scale: Scale) -> list[Curve]:
    """A line for every course, in the things' order and with their colours."""
    place = {thing.key: n for n, thing in enumerate(things)}
    return [
        Curve(one, things[place[one.run]], place[one.run], scale)
        for one in courses if one.run in place
    ]


def reach(lines: Sequence[Curve]) -> Range | None:
    """The span of the axis that all lines together cover."""
    ends = (end for one in lines if one.span for end in (one.span.low, one.span.high))
    return span_of(ends)


def told(scale: Scale, zone: tzinfo | None) -> Told:
    """How places of the axis are written."""
    if scale.axis is Axis.TIME:
        return lengths
    if scale.axis is Axis.WALL:
        return moments(zone)
    return ticks


def zoomed(part: Range, whole: Range, factor: float, share: float = 0.5) -> Range | None:
    """The part made `factor` times as wide around a share of it; None for all there is."""
    span = (part.high - part.low) * factor
    least = (whole.high - whole.low) * 1e-9
    if span >= whole.high - whole.low or not math.isfinite(span):
        return None
    span = max(span, least)
    middle = part.at(share)
    return moved(Range(middle - span * share, middle + span * (1 - share)), whole, 0.0)


def moved(part: Range, whole: Range, share: float) -> Range:
    """The part moved by a share of its width, as far as there is something."""
    span = part.high - part.low
    low = min(max(part.low + span * share, whole.low), whole.high - span)
    return Range(low, low + span)
