"""Courses keep their spikes and gaps however few columns they are drawn in."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.course import Axis, Course, along, nearest, smoothed, squeezed

values = st.lists(st.floats(), max_size=200)


def course(*numbers: float, times: list[float] | None = None) -> Course:
    steps = list(range(len(numbers)))
    return Course("run", steps, numbers, times or [100.0 + step for step in steps])


@given(values, st.integers(1, 20))
def test_no_spike_and_no_gap_is_lost(numbers: list[float], columns: int) -> None:
    points = [(float(n), value) for n, value in enumerate(numbers)]
    kept = squeezed(points, 0, max(1, len(points) - 1), columns)
    assert len(kept) <= 7 * (columns + 1)
    finite = [value for value in numbers if math.isfinite(value)]
    drawn = [value for _, value in kept if math.isfinite(value)]
    assert (min(finite), max(finite)) == (min(drawn), max(drawn)) if finite else not drawn
    assert {str(v) for v in numbers if not math.isfinite(v)} == {
        str(v) for _, v in kept if not math.isfinite(v)}
    assert [x for x, _ in kept] == sorted(x for x, _ in kept)


def test_a_part_keeps_its_neighbours_so_that_the_line_runs_on() -> None:
    points = [(float(n), float(n)) for n in range(100)]
    assert squeezed(points, 10, 20, 80) == points[9:22]


@given(values, st.floats(0, 0.999))
def test_smoothing_stays_between_the_values(numbers: list[float], weight: float) -> None:
    points = [(float(n), value) for n, value in enumerate(numbers)]
    shown = smoothed(points, weight)
    assert [x for x, _ in shown] == [x for x, _ in points]
    for (_, before), (_, after) in zip(points, shown, strict=True):
        assert math.isfinite(before) or str(before) == str(after)


def test_smoothing_starts_at_the_first_value_and_calms_a_spike() -> None:
    shown = smoothed([(0, 1.0), (1, 1.0), (2, 11.0), (3, math.nan), (4, 1.0)], 0.9)
    assert math.isclose(shown[0][1], 1.0)
    assert 1 < shown[2][1] < 6
    assert math.isnan(shown[3][1])


def test_three_axes() -> None:
    one = course(3.0, 1.0, 2.0, times=[100.0, math.nan, 90.0])
    assert along(one, Axis.STEP) == [(0.0, 3.0), (1.0, 1.0), (2.0, 2.0)]
    assert along(one, Axis.WALL) == [(90.0, 2.0), (100.0, 3.0)]
    assert along(one, Axis.TIME) == [(0.0, 2.0), (10.0, 3.0)]
    assert along(one, Axis.TIME, began=80.0) == [(10.0, 2.0), (20.0, 3.0)]
    assert along(course(), Axis.TIME) == []


def test_the_nearest_point() -> None:
    points = [(0.0, 1.0), (10.0, 2.0)]
    assert nearest(points, -5) == nearest(points, 4) == (0.0, 1.0)
    assert nearest(points, 6) == nearest(points, 99) == (10.0, 2.0)
    assert nearest([], 1) is None
