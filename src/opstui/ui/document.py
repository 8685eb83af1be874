"""A text that is read, not listed: scrolling, wrapping, searching, following. Pure state.

A position is a line and, where lines are wrapped, how many rows of it are above the window: so
nothing has to be known of lines out of sight.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len, chop_cells

from opstui.domain.needle import Finder, Needle
from opstui.domain.text import clean
from opstui.ui.measure import crop, width_of
from opstui.ui.paint import Line, Span, text_of
from opstui.ui.text import LineList, Text

if TYPE_CHECKING:
    from opstui.ui.log_lines import LogLines
    from opstui.ui.log_sift import Sifting

ABOVE = 3
"""Lines that stay in sight above a line that was jumped to."""


def wrapped(line: Line, width: int) -> list[Line]:
    """The line broken at `width` cells, at spaces where there are any."""
    if width_of(line) <= width or width < 4:
        return [line]
    rows: list[Line] = []
    row: list[Span] = []
    used = 0
    for span in line:
        for word in _words(clean(span.text), width):
            size = cell_len(word)
            if used + cell_len(word.rstrip()) > width and row:
                if used > width:  # by the blank that the line ends at
                    row[-1] = Span(row[-1].text.rstrip(), row[-1].style)
                rows.append(tuple(row))
                row, used = [], 0
                word = word.lstrip()
                size = cell_len(word)
            row.append(Span(word, span.style))
            used += size
    if row:
        rows.append(tuple(row))
    return rows


def _words(text: str, width: int) -> list[str]:
    words: list[str] = []
    for word in text.split(" "):
        words.extend(chop_cells(word, width) or [""])
        words[-1] += " "
    if words:
        words[-1] = words[-1][:-1]
    return words


class Document:
    """A text with a window onto it."""

    def __init__(self, text: Text | None = None) -> None:
        self.text: Text = text if text is not None else LineList()
        self.top = 0
        """The first line in sight."""
        self.skip = 0
        """Rows of it that are above the window."""
        self.left = 0
        self.wrap = False
        self.following = False
        """Keep the end in sight as lines are added; scrolling up pauses it."""
        self.complete = False
        """It was read to its end."""
        self.live = False
        """Lines still arrive as they are written."""
        self.mark = -1
        """The line that was jumped to last; -1 for none."""
        self._shown_at = (-1, 0)
        """Where the window was put for it."""
        self.shown: list[int] = []
        """The line of each row in sight."""
        self._needle = Needle("")
        self.finder: Finder | None = None
        """Finds the lines that hold the needle."""
        self.errors: Finder | None = None
        """Finds the lines that tell of a failure, once somebody asked for them."""
        self.sifting: Sifting | None = None
        """Which lines of a log to show; None for all."""

    def __len__(self) -> int:
        return len(self.text)

    @property
    def log(self) -> LogLines | None:
        """The text where it is a log's."""
        return None if isinstance(self.text, LineList) else cast("LogLines", self.text)

    # what it shows

    def replace(self, lines: Sequence[Line]) -> None:
        """Show other lines, from where the person is."""
        self.text = LineList(lines)
        self.look_anew()

    def dropped(self, count: int) -> None:
        """The text lost lines at its beginning: stay where the person is."""
        self.top = max(0, self.top - count)
        self.mark = max(-1, self.mark - count)
        for finder in (self.finder, self.errors) if count else ():
            if finder is not None:
                finder.dropped(count)

    def window(self, width: int, height: int) -> list[Line]:
        """The rows in sight."""
        last = self._last(width, height)
        if self.following or (self.top, self.skip) > last:
            self.top, self.skip = last
        rows: list[Line] = []
        self.shown = []
        for n in range(self.top, min(len(self), self.top + height)):
            made = self._rows(n, width)
            if n == self.top:
                made = made[self.skip:]
            rows += made
            self.shown += [n] * len(made)
            if len(rows) >= height:
                break
        del rows[height:], self.shown[height:]
        return rows

    def _rows(self, n: int, width: int) -> list[Line]:
        line = self.text.line(n)
        if not self.wrap:
            line = _cut(line, self.left, width)
        if self._needle.text:
            line = _marked(line, self._needle)
        if self.wrap:
            return wrapped(line, width) or [()]
        return [crop(line, width) if width_of(line) > width else line]

    def _last(self, width: int, height: int) -> tuple[int, int]:
        """The position that has the end at the window's bottom."""
        count = len(self)
        if not self.wrap:
            return max(0, count - height), 0
        rows = 0
        for n in range(count - 1, -1, -1):
            rows += len(self._rows(n, width))
            if rows >= height:
                return n, rows - height
        return 0, 0

    # moving

    def scroll(self, top: int, width: int, height: int) -> None:
        """Put the window's first line at `top`, as near as possible."""
        self.top, self.skip = min((max(0, top), 0), self._last(width, height))

    def scroll_by(self, rows: int, width: int, height: int) -> None:
        """Move the window by rows; negative numbers move it up."""
        if not self.wrap:
            self.scroll(self.top + rows, width, height)
            return
        top, skip = self.top, self.skip + rows
        while skip < 0 and top > 0:
            top -= 1
            skip += len(self._rows(top, width))
        while top < len(self) and skip >= (size := len(self._rows(top, width))):
            top, skip = top + 1, skip - size
        self.top, self.skip = min((top, max(0, skip)), self._last(width, height))

    def show(self, n: int, above: int = ABOVE) -> None:
        """Bring a line into sight, if it is not, and mark it as the one jumped to."""
        self.mark = n
        self.following = False
        if n not in self.shown[1:-1]:
            self.top, self.skip = max(0, n - above), 0
        self._shown_at = self.top, self.skip
        self.left = 0

    def toggle_wrap(self) -> None:
        """Break long lines, or let them run out of sight."""
        self.wrap = not self.wrap
        self.left = self.skip = 0

    # searching

    @property
    def needle(self) -> str:
        """What is searched; empty for nothing."""
        return self._needle.text

    @needle.setter
    def needle(self, text: str) -> None:
        if text != self._needle.text:
            self._needle = Needle(text)
            self.mark = -1
            self.look_anew()

    def look_anew(self) -> None:
        """Forget what was found: the text reads differently."""
        self.finder = self.text.finder(self._needle) if self._needle.text else None

    def next_of(self, finder: Finder, *, forward: bool, done: bool) -> int | None:
        """The line found after or before where we are, around the end where the finder is
        `done`; None where there is none, or not yet."""
        found = finder.found
        here = self.mark in self.shown or (self.top, self.skip) == self._shown_at
        at = self.mark if self.mark >= 0 and here else self.top - (1 if forward else 0)
        if forward:
            n = bisect_right(found, at)
            if n < len(found):
                return found[n]
            return found[0] if done and found else None
        n = bisect_left(found, max(0, at)) - 1
        if n >= 0 and (done or finder.scanned > at):
            return found[n]
        return found[-1] if done and found else None

    def place_of(self, finder: Finder) -> int:
        """The how manieth of the found lines the marked one is, from 1; 0 where it is none."""
        n = bisect_left(finder.found, self.mark) if self.mark >= 0 else len(finder.found)
        return n + 1 if n < len(finder.found) and finder.found[n] == self.mark else 0


def _marked(line: Line, needle: Needle) -> Line:
    """The line with every place that is searched in the style of a match."""
    places = needle.spans(text_of(line))
    spans: list[Span] = []
    start = 0
    for span in line if places else ():
        end, at = start + len(span.text), start
        for first, last in places:
            a, b = max(first, at), min(last, end)
            if a < b:
                spans += [Span(span.text[at - start : a - start], span.style),
                          Span(span.text[a - start : b - start], "match")]
                at = b
        spans.append(Span(span.text[at - start:], span.style))
        start = end
    return tuple(span for span in spans if span.text) if places else line


def _cut(line: Line, left: int, width: int) -> Line:
    """What may be in sight of a line that can be very long."""
    if left == 0 and sum(len(span.text) for span in line) <= 2 * width:
        return line
    spans: list[Span] = []
    room = width * 2
    for span in line:
        if left >= len(span.text):
            left -= len(span.text)
            continue
        text = span.text[left : left + room]
        spans.append(Span(text, span.style))
        left, room = 0, room - len(text)
        if room <= 0:
            break
    return tuple(spans)
