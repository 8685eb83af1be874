"""A log's bytes as a text: lines are made of them when they come in sight."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from opstui.domain.log_line import pieces
from opstui.domain.log_search import LogSearch
from opstui.domain.log_text import MOST, LogText
from opstui.domain.needle import Finder, Needle
from opstui.ui.paint import Line, Span

if TYPE_CHECKING:
    from opstui.ui.log_sift import Sift, Sifting

_ERROR_OUTPUT = re.compile(rb"[0-9T:.-]{20,32}Z [0-9a-f]{2}E[ +]")
"""A stamp of a line that was written to the error output, as GitLab writes them."""


class LogLines:
    """A log's lines, with lines of opstui's own between them; all, or only some of them."""

    def __init__(self, log: LogText, most: int = MOST) -> None:
        self.whole = log
        """All that came."""
        self.log = log
        """What is shown of it."""
        self.stamps = False
        """Whether the server's stamps are shown."""
        self._most = most
        self._sift: Sift | None = None
        self._behind = False
        """Whether lines that came before are still looked for."""
        self._own: dict[int, Line] = {}
        """Lines of opstui's own, by how many lines of the whole log were ever before them."""
        self._own_at: list[int] = []
        """Their places, in order."""
        self._notes = self._own
        """The same, by how many lines of what is shown were."""

    def __len__(self) -> int:
        return len(self.log)

    def append(self, data: bytes) -> int:
        """Add what came; returns how many lines were dropped at the beginning of what is shown."""
        lost = self.whole.append(data)
        sift = self._sift
        if sift is None:
            return lost
        if lost:
            sift.lost(lost)
        self._keep_up()
        dropped, sift.dropped = sift.dropped, 0
        return dropped

    def note(self, line: Line) -> None:
        """Add a line of opstui's own."""
        self._own_at.append(self.whole.note())
        self._own[self._own_at[-1]] = line
        self._keep_up()

    def end(self) -> None:
        """Nothing more comes."""
        self.whole.end()
        self._keep_up()

    def _keep_up(self) -> None:
        while not self._behind and self._sift is not None and self._sift.step():
            pass

    def sift(self, sifting: Sifting | None) -> None:
        """Show some lines only, or all; `go_on` finds them."""
        if sifting is None:
            self._sift, self.log, self._notes = None, self.whole, self._own
            return
        from opstui.ui.log_sift import Sift  # not before somebody filters

        self._notes = {}
        self._sift = Sift(self.whole, sifting, self._most, self._notes_among, self._put)
        self.log = self._sift.shown
        self._behind = True

    def go_on(self) -> bool:
        """Look for some more lines to show; False when all are found."""
        self._behind = self._sift is not None and self._sift.step()
        return self._behind

    def _notes_among(self, first: int, stop: int) -> list[int]:
        gone, at = self.whole.first, self._own_at
        return [n - gone for n in at[bisect_left(at, first + gone) : bisect_left(at, stop + gone)]]

    def _put(self, n: int) -> None:
        self._notes[self.log.note()] = self._own[n + self.whole.first]

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

    def margin_of(self, n: int) -> Span:
        """What stands left of a line: a mark where it was written to the error output."""
        log = self.log
        error = log.stamped and _ERROR_OUTPUT.match(log.raw(n)) is not None
        return Span("!", "warn") if error else Span(" ")

    def finder(self, needle: Needle) -> Finder:
        """Looks through the bytes."""
        return LogSearch(self.log, needle, stamps=self.stamps)
