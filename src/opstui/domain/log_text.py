"""A log of any length: its bytes as they came, and where its lines begin.

A line costs its bytes and eight more. It is decoded only when it is looked at, by `log_line`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right

from opstui.domain.log_line import DROPPED, STAMP

MOST = 256_000_000
"""Bytes that are kept; of more, the end."""
LONGEST = 16_384
"""Bytes of a line after which it goes on as another one."""
LOOKED_AT = 8
"""Lines that must all begin with a stamp before it counts as the server's."""
_END = re.compile(rb"\n")
_MARKERS = (b"##[endgroup]", b"section_start:", b"section_end:")


class LogText:
    """Grows at its end, and may lose its beginning. Lines are numbered from 0 as they are kept;
    `first` says how many were before."""

    def __init__(self, most: int = MOST) -> None:
        self.first = 0
        """Lines that were dropped at the beginning."""
        self.stamped = False
        """Whether the server wrote a stamp before each line."""
        self._most = most
        self._data = bytearray()
        self._base = 0
        """Bytes that were dropped: offsets below count from the log's beginning."""
        self._starts: array[int] = array("Q")
        self._open = -1
        """Offset where the unfinished last line begins; -1 where there is none."""
        self._looked = 0

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def size(self) -> int:
        """Bytes that came, the dropped ones included."""
        return self._base + len(self._data)

    @property
    def kept(self) -> int:
        """Bytes that are kept."""
        return len(self._data)

    @property
    def finished(self) -> int:
        """Lines that will not change any more: all but the last one, while its end is missing."""
        return len(self) if self._open < 0 else bisect_left(self._starts, self._open)

    def end(self) -> None:
        """Nothing more comes: the last line is finished."""
        self._open = -1

    def append(self, data: bytes) -> int:
        """Add what came; returns how many lines were dropped at the beginning for it."""
        if not data:
            return 0
        begin = self._open if self._open >= 0 else self.size
        if self._open >= 0 and self._starts and self._starts[-1] >= begin:
            while self._starts and self._starts[-1] >= begin:
                self._starts.pop()
        self._data += data
        self._index(begin, self.size - len(data))
        if self._looked < LOOKED_AT:
            self._look()
        return self._shrink() if len(self._data) > self._most else 0

    def _index(self, begin: int, scanned: int) -> None:
        """Find the lines from `begin` on; there is no line end before `scanned`."""
        data, base, starts = self._data, self._base, self._starts
        at, last = begin, begin
        ends = [match.end() for match in _END.finditer(data, scanned - base)]
        markers = any(data.find(mark, begin - base) >= 0 for mark in _MARKERS)
        if not markers and ends:
            last = ends[-1] + base
            fresh = [at, *(end + base for end in ends[:-1])]
            if max(map(int.__sub__, [end + base for end in ends], fresh)) <= LONGEST:
                starts.extend(fresh)
                ends = []
                at = last
        for end in ends:
            last = end + base
            if not (markers and self._is_marker(at, last)):
                self._put(at, last)
            at = last
        self._open = -1
        if last < self.size:
            self._open = last
            self._put(last, self.size)

    def _is_marker(self, start: int, end: int) -> bool:
        raw = bytes(self._data[start - self._base : end - self._base])
        if len(raw) > 1000 or not any(mark in raw for mark in _MARKERS):
            return False
        match = STAMP.match(raw)
        return DROPPED.fullmatch(raw, match.end() if match else 0) is not None

    def _put(self, start: int, end: int) -> None:
        """Number a line; a very long one as several, but what was overwritten is not shown."""
        self._starts.append(start)
        if end - start <= LONGEST:
            return
        data, base = self._data, self._base
        stop = end - base
        while stop > start - base and data[stop - 1] in b"\r\n":
            stop -= 1
        at = max(start, data.rfind(b"\r", start - base, stop) + 1 + base)
        while stop + base - at > LONGEST:
            at += LONGEST
            for _ in range(3):  # bytes that a character may have more than one
                at -= data[at - base] & 0xC0 == 0x80
            escape = data.rfind(b"\x1b", at - base - 32, at - base)
            if escape >= 0 and not data[escape : at - base].endswith(b"m"):
                at = escape + base
            self._starts.append(at)

    def _look(self) -> None:
        self._looked = 0
        for n in range(min(len(self) - (self._open >= 0), LOOKED_AT)):
            raw = self.raw(n)
            if raw.strip():
                if not STAMP.match(raw):
                    self.stamped, self._looked = False, LOOKED_AT
                    return
                self._looked += 1
        self.stamped = self._looked > 0

    def _shrink(self) -> int:
        """Drop a quarter, so that it is not to be done again at once."""
        cut = bisect_left(self._starts, self.size - self._most * 3 // 4)
        cut = min(cut, len(self._starts) - 1)
        start = self._starts[cut]
        del self._data[: start - self._base]
        del self._starts[:cut]
        self._base = start
        self.first += cut
        return cut

    def note(self) -> int:
        """Number an empty line that stands for one of the caller's own, after what came.

        Returns how many lines were ever before it.
        """
        self._open = -1
        self._starts.append(self.size)
        return self.first + len(self) - 1

    def raw(self, n: int) -> bytes:
        """A line as it came, without its end; of a very long one what was not overwritten."""
        starts, base, data = self._starts, self._base, self._data
        start = starts[n] - base
        limit = starts[n + 1] - base if n + 1 < len(starts) else len(data)
        end = data.find(b"\n", start, limit)
        stop = limit if end < 0 else end
        if stop - start > LONGEST:
            while stop > start and data[stop - 1] == 13:
                stop -= 1
            start = max(start, data.rfind(b"\r", start, stop) + 1)
        return bytes(data[start:stop])

    def block(self, n: int, size: int) -> tuple[int, bytes, int]:
        """Whole lines from line `n` on, about `size` bytes: (their offset, they, the next line)."""
        starts = self._starts
        begin = starts[n]
        stop = bisect_right(starts, begin + size, n + 1) if begin + size < self.size else len(self)
        stop = max(stop, n + 1)
        end = starts[stop] if stop < len(starts) else self.size
        return begin, bytes(self._data[begin - self._base : end - self._base]), stop

    def stretch(self, first: int, stop: int) -> bytes:
        """The lines from `first` up to before `stop`, as they came."""
        if first >= min(stop, len(self)):
            return b""
        start = self._starts[first] - self._base
        return bytes(self._data[start : start + self.span(first, stop)])

    def span(self, first: int, stop: int) -> int:
        """Bytes from line `first` up to before line `stop`."""
        if first >= min(stop, len(self)):
            return 0
        return (self._starts[stop] if stop < len(self) else self.size) - self._starts[first]

    def at(self, offset: int) -> int:
        """The number of the line that holds the byte at an offset."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def whole(self, start: int, size: int) -> bytes:
        """Bytes from an offset on, as they came; empty at the end."""
        begin = max(0, start - self._base)
        return bytes(self._data[begin : begin + size])
