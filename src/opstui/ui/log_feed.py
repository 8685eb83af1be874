"""How a log comes: pieces of bytes, lines of opstui's own, and the moment it has caught up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from opstui.ui.paint import Line

if TYPE_CHECKING:
    from opstui.domain.log_text import LogText
    from opstui.ui.desk import Desk


@dataclass(frozen=True, slots=True)
class Piece:
    """What comes next: bytes, or a line of opstui's own."""

    data: bytes = b""
    note: Line | None = None
    live: bool = False
    """All that there is by now was given: from here on it comes as it is written."""


class Pieces(Protocol):
    """Gives a log from its beginning, until it ends or the task is cancelled."""

    def __call__(self) -> AsyncIterator[Piece]:
        """The pieces; may raise OpstuiError."""
        ...


@dataclass(frozen=True, slots=True)
class Log:
    """A log to read."""

    pieces: Pieces
    name: str = "log"
    """File name to offer for saving, without its ending."""
    still: str = ""
    """Why it does not go on by itself, as a sentence; empty where it does or has ended."""
    text: LogText | None = None
    """What was read already: `pieces` gives the rest. None where it gives all."""
    at: int | None = None
    """The line to begin at; None for the beginning, or the end of a log that grows."""
    head: Sequence[Line] = ()
    """Lines that stay in sight above it."""
    other: Callable[[Desk], Awaitable[Log | None]] | None = None
    """Asks the person which other part to read instead, None when they leave it as it is. None
    where there is no other part."""
