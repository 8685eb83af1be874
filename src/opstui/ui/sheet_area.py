"""A sheet on the screen: names and columns' heads stay in sight, the rest scrolls both ways."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.ui.page import PageArea
from opstui.ui.paint import Line, Span, line
from opstui.ui.sheet import Sheet, SheetRow, head_line, row_line, shown_rows, widths
from opstui.ui.theme import Brush


class SheetArea(PageArea):
    """Draws what is in sight of a sheet, and knows where the person stands."""

    hints = (
        ("a", "all rows"), ("=", "champion"), ("b", "measure by"), ("d", "drop"), ("+", "add"),
        ("m", "charts"), ("/", "find"), ("y", "copy"), ("S", "save"), ("?", "keys"),
        ("esc", "close"),
    )

    def __init__(self, brush: Brush, title: str, sheet: Sheet) -> None:
        super().__init__(brush)
        self.heading = title
        self.sheet = sheet
        self.every = False
        """Show rows too that are the same everywhere."""
        self.needle = ""
        self.column = 0
        """The column that keys mean."""
        self.waiting = True
        """Something is still being read."""
        self._first = 0
        self._top = 0

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        """The rows that pass."""
        return shown_rows(self.sheet, every=self.every, needle=self.needle)

    @property
    def list_height(self) -> int:
        """Lines below the heads."""
        return max(1, self.inner_height - 1)

    def put(self, sheet: Sheet) -> None:
        """Show another sheet from where the person is."""
        self.sheet = sheet
        self.column = max(0, min(self.column, len(sheet.heads) - 1))
        self.redraw()

    def move(self, columns: int) -> None:
        """Go to another column."""
        self.column = max(0, min(self.column + columns, len(self.sheet.heads) - 1))
        self.redraw()

    def scroll_by(self, lines: int) -> None:
        """Move down or up."""
        self.scroll_rows(self._top + lines)

    def scroll_rows(self, top: int) -> None:
        """Put a line at the top, as near as possible."""
        self._top = max(0, min(top, len(self._body(self.rows)) - self.list_height))
        self.redraw()

    @property
    def end(self) -> int:
        """How many lines there are."""
        return len(self._body(self.rows))

    # drawing

    def frame_facts(self) -> Line:
        """How many rows differ, what is searched, whether something is still read."""
        count, differ = len(self.sheet.rows), sum(row.differs for row in self.sheet.rows)
        told = f"all {count} rows " if self.every else f"{differ} of {count} rows differ "
        found = (Span(f"/{self.needle} ", "accent"),) if self.needle else ()
        reading = (Span("reading… ", "busy"),) if self.waiting else ()
        return (*reading, *found, Span(told, "dim"))

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """Heads, then the rows in sight under their sections."""
        if width < 4:
            return []
        rows, room = self.rows, width - 1
        cells = widths(self.sheet, rows, room)
        self._first = self._in_sight(cells, room)
        head = head_line(self.sheet, cells, self._first, self.column, room)
        body = self._body(rows)
        self._top = max(0, min(self._top, len(body) - (height - 1)))
        lines: list[Line] = [(Span(" "), *head)]
        for one in body[self._top : self._top + height - 1]:
            drawn = one if isinstance(one, tuple) else row_line(
                one, cells, self._first, room, ascii_only=self.brush.ascii_only
            )
            lines.append((Span(" "), *drawn))
        return lines

    def _in_sight(self, cells: tuple[int, Sequence[int]], room: int) -> int:
        """The first column to draw, so that the person's one is whole."""
        names, each = cells
        first = min(self._first, self.column)
        while first < self.column and (
            names + sum(one + 1 for one in each[first : self.column + 1]) > room
        ):
            first += 1
        return first

    def _body(self, rows: Sequence[SheetRow]) -> list[Line | SheetRow]:
        body: list[Line | SheetRow] = []
        section = ""
        for row in rows:
            if row.section != section:
                body += [()] if body else []
                section = row.section
                body.append(line((section, "title")))
            body.append(row)
        if not rows:
            body.append(line((self._nothing(), "dim")))
        for note in self.sheet.notes:
            body += [(), line((note, "warn"))]
        return body

    def _nothing(self) -> str:
        if self.needle:
            return "no row holds this text"
        return "nothing differs; a shows all rows" if self.sheet.rows else "there is nothing to say"
