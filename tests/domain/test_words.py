from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opstui.domain import words

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "text"), [
    (-5, "now"), (59, "now"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86399, "23h"),
    (86400, "1d"), (86400 * 69, "69d"), (86400 * 70, "10w"), (86400 * 800, "2y"),
])
def test_ages(seconds: int, text: str) -> None:
    assert words.age(NOW - timedelta(seconds=seconds), NOW) == text


def test_no_age_without_a_time() -> None:
    assert words.age(None, NOW) == ""


@pytest.mark.parametrize(("seconds", "text"), [
    (None, ""), (0.04, "0.0s"), (9.96, "10s"), (59.4, "59s"), (59.6, "1m00s"), (63, "1m03s"),
    (7500, "2h05m"), (3600 * 76, "3d04h"),
])
def test_durations(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [
    (None, ""), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (184_000_000, "184 MB"),
    (1_249_000_000, "1.2 GB"), (5 * 10**15, "5000 TB"),
])
def test_sizes(count: int | None, text: str) -> None:
    assert words.size(count) == text


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (float("nan"), "nan"), (float("inf"), "inf"), (float("-inf"), "-inf"), (0, "0"),
    (14, "14"), (0.91234, "0.9123"), (-0.003, "-0.003"), (1.5e-7, "1.50e-07"),
    (123456.7, "123457"), (2.5e9, "2.50e+09"),
])
def test_numbers(value: float | None, text: str) -> None:
    assert words.number(value) == text


def test_plurals() -> None:
    assert [words.plural(n, "branch") for n in (0, 1, 2000)] == \
        ["0 branches", "1 branch", "2,000 branches"]
