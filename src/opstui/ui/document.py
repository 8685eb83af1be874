"""A text that is read, not listed: scrolling, wrapping, searching, following. Pure state."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells

from opstui.domain.text import clean
from opstui.ui.measure import crop, width_of
from opstui.ui.paint import Line, Span, text_of


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
    """Lines with a window onto them."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self.lines: list[Line] = list(lines)
        self.top = 0
        self.left = 0
        self.wrap = False
        self.following = False
        """Keep the end in sight as lines are added; scrolling up pauses it."""
        self.needle = ""
        self.match = -1
        self._rows: list[Line] | None = None
        self._rows_width = 0

    def replace(self, lines: Sequence[Line]) -> None:
        """Show other lines, from where the person is."""
        self.lines = list(lines)
        self._rows = None

    def extend(self, lines: Sequence[Line]) -> None:
        """Add lines at the end."""
        self.lines.extend(lines)
        if self._rows is not None and self.wrap:
            for line in lines:
                self._rows.extend(wrapped(line, self._rows_width))

    def rows(self, width: int) -> list[Line]:
        """The lines as they are shown: wrapped, or as they are."""
        if not self.wrap:
            return self.lines
        if self._rows is None or self._rows_width != width:
            self._rows = [row for line in self.lines for row in wrapped(line, width)]
            self._rows_width = width
        return self._rows

    def scroll(self, top: int, width: int, height: int) -> None:
        """Put the window's first line at `top`, as near as possible."""
        last = max(0, len(self.rows(width)) - height)
        self.top = max(0, min(top, last))

    def window(self, width: int, height: int) -> list[Line]:
        """The lines in sight."""
        rows = self.rows(width)
        self.scroll(len(rows) if self.following else self.top, width, height)
        return [self._line(n, row, width) for n, row in
                enumerate(rows[self.top : self.top + height], self.top)]

    def toggle_wrap(self) -> None:
        """Break long lines, or let them run out of sight."""
        self.wrap = not self.wrap
        self.left = 0
        self._rows = None

    def find(self, needle: str, width: int, *, forward: bool = True) -> bool:
        """Move to the next line that holds `needle`, wrapping around; False when none does."""
        rows = self.rows(width)
        if needle != self.needle:
            self.needle, self.match = needle, self.top - 1 if forward else self.top
        if not needle or not rows:
            return False
        fold = needle == needle.lower()
        count = len(rows)
        for step in range(1, count + 1):
            n = (self.match + (step if forward else -step)) % count
            text = text_of(rows[n])
            if needle in (text.lower() if fold else text):
                self.match = n
                self.top = max(0, n - 3)
                self.following = False
                return True
        return False

    def _line(self, number: int, line: Line, width: int) -> Line:
        if self.needle:
            line = _marked(line, self.needle)
        if self.left and not self.wrap:
            line = _from(line, self.left)
        return crop(line, width) if width_of(line) > width else line


def _marked(line: Line, needle: str) -> Line:
    text = text_of(line)
    at = (text.lower() if needle == needle.lower() else text).find(needle)
    if at < 0:
        return line
    spans: list[Span] = []
    start = 0
    for span in line:
        end = start + len(span.text)
        a, b = max(at, start) - start, min(at + len(needle), end) - start
        if a < b:
            spans += [Span(span.text[:a], span.style), Span(span.text[a:b], "match"),
                      Span(span.text[b:], span.style)]
        else:
            spans.append(span)
        start = end
    return tuple(span for span in spans if span.text)


def _from(line: Line, left: int) -> Line:
    spans: list[Span] = []
    for span in line:
        if left >= len(span.text):
            left -= len(span.text)
            continue
        spans.append(Span(span.text[left:], span.style))
        left = 0
    return tuple(spans)
