"""What a container uses at one moment, and where its log is to begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Use:
    """One measurement of a running container."""

    at: datetime
    cpu: float | None
    """Per cent of one processor since the measurement before; None where there was none."""
    processors: int
    """How many it may use at once; 0 where the engine does not say."""
    memory: int
    """Bytes, without the part of the page cache that can be given back at once."""
    limit: int
    """Bytes of memory it may use: its own limit, or all that the machine has."""
    received: int | None = None
    """Bytes over all networks since it was started; None without a network of its own."""
    sent: int | None = None
    read: int | None = None
    """Bytes read from disks since it was started; None where the kernel does not count them."""
    written: int | None = None
    pids: int = 0
    """Processes and threads."""


def per_second(uses: Sequence[Use], what: str) -> list[float]:
    """How fast one of the counted totals grew between neighbours, a second.

    A total that shrank belongs to a container that was started again: that step is left out as
    NaN, and so is one without a count.
    """
    rates: list[float] = []
    for before, after in pairwise(uses):
        first, last = getattr(before, what), getattr(after, what)
        seconds = (after.at - before.at).total_seconds()
        good = first is not None and last is not None and last >= first and seconds > 0
        rates.append((last - first) / seconds if good else float("nan"))
    return rates


class Said(NamedTuple):
    """One line that a container wrote."""

    stamp: bytes
    """When the engine got it: `2026-03-01T12:00:00.123456789Z`, so that order is time."""
    error: bool
    """Written to its error output."""
    text: bytes
    """With its line end, as it came."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a log to read, before what comes."""

    tail: int = 0
    """Only so many of its last lines; 0 for all."""
    since: str = ""
    """Only what was written at or after this time, RFC 3339; empty for all."""
