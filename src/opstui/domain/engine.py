"""A container engine that could be talked to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownEngine:
    """One engine by its address, never with a password."""

    id: str
    """To choose it by."""
    name: str
    """Short: a context's or a host's name, `podman`, `default`."""
    url: str
    source: str
    """What names it, such as `context build2` or `DOCKER_HOST`."""
    active: bool = False
    """It is the one that is talked to."""
