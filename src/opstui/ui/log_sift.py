"""Only those lines of a log that hold a text, or do not: found as the log grows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
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
        self, whole: LogText, sifting: Sifting, most: int,
        notes: Callable[[int, int], Sequence[int]], put: Callable[[int], None],
    ) -> None:
        """notes: the numbers of opstui's own lines among some of the log's; put: shows one."""
        self.shown = LogText(most)
        self.dropped = 0
        """Lines that the copy lost at its beginning since somebody asked."""
        self._whole = whole
        self._sifting = sifting
        self._search = LogSearch(whole, Needle(sifting.text), stamps=False)
        self._notes = notes
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
        self._take(self._next, limit, held)
        self._next = max(self._next, limit)
        return not self.caught_up

    def _take(self, first: int, stop: int, held: Sequence[int]) -> None:
        """Copy what is to be shown of these lines; stretches of them at once."""
        whole, lines = self._whole, list[bytes]()
        for n in self._notes(first, stop):
            self._copy(first, n, held, lines)
            self._flush(lines)
            self._put(n)
            first = n + 1
        self._copy(first, stop, held, lines)
        if lines and stop == len(whole) and not lines[-1].endswith(b"\n"):
            lines.append(b"\n")
        self._flush(lines)

    def _copy(self, first: int, stop: int, held: Sequence[int], lines: list[bytes]) -> None:
        whole = self._whole
        mine = held[bisect_left(held, first) : bisect_left(held, stop)]
        if not self._sifting.without:
            lines += [whole.raw(n) + b"\n" for n in mine]
            return
        for n in (*mine, stop):
            if first < n:
                lines.append(whole.stretch(first, n))
            first = n + 1

    def _flush(self, lines: list[bytes]) -> None:
        if lines:
            self.dropped += self.shown.append(b"".join(lines))
            lines.clear()
