"""The gate `metric`: its sentences, and the arithmetic under all numbers there are."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opstui.domain.gates.facts import Baseline, Judgement
from opstui.domain.gates.keys import Change, change
from opstui.domain.gates.metric import Metric, improves, judge, keeps_up, no_worse
from opstui.domain.promotion import Direction
from opstui.domain.status import Status
from tests.domain.gates.bench import SILENT, beside, facts, known, run

UP, DOWN = Direction.UP, Direction.DOWN
WAYS = st.sampled_from([UP, DOWN])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ANY = st.floats()
SHARES = st.integers(0, 500).map(lambda percent: Change(Fraction(percent, 100), relative=True))
AMOUNTS = st.floats(0, 1e300).map(lambda number: change(number))
CHANGES = st.one_of(SHARES, AMOUNTS)


def said(
    gate: dict[str, Any], ours: float | None, theirs: Baseline | None = None, **more: Any
) -> Judgement:
    mine = run() if ours is None else run(auc=ours)
    return judge(Metric("auc", **gate), facts(
        run=known(mine), baselines={"": theirs or Baseline()}, **more))


def test_a_threshold_is_for_the_value_itself() -> None:
    assert said({"threshold": 0.9}, 0.91) == Judgement(
        Status.PASSED, "auc 0.91, at least 0.9")
    assert said({"threshold": 0.9}, 0.9).status is Status.PASSED
    assert said({"threshold": 0.9}, 0.89) == Judgement(
        Status.FAILED, "auc 0.89, must be at least 0.9")
    assert said({"threshold": 0.9, "direction": "lower"}, 0.91).text == (
        "auc 0.91, must be at most 0.9")


def test_what_is_missing_or_no_number_is_unknown() -> None:
    assert said({"threshold": 0.9}, None) == Judgement(Status.UNKNOWN, "the run has no metric auc")
    assert said({"threshold": 0.9}, float("nan")) == Judgement(Status.UNKNOWN, "auc is nan")
    assert said({"threshold": 0.9}, float("inf")).status is Status.UNKNOWN
    assert judge(Metric("auc", 0.9), facts(run=SILENT)) == Judgement(
        Status.UNKNOWN, "MLflow cannot be reached")


def test_a_direction_that_nobody_said_is_unknown() -> None:
    width = facts(run=known(run(width=3.0)))
    assert judge(Metric("width", 1.0), width).status is Status.UNKNOWN
    settled = facts(run=known(run(width=3.0)), directions={"width": "higher"})
    assert judge(Metric("width", 1.0), settled).status is Status.PASSED
    assert judge(Metric("width", 1.0, direction="lower"), settled).status is Status.FAILED


def test_an_improvement_is_demanded_of_the_champions_value() -> None:
    gate = {"min_improvement": change(0.01)}
    assert said(gate, 0.92, beside(auc=0.91)) == Judgement(
        Status.PASSED, "auc 0.92; v7 has 0.91, at least 0.01 better")
    assert said(gate, 0.915, beside(auc=0.91)) == Judgement(
        Status.FAILED, "auc 0.915; v7 has 0.91, must be better by 0.01")
    assert said({"min_improvement": change("1 %")}, 0.92, beside(auc=0.91)).status is Status.PASSED


def test_a_regression_is_allowed_as_far_as_it_goes() -> None:
    gate = {"max_regression": change("1 %")}
    assert said(gate, 0.9009, beside(auc=0.91)).status is Status.PASSED
    assert said(gate, 0.9008, beside(auc=0.91)) == Judgement(
        Status.FAILED, "auc 0.9008; v7 has 0.91, must not be worse by more than 1 %")


def test_decimals_are_as_they_are_written() -> None:
    assert 0.1 + 0.2 > 0.3  # what plain floats would say
    assert said({"min_improvement": change(0.2)}, 0.3, beside(auc=0.1)).status is Status.PASSED
    assert said({"max_regression": change(0.1)}, 0.7, beside(auc=0.8)).status is Status.PASSED


def test_the_first_version_has_nothing_to_be_compared_with() -> None:
    found = said({"threshold": 0.5, "max_regression": change(0)}, 0.9)
    assert found.status is Status.PASSED and "first version" in found.text
    assert said({"threshold": 0.95, "max_regression": change(0)}, 0.9).status is Status.FAILED


@pytest.mark.parametrize(("theirs", "why"), [
    (Baseline("7", SILENT), "v7 can't be compared: MLflow cannot be reached"),
    (beside(), "v7 has none"),
    (beside(auc=float("nan")), "v7 has nan"),
    (beside("d2", auc=0.9), "measured on other data than v7"),
])
def test_a_champion_that_cannot_be_compared_with_blocks(theirs: Baseline, why: str) -> None:
    found = said({"max_regression": change(0)}, 0.99, theirs)
    assert found.status is Status.UNKNOWN and why in found.text


def test_how_much_the_data_matter_can_be_set() -> None:
    gate: dict[str, Any] = {"max_regression": change(0)}
    assert said({**gate, "data": "any"}, 0.9, beside("d2", auc=0.9)).status is Status.PASSED
    assert said(gate, 0.9, beside("", auc=0.9)).status is Status.PASSED
    assert said({**gate, "data": "same"}, 0.9, beside("", auc=0.9)).status is Status.UNKNOWN
    assert said({**gate, "data": "same"}, 0.9, beside("d1", auc=0.9)).status is Status.PASSED


def test_a_gate_that_demands_nothing_is_told() -> None:
    assert "needs threshold" in Metric("auc").flaw()
    assert "both" in Metric("auc", min_improvement=change(0), max_regression=change(0)).flaw()
    assert Metric("auc", 0.9, max_regression=change(0)).flaw() == ""


@given(NUMBERS, NUMBERS, CHANGES)
def test_up_is_down_turned_around(ours: float, theirs: float, by: Change) -> None:
    assert improves(ours, theirs, UP, by) == improves(-ours, -theirs, DOWN, by)
    assert keeps_up(ours, theirs, UP, by) == keeps_up(-ours, -theirs, DOWN, by)
    assert no_worse(ours, theirs, UP) == no_worse(-ours, -theirs, DOWN)


@given(NUMBERS, NUMBERS, NUMBERS, WAYS)
def test_what_passes_a_strict_threshold_passes_a_lax_one(
    value: float, one: float, other: float, way: Direction
) -> None:
    strict, lax = (max(one, other), min(one, other)) if way is UP else (
        min(one, other), max(one, other))
    assert not no_worse(value, strict, way) or no_worse(value, lax, way)


@given(NUMBERS, NUMBERS, NUMBERS, CHANGES, WAYS)
def test_a_better_candidate_never_does_worse(
    one: float, other: float, theirs: float, by: Change, way: Direction
) -> None:
    worse, better = sorted((one, other), reverse=way is DOWN)
    assert not improves(worse, theirs, way, by) or improves(better, theirs, way, by)
    assert not keeps_up(worse, theirs, way, by) or keeps_up(better, theirs, way, by)


@given(NUMBERS, NUMBERS, AMOUNTS, AMOUNTS, WAYS)
def test_demanding_more_never_lets_more_through(
    ours: float, theirs: float, one: Change, other: Change, way: Direction
) -> None:
    less, more = sorted((one, other), key=lambda change: change.amount)
    assert not improves(ours, theirs, way, more) or improves(ours, theirs, way, less)
    assert not keeps_up(ours, theirs, way, less) or keeps_up(ours, theirs, way, more)


@given(NUMBERS, WAYS, CHANGES)
def test_the_same_value_is_no_improvement_and_no_regression(
    value: float, way: Direction, by: Change
) -> None:
    assert keeps_up(value, value, way, by)
    assume(by.amount > 0)
    assert not improves(value, value, way, by) or by.of(value) == 0 != value


@given(ANY, ANY, st.sampled_from(["threshold", "min_improvement", "max_regression"]),
       st.sampled_from(["higher", "lower"]))
def test_whatever_the_numbers_only_finite_ones_pass_or_fail(
    ours: float, theirs: float, demand: str, direction: str
) -> None:
    gate = {demand: 0.5 if demand == "threshold" else change(0.5), "direction": direction}
    found = said(gate, ours, beside(auc=theirs))
    finite = [abs(one) < float("inf") for one in (ours, theirs)]
    known_well = finite[0] and (demand == "threshold" or finite[1])
    assert (found.status is not Status.UNKNOWN) == known_well
