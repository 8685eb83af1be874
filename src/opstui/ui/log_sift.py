"""Only those lines of a log that hold a text, or do not: found as the log grows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from opstui.domain.log_search import LogSearch
from opstui.domain.log_text import LogText
from opstui.domain.needle import Needle


@dataclass(frozen=True, slots=True)
class Sifting:
    """Which lines to show."""

    text: str
    without: bool = False
    """Only those that do not hold it."""

    @classmethod
    def typed(cls, text: str) -> Sifting | None:
        """`text` for the lines that hold it, `!text` for the others; None for all of them."""
        without = text.startswith("!")
        text = text[without:]
        return cls(text, without) if text else None

    @property
    def told(self) -> str:
        """As it is typed."""
        return f"{'!' if self.without else ''}{self.text}"


class Sift:
    """Copies the lines of a log that are to be shown into one of their own."""

    def __init__(
        self, whole: LogText, sifting: Sifting, most: int, put: Callable[[int], bool]
    ) -> None:
        """put: adds a line of opstui's own that stands at this number of the log; False where
        there is none."""
        self.shown = LogText(most)
        self.dropped = 0
        """Lines that the copy lost at its beginning since somebody asked."""
        self._whole = whole
        self._sifting = sifting
        self._search = LogSearch(whole, Needle(sifting.text), stamps=False)
        self._put = put
        self._next = 0
        """The first line that was not judged yet."""

    @property
    def caught_up(self) -> bool:
        """Whether every finished line was judged."""
        return self._next >= self._whole.finished

    def lost(self, count: int) -> None:
        """The log lost lines at its beginning."""
        self._search.dropped(count)
        self._next = max(0, self._next - count)

    def step(self) -> bool:
        """Judge some more; False when there is nothing left to judge."""
        if self.caught_up:
            return False
        more = self._search.step()
        finished = self._whole.finished
        limit = min(self._search.scanned, finished) if more else finished
        found = self._search.found
        held = found[bisect_left(found, self._next) : bisect_left(found, limit)]
        self._take(self._next, limit, frozenset(held))
        self._next = max(self._next, limit)
        return not self.caught_up

    def _take(self, first: int, stop: int, held: frozenset[int]) -> None:
        lines: list[bytes] = []
        for n in range(first, stop):
            if self._put_note(n, lines):
                continue
            if (n in held) != self._sifting.without:
                lines.append(self._whole.raw(n) + b"\n")
        self._flush(lines)

    def _put_note(self, n: int, lines: list[bytes]) -> bool:
        if self._whole.span(n, n + 1):
            return False  # it has bytes: a line of the log's own
        self._flush(lines)
        return self._put(n)

    def _flush(self, lines: list[bytes]) -> None:
        if lines:
            self.dropped += self.shown.append(b"".join(lines))
            lines.clear()
