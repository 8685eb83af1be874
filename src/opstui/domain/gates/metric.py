"""The gate `metric`: a value at least this good, and not worse than what serves.

The arithmetic is MLflow's MetricThreshold
(https://mlflow.org/docs/latest/api_reference/_modules/mlflow/models/evaluation/validation.html)
with a tolerance of its own, `max_regression`, since MLflow's changes must be positive. Shares
are of the baseline's size without its sign, so that a negative score is treated like a positive
one. All of it is exact decimal arithmetic: 0.1 + 0.2 is 0.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from opstui.domain.experiment import Run
from opstui.domain.gates.facts import Baseline, Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import Change, change, exact, key, number, one_of, text
from opstui.domain.promotion import Direction, direction_of


@dataclass(frozen=True, slots=True)
class Metric:
    """What is demanded of one metric; its name is the table's."""

    name: str
    threshold: float | None = key(number, "the worst value that passes")
    min_improvement: Change | None = key(change, "how much better than the baseline at least")
    max_regression: Change | None = key(change, "how much worse than the baseline at most")
    direction: str = key(one_of("higher", "lower"), "what is better; else models.metrics, else "
                         "the metric's name", "")
    against: str = key(text, "the alias whose version is the baseline; else the champion's", "")
    data: str = key(one_of("same", "recorded", "any"), "recorded: other data than the baseline's "
                    "makes it unknown; same: unrecorded data does too; any: data is not looked at",
                    "recorded")

    def flaw(self) -> str:
        """Why it makes no sense, or empty."""
        if self.threshold is None and not self.compares:
            return "needs threshold, min_improvement or max_regression"
        if self.min_improvement is not None and self.max_regression is not None:
            return "can't have both min_improvement and max_regression"
        return ""

    @property
    def compares(self) -> bool:
        """Whether it looks at a baseline."""
        return self.min_improvement is not None or self.max_regression is not None


def judge(gate: Metric, facts: Facts) -> Judgement:
    """Hold the candidate's last value against the threshold and the baseline's."""
    if facts.run.value is None:
        return unknown(facts.run.reason)
    value = facts.run.value.metric(gate.name)
    if value is None:
        return unknown(f"the run has no metric {gate.name}")
    if not math.isfinite(value):
        return unknown(f"{gate.name} is {value}")
    way = Direction(gate.direction) if gate.direction else direction_of(
        gate.name, dict(facts.directions))
    if way is Direction.UNKNOWN:
        return unknown(f"whether higher or lower {gate.name} is better is not known: set direction")
    told = f"{gate.name} {value:g}"
    if gate.threshold is not None:
        limit = f"{'at least' if way is Direction.UP else 'at most'} {gate.threshold:g}"
        if not no_worse(value, gate.threshold, way):
            return failed(f"{told}, must be {limit}")
        told += f", {limit}"
    if not gate.compares:
        return passed(told)
    return _beside(gate, facts.run.value, facts.baselines.get(gate.against, Baseline()), way, told)


def _beside(gate: Metric, run: Run, beside: Baseline, way: Direction, told: str) -> Judgement:
    """The candidate's finite value beside the baseline's."""
    if not beside.version:
        return passed(f"{told}; first version, there is nothing to compare with")
    if beside.run.value is None:
        return unknown(f"{told}; v{beside.version} can't be compared: {beside.run.reason}")
    theirs = beside.run.value.metric(gate.name)
    if theirs is None or not math.isfinite(theirs):
        what = "has none" if theirs is None else f"has {theirs}"
        return unknown(f"{told}; v{beside.version} {what}")
    if reason := _data(gate.data, run, beside.run.value):
        return unknown(f"{told}; {reason} v{beside.version}")
    ours = run.metric(gate.name)
    assert ours is not None
    told += f"; v{beside.version} has {theirs:g}"
    if gate.min_improvement is not None:
        if improves(ours, theirs, way, gate.min_improvement):
            return passed(f"{told}, at least {gate.min_improvement} better")
        return failed(f"{told}, must be better by {gate.min_improvement}")
    assert gate.max_regression is not None
    if keeps_up(ours, theirs, way, gate.max_regression):
        return passed(f"{told}, at most {gate.max_regression} worse")
    return failed(f"{told}, must not be worse by more than {gate.max_regression}")


def no_worse(value: float, limit: float, way: Direction) -> bool:
    """Whether a value is at least as good as a limit; both finite."""
    return exact(value) >= exact(limit) if way is Direction.UP else exact(value) <= exact(limit)


def improves(ours: float, theirs: float, way: Direction, by: Change) -> bool:
    """Whether ours is better by at least this much; by nothing at all means no worse.

    From a baseline of 0 a share means nothing, so there any improvement will do.
    """
    better = exact(ours) - exact(theirs)
    better = better if way is Direction.UP else -better
    if by.relative and by.amount > 0 and theirs == 0:
        return better > 0
    return better >= by.of(theirs)


def keeps_up(ours: float, theirs: float, way: Direction, within: Change) -> bool:
    """Whether ours is worse by at most this much."""
    worse = exact(theirs) - exact(ours)
    worse = worse if way is Direction.UP else -worse
    return worse <= within.of(theirs)


def _data(wish: str, ours: Run, theirs: Run) -> str:
    """Why the two were not measured on the same data, or empty."""
    if wish == "any":
        return ""
    if not (ours.datasets and theirs.datasets):
        return "it is not recorded on what data it was measured beside" if wish == "same" else ""
    if dict(ours.datasets) != dict(theirs.datasets):
        return "measured on other data than"
    return ""
