"""Times as people type them: RFC 3339, a day and an hour, `3h ago`, `yesterday 14:00`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from opstui.domain.errors import OpstuiError

_AGO = re.compile(r"(?P<count>\d{1,6}(?:\.\d+)?)\s*(?P<unit>[a-z]+)\s+ago")
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?")
_UNITS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600,
    "d": 86400, "day": 86400, "w": 604800, "week": 604800,
}
_DAYS = {"today": 0, "yesterday": 1}
HINT = "write 2026-11-20 03:00, 2026-11-20T03:00:00Z, 3h ago, yesterday 14:00, or 14:00"


def moment(text: str, now: datetime) -> datetime:
    """The time that a text means; one without a zone is in the zone of `now`, which is aware.

    Raises OpstuiError for what is no time, and for the future, of which nothing is known.
    """
    words = " ".join(text.strip().lower().split())
    found = _ago(words, now) or _relative(words, now) or _absolute(text.strip(), now)
    if found is None:
        raise OpstuiError(f"{text.strip()!r} is no time", hint=HINT)
    if found > now:
        raise OpstuiError(f"{text.strip()!r} is not over yet", hint=HINT)
    return found


def _ago(words: str, now: datetime) -> datetime | None:
    match = _AGO.fullmatch(words)
    if match is None:
        return None
    unit = match["unit"]
    seconds = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
    if seconds is None:
        return None
    try:
        return now - timedelta(seconds=float(match["count"]) * seconds)
    except OverflowError:
        return None


def _relative(words: str, now: datetime) -> datetime | None:
    """`now`, `today 9:00`, `yesterday 14:00`, or the hour of the clock that was last."""
    if words == "now":
        return now
    day, _, clock = words.partition(" ")
    if day in _DAYS:
        return _at(clock or "00:00", now - timedelta(days=_DAYS[day]))
    found = _at(words, now)
    return found - timedelta(days=1) if found is not None and found > now else found


def _at(clock: str, day: datetime) -> datetime | None:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return None
    try:
        return day.replace(
            hour=int(match["hour"]), minute=int(match["minute"]),
            second=int(match["second"] or 0), microsecond=0,
        )
    except ValueError:
        return None


def _absolute(text: str, now: datetime) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)
