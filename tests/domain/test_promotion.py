"""Which way a metric improves, what a difference means, which writes a plan stands for."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.promotion import (
    Direction,
    MetricDelta,
    PromotionPlan,
    Verdict,
    direction_of,
)
from opstui.domain.writes import WriteKind, writes_of

NAN = float("nan")


@pytest.mark.parametrize(("metric", "way"), [
    ("auc", "higher"), ("val/roc_auc", "higher"), ("test_accuracy", "higher"), ("f1", "higher"),
    ("logloss", "lower"), ("valLoss", "lower"), ("rmse", "lower"), ("p95", "lower"),
    ("latency.ms", "lower"), ("neg_mean_squared_error", "higher"), ("neg_log_loss", "higher"),
    ("epochs", "unknown"), ("width", "unknown"), ("", "unknown"), ("timestamp", "unknown"),
])
def test_the_well_known_names_are_guessed_and_nothing_else(metric: str, way: str) -> None:
    assert direction_of(metric, {}).value == way


def test_settings_come_first() -> None:
    assert direction_of("auc", {"auc": "lower"}) is Direction.DOWN


@pytest.mark.parametrize(("candidate", "champion", "direction", "verdict"), [
    (0.9, 0.8, Direction.UP, Verdict.BETTER), (0.9, 0.8, Direction.DOWN, Verdict.WORSE),
    (0.9, 0.8, Direction.UNKNOWN, Verdict.DIFFERENT), (0.9, 0.9, Direction.UP, Verdict.SAME),
    (None, 0.9, Direction.UP, Verdict.UNKNOWN), (0.9, None, Direction.UP, Verdict.UNKNOWN),
    (NAN, 0.9, Direction.UP, Verdict.UNKNOWN), (math.inf, 0.9, Direction.UP, Verdict.UNKNOWN),
])
def test_a_difference_has_a_meaning_only_where_everything_is_known(
    candidate: float | None, champion: float | None, direction: Direction, verdict: Verdict
) -> None:
    assert MetricDelta("m", candidate, champion, direction).verdict is verdict


@given(
    verb=st.sampled_from(["promote", "rollback", "alias.set", "alias.remove"]),
    previous=st.sampled_from(["", "previous_champion"]), before=st.sampled_from(["", "7"]),
)
def test_the_alias_is_always_written_last(verb: str, previous: str, before: str) -> None:
    plan = PromotionPlan(
        verb, "churn", "" if verb == "alias.remove" else "9", "champion", before, "http://h",
        previous_alias=previous, previous_version=before, keeps_predecessor=bool(before),
    )
    writes = writes_of(plan, "ana", "2026-05-01T12:00:00Z")
    assert writes[-1].name == "champion"
    tags = [w for w in writes if w.kind in (WriteKind.SET_TAG, WriteKind.DELETE_TAG)]
    assert list(writes[: len(tags)]) == tags
    assert all("churn" in w.request and w.text for w in writes)
