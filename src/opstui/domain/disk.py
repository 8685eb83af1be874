"""A filesystem that opstui or its neighbours write to."""

from __future__ import annotations

from dataclasses import dataclass

NEARLY, FULL = 0.90, 0.97
"""Used share from which on a filesystem is nearly full, and from which on it counts as full."""


@dataclass(frozen=True, slots=True)
class Disk:
    """One filesystem, with everything of interest that lies on it."""

    path: str
    """One folder on it."""
    holds: tuple[str, ...]
    """What lies there: the repository, opstui's state, MLflow's store, images."""
    total: int
    """Bytes."""
    free: int
    """Bytes that this account may still write."""

    @property
    def used(self) -> float:
        """The share that is gone, as `df` reckons: 0 to 1."""
        return 1 - self.free / self.total if self.total else 0.0
