"""What a document shows: lines that are all there, or a log's bytes that become lines in sight."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol

from opstui.domain.log_line import pieces
from opstui.domain.log_search import Finder, LogSearch, Needle
from opstui.domain.log_text import LogText
from opstui.ui.paint import Line, Span, text_of

AT_ONCE = 2000
"""Lines that are searched in one go."""


class Text(Protocol):
    """Numbered lines."""

    def __len__(self) -> int:
        """How many."""
        ...

    def line(self, n: int) -> Line:
        """One of them, in its colours."""
        ...

    def finder(self, needle: Needle) -> Finder:
        """Finds the lines that hold what is searched."""
        ...


class LineList:
    """Lines that are all there."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self.lines: list[Line] = list(lines)

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, n: int) -> Line:
        """One of them."""
        return self.lines[n]

    def finder(self, needle: Needle) -> Finder:
        """Looks through the lines' texts."""
        return _ListSearch(self, needle)


class _ListSearch:
    def __init__(self, text: LineList, needle: Needle) -> None:
        self._text = text
        self._needle = needle
        self.scanned = 0
        self.found: array[int] = array("Q")

    def step(self) -> bool:
        lines = self._text.lines
        end = min(len(lines), self.scanned + AT_ONCE)
        self.found.extend(
            n for n in range(self.scanned, end) if self._needle.spans(text_of(lines[n]))
        )
        self.scanned = end
        return end < len(lines)

    def dropped(self, count: int) -> None:
        self.scanned = max(0, self.scanned - count)
        kept = self.found[bisect_left(self.found, count):]
        self.found = array("Q", (n - count for n in kept))


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
