"""Where each step's lines are in a job's log.

A job's log is one text without step names; its lines carry times to 100 ns, the API's steps
carry times to the second, which can be early by some seconds. A step begins at the first line
about that time that looks like the beginning of a step, or else at the first line that is not
older than the step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from opstui.backends.ci.github.decode import stamp
from opstui.domain.ci import CiStep
from opstui.domain.status import Status

BEGINNING = re.compile(
    rb"^\S+Z (?:##\[group\](?:Run |Checking docker version)|Post job cleanup\.|"
    rb"Stop and remove container|Cleaning up orphan processes)"
)
LATE = timedelta(seconds=4)
"""So much later than the API says may a step's first line have been written."""


def slices(log: bytes, steps: Sequence[CiStep]) -> dict[str, tuple[int, int]]:
    """Begin and end in bytes of each step that ran, by the step's key."""
    ran = [one for one in steps if one.started is not None and one.status is not Status.SKIPPED]
    lines = list(_lines(log))
    starts = [0]
    at = 1
    for before, one in pairwise(ran):
        assert one.started is not None
        at = _start(lines, at, one.started, before.finished)
        starts.append(lines[at][0] if at < len(lines) else len(log))
        at += 1
    ends = [*starts[1:], len(log)]
    return {
        one.key: (start, max(start, end))
        for one, start, end in zip(ran, starts, ends, strict=False)
    }


def _start(
    lines: Sequence[tuple[int, datetime, bool]], first: int, began: datetime,
    before: datetime | None,
) -> int:
    """The number of the line that a step begins with, looked for from `first` on."""
    earliest = min(began, before or began)
    plain = None
    for number in range(first, len(lines)):
        _, time, beginning = lines[number]
        if time < earliest:
            continue
        if time >= began + LATE:
            return number if plain is None else plain
        if beginning:
            return number
        if plain is None and time >= began:
            plain = number
    return len(lines) if plain is None else plain


def _lines(log: bytes) -> Iterator[tuple[int, datetime, bool]]:
    """Offset and time of each line that has a time, and whether a step could begin there."""
    at = 0
    while at < len(log):
        end = log.find(b"\n", at)
        end = len(log) if end < 0 else end + 1
        head = log[at:min(end, at + 80)]
        time = stamp(head)
        if time is not None:
            yield at, time, BEGINNING.match(head) is not None
        at = end
