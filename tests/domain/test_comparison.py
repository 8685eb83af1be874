"""Side by side: what differs, what is best, and never a best that nobody can know."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.comparison import Row, Subject, best_of, compared, told_apart
from opstui.domain.promotion import Direction, Verdict

numbers = st.lists(st.none() | st.floats(), max_size=8)


def row(rows: tuple[Row, ...], name: str) -> Row:
    return next(one for one in rows if one.name == name)


def texts(one: Row) -> list[str]:
    return [value.text for value in one.values]


def test_the_best_of_each_metric_by_its_direction() -> None:
    rows = compared([
        Subject("a", "a", (("auc", 0.9), ("loss", 0.3), ("width", 3.0))),
        Subject("b", "b", (("auc", 0.8), ("loss", 0.2), ("width", 5.0))),
    ], {})
    assert [value.best for value in row(rows, "auc").values] == [True, False]
    assert [value.best for value in row(rows, "loss").values] == [False, True]
    assert not any(value.best for value in row(rows, "width").values), "nobody knows"
    settled = compared([
        Subject("a", "a", (("width", 3.0),)), Subject("b", "b", (("width", 5.0),)),
    ], {"width": "lower"})
    assert [value.best for value in row(settled, "width").values] == [True, False]


def test_differences_are_to_the_one_that_is_measured_by() -> None:
    rows = compared([
        Subject("a", "a", (("auc", 0.9),)), Subject("b", "b", (("auc", 0.8),)),
        Subject("c", "c", (("auc", math.nan),)), Subject("d", "d"),
    ], {}, base=0)
    values = row(rows, "auc").values
    assert [value.difference for value in values] == ["", "-0.1", "", ""]
    assert values[1].verdict is Verdict.WORSE
    assert [value.text for value in values] == ["0.9", "0.8", "nan", ""]


def test_rows_that_are_equal_everywhere_are_told_from_those_that_differ() -> None:
    rows = compared([
        Subject("a", "a", (("nan", math.nan), ("x", 1.0)),
                {"Parameters": (("C", "1"), ("d", "2"))}),
        Subject("b", "b", (("nan", math.nan), ("x", 1.0)), {"Parameters": (("C", "1"),)}),
    ], {})
    assert {one.name: one.differs for one in rows} == {
        "nan": False, "x": False, "C": False, "d": True}


def test_names_of_any_kind_stay_apart_by_section() -> None:
    rows = compared([
        Subject("a", "a", (("auc [%]\x1b", 1.0),),
                {"Tags": (("größe", "模型"),), "T": (("größe", ""),)}),
        Subject("b", "b"),
    ], {})
    assert [(one.section, one.name) for one in rows] == [
        ("Metrics", "auc [%]\x1b"), ("Tags", "größe"), ("T", "größe")]


@given(numbers, st.sampled_from(Direction))
def test_what_is_no_number_is_never_the_best(
    values: list[float | None], direction: Direction
) -> None:
    best = best_of(values, direction)
    for place in best:
        value = values[place]
        assert value is not None
        assert math.isfinite(value)
        others = [one for one in values if one is not None and math.isfinite(one)]
        assert value == (max(others) if direction is Direction.UP else min(others))


@given(numbers)
def test_values_that_differ_read_differently(values: list[float | None]) -> None:
    shown = told_apart(values)
    assert len(set(shown)) == len({str(value) for value in values})
    assert all((text == "") == (value is None) for text, value in zip(shown, values, strict=True))


@pytest.mark.parametrize("values, shown", [
    ([0.912341, 0.912342], ["0.912341", "0.912342"]),
    ([0.5, None], ["0.5", ""]),
    ([math.inf, -math.inf, math.nan], ["inf", "-inf", "nan"]),
    ([1.0, 1.0], ["1", "1"]),
])
def test_values_in_short(values: list[float | None], shown: list[str]) -> None:
    assert told_apart(values) == shown
