"""The gate `window`: no promotions in a freeze, or only within opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from opstui.domain.gates.facts import Facts, Judgement, failed, passed, unknown
from opstui.domain.gates.keys import clock, dates, days, flag, key, text

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that comes again each week, or certain dates; its name is the table's."""

    name: str
    days: tuple[int, ...] = key(days, "days of the week on which it begins, such as "
                                '["fri", "sat"]; else every day', ())
    dates: tuple[tuple[date, date], ...] = key(
        dates, 'certain days, such as "2026-12-20..2027-01-06"', ())
    begins: time = key(clock, "when it begins on such a day", MIDNIGHT)
    ends: time = key(clock, "when it ends; earlier than it begins: on the day after", MIDNIGHT)
    zone: str = key(text, "whose clock, such as Europe/Berlin", "UTC")
    only: bool = key(flag, "promotions are allowed only within it, instead of never", False)

    def flaw(self) -> str:
        """Why it makes no sense, or empty."""
        if not self.days and not self.dates and self.begins == self.ends:
            return "needs days, dates, or begins and ends"
        return ""

    def holds(self, local: datetime) -> bool:
        """Whether a local time lies in it; it begins with its first minute, ends before its last.

        A window from midnight to midnight, or to an earlier hour than it begins, reaches into
        the day after.
        """
        now, today = local.time(), local.date()
        if self.ends > self.begins:
            return self._on(today) and self.begins <= now < self.ends
        begun = self._on(today) and now >= self.begins
        return begun or (self._on(today - timedelta(days=1)) and now < self.ends)

    def _on(self, day: date) -> bool:
        dated = not self.dates or any(first <= day <= last for first, last in self.dates)
        return dated and (not self.days or day.weekday() in self.days)


def judge(gate: Window, facts: Facts) -> Judgement:
    """A zone that this machine does not know makes it unknown."""
    zone = _zone(gate.zone)
    if zone is None:
        return unknown(f"this machine knows no time zone {gate.zone}")
    local = facts.now.astimezone(zone)
    inside = gate.holds(local)
    told = f"it is {local:%a %Y-%m-%d %H:%M} {gate.zone}"
    if gate.only:
        if inside:
            return passed(f"{told}, within {gate.name}")
        return failed(f"{told}, promotions are allowed within {gate.name} only")
    if inside:
        return failed(f"{told}, {gate.name} lets nothing through")
    return passed(f"{told}, not within {gate.name}")


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return None
