"""How a model comes to serve here: a command of the person's or the repository's settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LONGEST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Deploy:
    """The command that lets what serves a model load the version that its alias names."""

    model: str
    command: tuple[str, ...]
    """The program and its arguments; no shell reads them."""
    passes: tuple[str, ...] = ()
    """Further environment variables that it may see."""
    timeout: timedelta = LONGEST
    source: str = ""
    """The file that says so."""
    own: bool = False
    """It is the person's own file, so that nobody has to be asked for trust."""
