"""What a page of charts shows: metrics' names, the things that have them, and how to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from opstui.domain.course import Course


@dataclass(frozen=True, slots=True)
class Thing:
    """One line of every chart."""

    key: str
    name: str
    began: float | None = None
    """When it started, in seconds since 1970; None where unknown."""
    live: bool = False
    """It still goes on, so its lines grow."""


class Plot(Protocol):
    """Where charts come from."""

    title: str
    zone: tzinfo | None
    """The time zone that wall clocks show."""

    def things(self) -> Sequence[Thing]:
        """The lines."""
        ...

    def metrics(self) -> Sequence[str]:
        """The charts: names in the order that they are shown in."""
        ...

    async def courses(
        self, metric: str, interval: tuple[int, int] | None, points: int,
        grown: Callable[[tuple[Course, ...]], None] | None = None,
    ) -> tuple[Course, ...]:
        """A metric's course in every thing, in their order; raises OpstuiError.

        interval: steps that are wanted; None for all. points: values that are enough. grown: told
        what is known by then, where it takes long.
        """
        ...

    async def whole(self, metric: str) -> tuple[Course, ...]:
        """Every value of it; raises OpstuiError."""
        ...
