"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.errors import OpstuiError
from opstui.domain.moment import moment

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 11, 20, 12, 30, 15, tzinfo=ZONE)


@pytest.mark.parametrize("text, expected", [
    ("2026-11-20T03:00:00Z", datetime(2026, 11, 20, 3, tzinfo=UTC)),
    ("2026-11-20T03:00:00+05:00", datetime(2026, 11, 19, 22, tzinfo=UTC)),
    ("2026-11-20 03:00", datetime(2026, 11, 20, 3, tzinfo=ZONE)),
    ("2026-11-19", datetime(2026, 11, 19, tzinfo=ZONE)),
    ("3h ago", NOW - timedelta(hours=3)),
    ("3 hours ago", NOW - timedelta(hours=3)),
    ("90 min ago", NOW - timedelta(minutes=90)),
    ("1.5 days ago", NOW - timedelta(hours=36)),
    ("2w  Ago", NOW - timedelta(days=14)),
    ("yesterday 14:00", datetime(2026, 11, 19, 14, tzinfo=ZONE)),
    ("yesterday", datetime(2026, 11, 19, tzinfo=ZONE)),
    ("today 9:05", datetime(2026, 11, 20, 9, 5, tzinfo=ZONE)),
    ("11:00", datetime(2026, 11, 20, 11, tzinfo=ZONE)),
    ("23:00", datetime(2026, 11, 19, 23, tzinfo=ZONE)),
    ("now", NOW),
])
def test_what_people_type(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text, says", [
    ("", "is no time"), ("soon", "is no time"), ("25:00", "is no time"), ("3 apples ago", "is no"),
    ("tomorrow", "is no time"), ("2026-13-01", "is no time"), ("today 23:00", "is not over yet"),
    ("2027-01-01", "is not over yet"), ("999999w ago", "is no time"),
])
def test_what_is_no_time_is_told_with_how_to_write_one(text: str, says: str) -> None:
    with pytest.raises(OpstuiError, match=says) as told:
        moment(text, NOW)
    assert "3h ago" in told.value.hint


@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 20)))  # noqa: DTZ001 (it wants naive bounds)
def test_rfc_3339_says_what_it_says(when: datetime) -> None:
    aware = when.replace(tzinfo=UTC)
    assert moment(aware.isoformat(), NOW) == aware
