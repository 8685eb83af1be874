"""One enum for every state on the screen, so that nothing is told by colour alone."""

from __future__ import annotations

from enum import Enum


class Status(Enum):
    """A state with its glyph, its ASCII letter and the theme role that colours it."""

    PASSED = ("✓", "P", "good")
    WARNED = ("!", "W", "warn")
    FAILED = ("✗", "F", "bad")
    RUNNING = ("●", "R", "busy")
    QUEUED = ("◌", "Q", "dim")
    CANCELLED = ("⊘", "C", "dim")
    SKIPPED = ("–", "S", "dim")
    BLOCKED = ("‖", "B", "warn")
    LOST = ("‽", "L", "bad")
    UNKNOWN = ("?", "?", "dim")
    UP = ("▲", "U", "good")
    DOWN = ("▽", "D", "dim")

    def __init__(self, glyph: str, letter: str, role: str) -> None:
        self.glyph = glyph
        self.letter = letter
        self.role = role

    @property
    def word(self) -> str:
        """The state in lower case, for sentences and JSON."""
        return self.name.lower()

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to a thing in this state by itself."""
        return self not in (Status.RUNNING, Status.QUEUED, Status.BLOCKED, Status.UNKNOWN)
