"""The embedded MLflow server as the person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class LocalPhase(Enum):
    """What the embedded server is doing."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LocalState:
    """The embedded server's phase, its address once ready, and a sentence when it failed."""

    phase: LocalPhase
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FoundStore:
    """An MLflow store that opstui did not make."""

    path: str
    kind: str
    """`sqlite` for a database file, `files` for an `mlruns` folder."""
    revision: str = ""
    """The database's schema revision, read without MLflow; empty for folders."""
    size: int = 0
    """Bytes of the database file; 0 for folders."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What starting the embedded server would mean."""

    installed: bool
    """Whether `mlflow` can be run here at all."""
    command: str
    """The command line that would run."""
    store: str
    """Path of opstui's own store."""
    cost: str
    """Memory and time, as one phrase."""
    found: tuple[FoundStore, ...] = ()
    """Stores nearby that opstui did not make."""
