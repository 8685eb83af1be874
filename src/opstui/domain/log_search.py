"""Searching a log's bytes, a few milliseconds at a time."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right

from opstui.domain.log_line import searchable
from opstui.domain.log_text import LogText
from opstui.domain.needle import Needle

SLICE = 1 << 15
"""Bytes of a log that are looked at in one go: a millisecond or a few."""


class LogSearch:
    """The lines of a log that hold what is searched, as they read."""

    def __init__(self, text: LogText, needle: Needle, *, stamps: bool) -> None:
        self._text = text
        self._needle = needle
        self._stamps = stamps
        self._next = 0
        self.found: array[int] = array("Q")

    @property
    def scanned(self) -> int:
        """Lines looked at by now."""
        return self._next

    def dropped(self, count: int) -> None:
        """The text lost lines at its beginning."""
        self._next = max(0, self._next - count)
        gone = bisect_left(self.found, count)
        self.found = array("Q", (n - count for n in self.found[gone:]))

    def step(self) -> bool:
        """Look at some more of the log."""
        text = self._text
        if self._next >= len(text):
            return False
        first = self._next
        while self.found and self.found[-1] >= first:
            self.found.pop()
        offset, raw, self._next = text.block(first, SLICE)
        block = searchable(raw, stamped=text.stamped, stamps=self._stamps)
        for n in self._lines(offset, raw, block, self._needle.offsets(block)):
            if not self.found or n > self.found[-1]:
                self.found.append(n)
        if self._next >= len(text):
            self._next = max(first, len(text) - 1)  # it may not be finished
            return False
        return True

    def _lines(self, offset: int, raw: bytes, block: bytes, places: list[int]) -> list[int]:
        """The numbers of the lines at places of what `block` made of `raw`."""
        if not places:
            return []
        if block is not raw and block != raw:
            ends = [match.end() for match in re.finditer(rb"\n", block)]
            begins = [0, *(match.end() for match in re.finditer(rb"\n", raw))]
            places = [begins[bisect_right(ends, place)] for place in places]
        return [self._text.at(offset + place) for place in places]
