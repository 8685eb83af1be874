"""The profile in use: which servers these are, in one word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActiveProfile:
    """What header and dialogs tell of it."""

    name: str
    role: str
    """The theme's role of its colour."""
    protected: bool = False
    """What changes something there asks for its name to be typed."""
