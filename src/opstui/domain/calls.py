"""A record of one call to a backend, for the log view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One request or command, already free of secrets."""

    number: int
    """Counts up from 1 within this process."""
    at: datetime
    backend: str
    """git, ci, docker or mlflow."""
    summary: str
    """Short: `GET /api/2.0/mlflow/registered-models/get → 200` or `git for-each-ref`."""
    command: str
    """A line to paste into a shell that does the same, secrets as environment variables."""
    outcome: str
    """`200`, `exit 0`, `timed out`, …"""
    ok: bool
    milliseconds: float

    @property
    def key(self) -> str:
        """Identity for lists."""
        return str(self.number)
