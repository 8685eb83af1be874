"""What an alias named at a time, from moves; what the moves do not tell is not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.alias_move import AliasMove
from opstui.domain.at_time import then

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def move(hours: float, before: str, after: str, how: str = "promoted") -> AliasMove:
    return AliasMove(ago(hours), "champion", before, after, "ana@build", how, "journal 1")


STORY = [move(90, "", "5"), move(50, "5", "7"), move(10, "7", "9")]


@pytest.mark.parametrize("hours, version", [
    (95, ""), (90, "5"), (60, "5"), (50, "7"), (11, "7"), (10, "9"), (0, "9"),
])
def test_a_whole_history_answers_every_time(hours: float, version: str) -> None:
    found = then(STORY, "champion", ago(hours), "9", {})
    assert (found.known, found.version) == (True, version)
    assert then(reversed(STORY), "champion", ago(hours), "9", {}) == found


def test_since_when_until_when_and_by_whom() -> None:
    found = then(STORY, "champion", ago(20), "9", {})
    assert (found.since, found.until, found.who) == (ago(50), ago(10), "ana@build")
    first = then(STORY[1:], "champion", ago(70), "9", {})
    assert (first.version, first.since, first.until) == ("5", None, ago(50))


@pytest.mark.parametrize("moves, now, hours, says", [
    ([], "9", 5, "no move of it is known; now it names v9"),
    ([move(50, "5", "7")], "9", 5, "v7 or v9: a move in between is not known"),
    ([move(50, "5", "7"), move(10, "8", "9")], "9", 20, "v7 or v8: a move in between"),
    ([move(50, "5", "7"), move(10, "7", "9", "elsewhere")], "9", 20, "v7 or v9: it moved"),
    ([move(10, "7", "9", "elsewhere")], "9", 20, "v7 or v9"),
])
def test_gaps_are_said(moves: list[AliasMove], now: str, hours: float, says: str) -> None:
    found = then(moves, "champion", ago(hours), now, {})
    assert not found.known
    assert found.version == ""
    assert says in found.proof


def test_a_version_can_t_have_served_before_it_was_made() -> None:
    found = then([move(10, "7", "9")], "champion", ago(20), "9", {"7": ago(15)})
    assert not found.known
    assert "was only made later" in found.proof


@given(st.lists(st.integers(1, 500), unique=True, max_size=8), st.integers(0, 510))
def test_before_the_first_move_between_and_after_the_last(hours: list[int], asked: int) -> None:
    """Version n serves from the n-th move on; before the first, none."""
    times = sorted(hours, reverse=True)
    moves = [move(at, str(n) if n else "", str(n + 1)) for n, at in enumerate(times)]
    now = str(len(times)) if times else ""
    found = then(moves, "champion", ago(asked), now, {})
    passed = sum(at >= asked for at in times)
    assert found.known is bool(times)
    assert found.version == (str(passed) if passed else "")
