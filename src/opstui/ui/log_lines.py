"""A log's bytes as a text: lines are made of them when they come in sight."""

from __future__ import annotations

from opstui.domain.log_line import pieces
from opstui.domain.log_search import LogSearch
from opstui.domain.log_text import LogText
from opstui.domain.needle import Finder, Needle
from opstui.ui.paint import Line, Span


class LogLines:
    """A log's lines, with lines of opstui's own between them."""

    def __init__(self, log: LogText) -> None:
        self.log = log
        self.stamps = False
        """Whether the server's stamps are shown."""
        self._notes: dict[int, Line] = {}

    def __len__(self) -> int:
        return len(self.log)

    def note(self, line: Line) -> None:
        """Add a line of opstui's own."""
        self._notes[self.log.note()] = line

    def line(self, n: int) -> Line:
        """Decoded now."""
        note = self._notes.get(n + self.log.first)
        if note is not None:
            return note
        log = self.log
        return tuple(
            Span(text, f"sgr:{sgr}" if sgr else "plain")
            for text, sgr in pieces(log.raw(n), stamped=log.stamped, stamps=self.stamps)
        )

    def finder(self, needle: Needle) -> Finder:
        """Looks through the bytes."""
        return LogSearch(self.log, needle, stamps=self.stamps)
