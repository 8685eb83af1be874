"""Things side by side: which rows differ, and which value of a metric is the best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from opstui.domain.experiment import Pairs
from opstui.domain.promotion import Direction, MetricDelta, Verdict, direction_of
from opstui.domain.words import number

METRICS = "Metrics"


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the things that are compared."""

    key: str
    name: str
    metrics: tuple[tuple[str, float], ...] = ()
    groups: Mapping[str, Pairs] = field(default_factory=dict)
    """Everything else by section, in the order of its rows: names and values."""


@dataclass(frozen=True, slots=True)
class Value:
    """What one thing has in a row."""

    text: str = ""
    """Empty where it has nothing."""
    best: bool = False
    difference: str = ""
    """To the thing that the others are measured by, with its sign; empty where there is none."""
    verdict: Verdict = Verdict.SAME


@dataclass(frozen=True, slots=True)
class Row:
    """One name and what each of the things has there."""

    section: str
    name: str
    values: tuple[Value, ...]
    differs: bool


def compared(
    subjects: Sequence[Subject], directions: dict[str, str], base: int | None = None
) -> tuple[Row, ...]:
    """All rows: metrics first, then the other sections as the first subject that has them has them.

    directions: metric to "higher" or "lower", as settled. base: the place of the subject that
    the others' metrics are measured by.
    """
    rows = [_metric(subjects, name, directions, base) for name in _names(
        (name for name, _ in one.metrics) for one in subjects
    )]
    for section in _names(one.groups for one in subjects):
        held = [dict(one.groups.get(section, ())) for one in subjects]
        for name in _names(held):
            values = tuple(Value(one.get(name, "")) for one in held)
            rows.append(Row(section, name, values, _differ([one.get(name) for one in held])))
    return tuple(rows)


def _names(held: Iterable[Iterable[str]]) -> list[str]:
    """Every name once, in the order of their first appearance."""
    return list(dict.fromkeys(name for names in held for name in names))


def _differ(values: Sequence[object]) -> bool:
    return len(set(values)) > 1


def _metric(
    subjects: Sequence[Subject], name: str, directions: dict[str, str], base: int | None
) -> Row:
    values = [dict(one.metrics).get(name) for one in subjects]
    direction = direction_of(name, directions)
    texts = told_apart(values)
    best = best_of(values, direction)
    shown: list[Value] = []
    for place, (value, text) in enumerate(zip(values, texts, strict=True)):
        difference, verdict = "", Verdict.SAME
        if base is not None and place != base:
            delta = MetricDelta(name, value, values[base], direction)
            if delta.difference is not None and delta.difference != 0:
                sign = "+" if delta.difference > 0 else ""
                difference, verdict = f"{sign}{number(delta.difference)}", delta.verdict
        shown.append(Value(text, place in best, difference, verdict))
    return Row(METRICS, name, tuple(shown), _differ([str(value) for value in values]))


def best_of(values: Sequence[float | None], direction: Direction) -> frozenset[int]:
    """The places of the best values.

    None where nobody knows what is better, where fewer than two can be compared, or where all
    are equal. What is no finite number is never the best.
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if direction is Direction.UNKNOWN or len(finite) < 2 or min(finite) == max(finite):
        return frozenset()
    best = max(finite) if direction is Direction.UP else min(finite)
    return frozenset(place for place, value in enumerate(values) if value == best)


def told_apart(values: Sequence[float | None]) -> list[str]:
    """The values in short, with as many digits as tell different ones apart; none are empty."""
    texts = [number(value) for value in values]
    kinds = len({str(value) for value in values})
    for digits in range(5, 18):
        if len(set(texts)) == kinds:
            break
        texts = [
            number(value) if value is None or not math.isfinite(value) else f"{value:.{digits}g}"
            for value in values
        ]
    return texts
