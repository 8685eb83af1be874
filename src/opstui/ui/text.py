"""What a document shows: numbered lines, from wherever they come."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol

from opstui.domain.needle import Finder, Needle
from opstui.ui.paint import Line, text_of

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
