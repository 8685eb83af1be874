"""A clock for servers that pause between questions."""

from __future__ import annotations


class Clock:
    """Stands until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
