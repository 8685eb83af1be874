"""Byte offsets in a log that its server counts in lines.

Buildbot gives a log by line numbers, each line of a command's log with a letter before it: `o`
and `e` for what the command wrote, `h` for what Buildbot says itself, which holds the worker's
whole environment. Those lines are left out, so where a line starts is known only after all
before it were read once. The ledger keeps one mark in some thousand lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable

WINDOW = 5000
"""Lines in one request."""

Fetch = Callable[[int, int], Awaitable[str]]
"""Lines from a number, at most so many."""


class Ledger:
    """What is known of one log's lengths."""

    def __init__(self, *, prefixed: bool, heading: bytes = b"") -> None:
        """prefixed: each line has a letter before it; heading: comes before the first line."""
        self._prefixed = prefixed
        self._heading = heading
        self._lines = [0]
        self._bytes = [0]
        self._known = (0, 0)
        """How far it was read: lines, and bytes without the heading."""

    @property
    def size(self) -> int:
        """Bytes as far as it was read, with the heading."""
        return len(self._heading) + self._known[1]

    async def read(self, fetch: Fetch, lines: int, start: int, limit: int) -> bytes:
        """At most `limit` bytes from byte `start`, of a log that has `lines` lines by now."""
        data = self._heading[start : start + limit]
        start = max(0, start - len(self._heading))
        if len(data) >= limit:
            return data
        line, at = self._before(start)
        while line < lines and len(data) < limit:
            text = await fetch(line, min(self._window(line), lines - line))
            count = text.count("\n")
            if not count:
                break
            piece = self._bare(text)
            self._learn(line, at, count, len(piece))
            data += piece[max(0, start - at) :]
            line, at = line + count, at + len(piece)
        return data[:limit]

    async def walk(self, fetch: Fetch, lines: int) -> int:
        """Read to the end, only to know its size."""
        while self._known[0] < lines:
            line, at = self._known
            text = await fetch(line, min(WINDOW, lines - line))
            if not (count := text.count("\n")):
                break
            self._learn(line, at, count, len(self._bare(text)))
        return self.size

    def _before(self, start: int) -> tuple[int, int]:
        """The nearest known line at or before a byte, and where it starts."""
        if start >= self._known[1]:
            return self._known
        index = bisect_right(self._bytes, start) - 1
        return self._lines[index], self._bytes[index]

    def _window(self, line: int) -> int:
        """So many lines that the next mark is met, where there is one."""
        index = bisect_right(self._lines, line)
        return self._lines[index] - line if index < len(self._lines) else WINDOW

    def _learn(self, line: int, at: int, count: int, size: int) -> None:
        if line + count <= self._known[0]:
            return
        self._known = (line + count, at + size)
        if line + count - self._lines[-1] >= WINDOW:
            self._lines.append(line + count)
            self._bytes.append(at + size)

    def _bare(self, text: str) -> bytes:
        if self._prefixed:
            text = "".join(
                line[1:] + "\n" for line in text.split("\n") if line and line[0] != "h"
            )
        return text.encode("utf-8", "replace")
