"""What an engine tells while it pulls or pushes: which part, what happens to it, how far it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a job: a layer, or an image."""

    name: str
    word: str
    """What happens to it, such as `Downloading`."""
    done: int = 0
    total: int = 0
    """Bytes; 0 where nobody counts."""
