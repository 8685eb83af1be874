"""Where each step's lines are in a job's log.

A job's log is one text without step names; its lines carry times to 100 ns, the API's steps
carry times to the second, which can be early by some seconds. A step begins at the first line
about that time that looks like the beginning of a step, or else at the first line that is not
older than the step.

Times are compared as text, and looked for by halving, as a log can have a million lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from opstui.domain.ci import CiStep
from opstui.domain.status import Status

TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
"""How a line begins: `2026-11-23T10:00:11.0000000Z text`."""
BEGINNING = re.compile(
    rb"\S+Z (?:##\[group\](?:Run |Checking docker version)|Post job cleanup\.|"
    rb"Stop and remove container|Cleaning up orphan processes)"
)
MOST_WITHOUT = 2000
"""Lines without a time in a row."""
LATE = timedelta(seconds=4)
"""So much later than the API says may a step's first line have been written."""


def slices(log: bytes, steps: Sequence[CiStep]) -> dict[str, tuple[int, int]]:
    """Begin and end in bytes of each step that ran, by the step's key."""
    ran = [one for one in steps if one.started is not None and one.status is not Status.SKIPPED]
    starts = [0]
    for before, one in pairwise(ran):
        assert one.started is not None
        starts.append(_start(log, starts[-1] + 1, one.started, before.finished))
    ends = [*starts[1:], len(log)]
    return {
        one.key: (start, max(start, end))
        for one, start, end in zip(ran, starts, ends, strict=False)
    }


def _start(log: bytes, low: int, began: datetime, before: datetime | None) -> int:
    """The offset of the line that a step begins with, looked for from `low` on."""
    first, late = _text(began), _text(began + LATE)
    plain = None
    for at, time in _timed(log, _at_least(log, low, _text(min(began, before or began)))):
        if time >= late:
            return at if plain is None else plain
        if BEGINNING.match(log, at):
            return at
        if plain is None and time >= first:
            plain = at
    return len(log) if plain is None else plain


def _at_least(log: bytes, low: int, time: bytes) -> int:
    """The offset of the first line from `low` on that is not older; the log's end without."""
    high = found = len(log)
    while low < high:
        middle = (low + high) // 2
        at, there = next(_timed(log, middle), (high, b""))
        if at >= high:
            high = middle
        elif there < time:
            low = at + 1
        else:
            found, high = at, middle
    return found


def _timed(log: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Offset and time of each line that has one, of those that begin at `start` or later.

    Ends where many lines in a row have none: that is not GitHub's log.
    """
    at, without = start, 0
    if at and log[at - 1 : at] != b"\n":
        at = log.find(b"\n", at) + 1 or len(log)
    while at < len(log) and without < MOST_WITHOUT:
        if time := TIME.match(log, at):
            without = 0
            yield at, time[0]
        else:
            without += 1
        at = log.find(b"\n", at) + 1 or len(log)


def _text(time: datetime) -> bytes:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}".encode()
