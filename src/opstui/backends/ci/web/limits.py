"""How often a server may be asked: its own limits, and patience after failures."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
"""Seconds of back-off after a first failure, and at most."""
LONGEST_HOLD = 3600.0
"""Seconds that a server can ask for at most: GitHub's limits are renewed every hour."""
LIMITED_PAUSE = 60.0
"""Seconds to wait where a server says "too often" without saying for how long (GitHub's advice)."""
LOW = 0.2
"""Below this share of the budget a person is told."""
SMALL = 200
"""A budget of which every poll takes a noticeable part, such as GitHub's 60 without a login."""
DELTA = 1_000_000_000
"""A smaller reset than this is seconds from now, a larger one seconds since 1970."""

Headers = Mapping[str, str]


class Limits:
    """What one server said about its limits, and how it fared lately.

    Headers: `Retry-After` (RFC 9110), GitHub's `X-RateLimit-*`, GitLab's `RateLimit-*`.
    """

    def __init__(
        self, clock: Callable[[], float], jitter: Callable[[], float] = random.random
    ) -> None:
        """clock: seconds since 1970; jitter: between 0 and 1."""
        self._clock = clock
        self._jitter = jitter
        self._failures = 0
        self._patient_until = 0.0
        self._held_until = 0.0
        self._refused = False
        self.limit: int | None = None
        """Requests in a period, as far as the server says."""
        self.left: int | None = None
        self.renewed: float | None = None
        """When the budget is full again, by this machine's clock."""

    def heard(self, status: int, headers: Headers, *, limited: bool = False) -> None:
        """Take note of an answer; `limited`: it was a refusal for asking too often."""
        self._read(headers)
        self._refused = status == 401
        if limited:
            self._hold(_seconds(headers, self._clock()) or self._until_renewed() or LIMITED_PAUSE)
        elif status >= 500:
            self.failed()
            if asked := _seconds(headers, self._clock()):
                self._hold(asked)
        else:
            self._failures = 0
            self._patient_until = 0.0
        if self.left == 0 and (wait := self._until_renewed()):
            self._hold(wait)

    def failed(self) -> None:
        """No answer, or one that tells of trouble: wait twice as long as the last time."""
        self._failures = min(self._failures + 1, 20)
        pause = min(FIRST_PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE)
        self._patient_until = self._clock() + pause * (0.75 + 0.25 * self._jitter())

    def forgive(self) -> None:
        """The person acts: a refused login and past failures are forgotten, limits are not."""
        self._refused = False
        self._failures = 0
        self._patient_until = 0.0

    def held(self) -> float:
        """Seconds in which nothing at all may be sent, as the server asked."""
        return max(0.0, self._held_until - self._clock())

    def rest(self) -> float:
        """Seconds to leave it alone; infinite after a refused login."""
        if self._refused:
            return math.inf
        return max(self.held(), self._patient_until - self._clock(), self._pace(), 0.0)

    def _pace(self) -> float:
        """Seconds between polls that leave half of a small budget to what the person does."""
        if self.renewed is None or not self.left or not self.limit:
            return 0.0
        if self.limit > SMALL and not self.low:
            return 0.0
        return 2 * max(0.0, self.renewed - self._clock()) / self.left

    @property
    def refused(self) -> bool:
        """The last answer was that the login is not accepted."""
        return self._refused

    @property
    def low(self) -> bool:
        """Little of the budget is left, or it is a small one."""
        if self.left is None or not self.limit:
            return False
        return self.left < self.limit * LOW

    def until(self) -> str:
        """`14:05`, when it may be asked again or the budget is renewed; empty if unknown."""
        when = self._held_until if self.held() else self.renewed
        return at(when) if when is not None and when > self._clock() else ""

    def _read(self, headers: Headers) -> None:
        for prefix in ("x-ratelimit-", "ratelimit-"):
            left, limit = _whole(headers, prefix + "remaining"), _whole(headers, prefix + "limit")
            if left is None or limit is None:
                continue
            self.left, self.limit = left, limit
            reset = _whole(headers, prefix + "reset")
            if reset is not None:
                self.renewed = self._here(reset, headers)
            return

    def _here(self, reset: int, headers: Headers) -> float:
        """A reset time by this machine's clock, which may differ from the server's."""
        now = self._clock()
        if reset < DELTA:
            return now + reset
        there = _stamp(headers.get("date", ""))
        return reset - (there - now if there is not None else 0.0)

    def _until_renewed(self) -> float:
        if self.left != 0 or self.renewed is None:
            return 0.0
        return max(0.0, self.renewed - self._clock())

    def _hold(self, seconds: float) -> None:
        # One second more, as the server's own are whole.
        self._held_until = self._clock() + min(seconds, LONGEST_HOLD) + self._jitter()


def at(seconds: float) -> str:
    """`14:05` by the person's own clock."""
    try:
        return datetime.fromtimestamp(seconds).astimezone().strftime("%H:%M")
    except (ValueError, OverflowError, OSError):
        return ""


def _seconds(headers: Headers, now: float) -> float:
    """Retry-After as seconds, written as such or as a date; 0 when absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    when = _stamp(text)
    if when is None:
        return 0.0
    there = _stamp(headers.get("date", ""))
    return max(0.0, when - (now if there is None else there))


def _stamp(text: str) -> float | None:
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _whole(headers: Headers, name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else None
