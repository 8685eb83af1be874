"""Lines keep their colours, parts stay inside the whole, and files hold what was drawn."""

from __future__ import annotations

import csv
import math
import xml.etree.ElementTree as ElementTree

from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.course import Axis, Course
from opstui.ui.chart import Manner, Series, chart
from opstui.ui.chart_axes import Range
from opstui.ui.chart_export import comma_separated, svg
from opstui.ui.curves import COARSE, Curve, Scale, curves, moved, reach, zoomed
from opstui.ui.plot import Thing

finite = st.floats(-1e12, 1e12)
parts = st.tuples(finite, finite).map(lambda ends: Range(min(ends), max(ends)))


def course(run: str, length: int) -> Course:
    return Course(run, range(length), [float(n % 7) for n in range(length)],
                  [1000.0 + n for n in range(length)])


def test_every_line_keeps_its_place_where_others_are_missing() -> None:
    things = [Thing("a", "a"), Thing("b", "b"), Thing("c", "c")]
    lines = curves([course("c", 3), course("x", 3)], things, Scale())
    assert [(one.thing.name, one.order) for one in lines] == [("c", 2)]
    assert lines[0].series(Range(0, 2), 10).style == "chart3"
    assert reach(lines) == Range(0, 2)
    assert reach([]) is None


def test_a_long_line_is_drawn_from_few_points_and_near_from_all() -> None:
    spike = 777_777
    values = [0.0] * 1_000_000
    values[spike] = 5.0
    line = Curve(Course("a", range(1_000_000), values, values), Thing("a", "a"), 0, Scale())
    far = line.series(Range(0, 999_999), 300)
    assert len(far.points) < 4 * COARSE
    assert max(y for _, y in far.points) == 5.0, "the spike is there from afar"
    near = line.series(Range(spike - 5, spike + 5), 300)
    assert (float(spike), 5.0) in near.points
    assert len(near.points) <= 13


@given(parts, st.floats(0.01, 10), st.floats(0, 1))
def test_a_part_stays_inside_the_whole(whole: Range, factor: float, share: float) -> None:
    part = zoomed(whole, whole, factor, share)
    slack = 1e-6 * max(1.0, abs(whole.low), abs(whole.high))
    if factor >= 1:
        assert part is None
    elif part is not None:
        for one in (part, moved(part, whole, 0.2), moved(part, whole, -5), moved(part, whole, 5)):
            assert whole.low - slack <= one.low <= one.high <= whole.high + slack


def test_steps_of_a_part_of_time() -> None:
    line = Curve(course("a", 100), Thing("a", "a", 990.0), 0, Scale(Axis.TIME))
    assert line.steps(Range(20, 30), Scale(Axis.TIME)) == (9, 21)
    assert line.steps(Range(5000, 6000), Scale(Axis.TIME)) is None
    assert line.steps(Range(2.5, 3.5), Scale()) == (2, 4)


points = st.lists(st.tuples(st.floats(), st.floats()), max_size=30)
series = st.lists(st.builds(Series, name=st.text(max_size=8), points=points), max_size=4)


@given(series, st.text(max_size=10), st.booleans())
def test_any_picture_is_xml_that_a_browser_takes(
    drawn: list[Series], title: str, log: bool
) -> None:
    text = svg(title, drawn, Manner(log=log), "step")
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    assert "nan" not in "".join(one.get("points", "") for one in root.iter())


def test_a_picture_tells_lines_apart_without_colour() -> None:
    lines = [Series(f"run {n}", [(0.0, float(n)), (1.0, float(n))]) for n in range(3)]
    root = ElementTree.fromstring(svg("auc & <b>", lines, Manner(), "step"))
    drawn = [one for one in root.iter() if one.tag.endswith("polyline")]
    assert len({one.get("stroke-dasharray") for one in drawn}) == 3
    assert "auc & <b>" in [one.text for one in root.iter()]


def test_values_are_written_as_they_are() -> None:
    odd = Course("id1", [1, 2**60], [math.nan, 0.1 + 0.2], [math.nan, 1.5])
    [line] = curves([odd], [Thing("id1", "größe, 模型")], Scale(weight=0.9))
    rows = list(csv.reader(comma_separated("auc", [line]).splitlines()))
    assert rows[1:] == [
        ["auc", "id1", "größe, 模型", "1", "", "nan"],
        ["auc", "id1", "größe, 模型", str(2**60), "1970-01-01T00:00:01.500000+00:00",
         "0.30000000000000004"],
    ]


def test_nothing_in_a_part_is_said() -> None:
    rows = chart([Series("auc", [(0.0, 1.0)])], 40, 7, Manner(across=Range(5, 6)))
    assert any("no points" in span.text for row in rows for span in row)
