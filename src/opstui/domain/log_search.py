"""Searching texts the way a person types: a capital minds the case, else it does not matter."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

from opstui.domain.log_line import searchable
from opstui.domain.log_text import LogText

SLICE = 1 << 15
"""Bytes of a log that are looked at in one go: a millisecond or a few."""


class Needle:
    """What is searched."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fold = text == text.lower()
        self._raw = text.encode("utf-8", "replace")
        self._pattern: re.Pattern[bytes] | None = None
        if self.fold and not text.isascii():
            self._pattern = re.compile(b"".join(_either(one) for one in text))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in a text, as (start, end)."""
        if not self.text:
            return []
        folded = text.lower() if self.fold else text
        if len(folded) != len(text):  # a few letters get longer
            folded = "".join(low if len(low := one.lower()) == 1 else one for one in text)
        found = []
        at = folded.find(self.text)
        while at >= 0:
            found.append((at, at + len(self.text)))
            at = folded.find(self.text, at + len(self.text))
        return found

    def offsets(self, block: bytes) -> list[int]:
        """Where it stands in UTF-8."""
        if self._pattern is not None:
            return [match.start() for match in self._pattern.finditer(block)]
        if self.fold:
            block = block.lower()
        found = []
        at = block.find(self._raw)
        while at >= 0:
            found.append(at)
            at = block.find(self._raw, at + len(self._raw))
        return found


def _either(letter: str) -> bytes:
    forms = {letter, letter.lower(), letter.upper()}
    return b"(?:" + b"|".join(sorted(re.escape(form.encode()) for form in forms)) + b")"


class Finder(Protocol):
    """Finds lines of a text a few milliseconds at a time, going on where lines were added."""

    @property
    def found(self) -> Sequence[int]:
        """Numbers of the lines found by now, in order."""
        ...

    @property
    def scanned(self) -> int:
        """Lines looked at by now."""
        ...

    def step(self) -> bool:
        """Look at some more; False when there is nothing left to look at."""
        ...

    def dropped(self, count: int) -> None:
        """The text lost lines at its beginning."""
        ...


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
