"""The kinds of values that gates are set with, read from TOML; ValueError says what is wanted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LENGTH = re.compile(r"(\d+) *(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Change:
    """A difference to the baseline: absolute, or a share of the baseline's size."""

    amount: Fraction
    relative: bool = False

    def of(self, baseline: float) -> Fraction:
        """The difference that is meant, in the metric's own unit; never negative."""
        return abs(exact(baseline)) * self.amount if self.relative else self.amount

    def __str__(self) -> str:
        if self.relative:
            return f"{float(self.amount * 100):g} %"
        return f"{float(self.amount):g}"


def exact(value: float) -> Fraction:
    """A float as the decimal number that it is written as, so that 0.1 + 0.2 is 0.3."""
    return Fraction(repr(value))


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text in quotes")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A text, or a list of texts."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not found or not all(
        isinstance(one, str) and one for one in found
    ):
        raise ValueError("must be a text or a list of texts")
    return tuple(found)


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def number(value: Any) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a number")
    return float(value)


def change(value: Any) -> Change:
    """A number of 0 or more, or a share such as "2 %"."""
    wanted = "must be 0 or more, or a share such as \"2 %\""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+(?:\.\d+)?) *%", value.strip())
        if not match:
            raise ValueError(wanted)
        return Change(Fraction(match[1]) / 100, relative=True)
    try:
        amount = exact(number(value))
    except ValueError as error:
        raise ValueError(wanted) from error
    if amount < 0:
        raise ValueError(wanted)
    return Change(amount)


def length(value: Any) -> timedelta:
    """A length of time such as "30m", "12h", "7d" or "2w"."""
    match = _LENGTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match or len(match[1]) > 5:
        raise ValueError('must be a length of time such as "30m", "12h", "7d" or "2w"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def clock(value: Any) -> time:
    """A time of day: "16:00", or TOML's own."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError('must be a time of day such as "16:00"') from error


def days(value: Any) -> tuple[int, ...]:
    """Days of the week, Monday is 0."""
    names = texts(value)
    if not set(names) <= set(DAYS):
        raise ValueError(f"must be days out of {', '.join(DAYS)}")
    return tuple(sorted({DAYS.index(name) for name in names}))


def dates(value: Any) -> tuple[tuple[date, date], ...]:
    """Days such as "2026-12-24", or from one to another: "2026-12-20..2027-01-06"."""
    found: list[tuple[date, date]] = []
    for one in texts(value):
        first, _, last = one.partition("..")
        try:
            span = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError as error:
            raise ValueError(
                'must be dates such as "2026-12-24" or "2026-12-20..2027-01-06"') from error
        if span[1] < span[0]:
            raise ValueError(f"ends before it begins: {one}")
        found.append(span)
    return tuple(found)


def one_of(*choices: str) -> Callable[[Any], str]:
    """One of some words."""

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return read


def key(read: Callable[[Any], Any], help: str, default: Any = None) -> Any:
    """A field of a gate that a settings file may set."""
    return field(default=default, metadata={"read": read, "help": help})
