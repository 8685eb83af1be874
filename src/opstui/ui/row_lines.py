"""The lines of rows: made for rows in sight only, and once for as long as nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from opstui.ui import table
from opstui.ui.column import Column
from opstui.ui.listing import Listing
from opstui.ui.measure import crop, on_ground, width_of
from opstui.ui.paint import Line, Span

SAMPLE = 200
"""Rows that are measured beside the ones in sight, to settle the columns' widths."""
ROOMY = 9
"""Lines from which on the columns have titles."""
MOST = 300
"""Lines that are remembered; more of them start over."""


class Manner(NamedTuple):
    """How a row stands out."""

    selected: bool = False
    marked: bool = False
    busy: bool = False
    focused: bool = False
    """The list has the keys."""
    ascii_only: bool = False
    lit: bool = False
    """It belongs to what is selected, in this list or another."""


class RowLines:
    """Makes lines, and remembers them until `forget`: cells may depend on more than the item."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self.lit: frozenset[str] = frozenset()
        """Keys of rows that belong to what is selected, here or elsewhere."""
        self._columns: tuple[Column[Any], ...] = ()
        self._widest: list[int] = []
        """The widest cell of each column that was seen; it only grows until `forget`."""
        self._fresh = False
        self.layout = table.Layout((), ())
        """The columns that are drawn, with their widths."""
        self._mark: tuple[object, ...] = ()
        """What the layout and the lines were made for."""
        self._cells: dict[str, tuple[Any, tuple[Line, ...]]] = {}
        self._lines: dict[tuple[str, Manner], tuple[Any, Line]] = {}

    def forget(self) -> None:
        """Something may read differently now."""
        self._fresh = False

    def titled(self, height: int) -> bool:
        """Whether there is room for the columns' titles, where they have any."""
        listing = self._listing
        return height >= ROOMY and len(listing.shown) > 0 and any(
            column.title for column in listing.rows.columns
        )

    def in_sight(
        self, width: int, height: int, *, focused: bool, ascii_only: bool
    ) -> list[Line]:
        """Titles where there is room, then the rows in sight; or why there are none."""
        listing = self._listing
        if not listing.shown:
            return nothing(listing, width)
        titled = self.titled(height)
        listing.bring_into_sight(height - titled)
        place, busy = listing.place, listing.rows.busy
        items = listing.shown[place.top : place.top + max(0, height - titled)]
        layout = self.settle(width - 1, items, titles=titled)
        lines: list[Line] = []
        if titled:
            lines.append((Span(" "), *table.heading(layout, place.sort, place.descending)))
        for n, item in enumerate(items, place.top):
            manner = Manner(
                n == place.index, item.key in place.marked, item.key in busy, focused, ascii_only,
                item.key in self.lit,
            )
            lines.append(self.of(item, manner))
        return lines

    def settle(self, room: int, in_sight: Sequence[Any], *, titles: bool) -> table.Layout:
        """The columns' widths for the rows in sight; they get no narrower as rows come up."""
        rows = self._listing.rows
        if not self._fresh or len(self._cells) > MOST:
            self._fresh = True
            self._columns = rows.shape.visible(rows.columns)
            self._cells = {}
            self._mark = ()
            self._widest = [
                max(sizes, default=0)
                for sizes in table.measure(self._columns, self._listing.shown[:SAMPLE])
            ]
        for item in in_sight:
            if item.key not in self._cells:
                self._learn(item)
        mark = (room, titles, self._listing.place.shift, rows.stale, *self._widest)
        if mark != self._mark or len(self._lines) > MOST:
            self._mark = mark
            self._lines = {}
            self.layout = table.lay_out(
                self._columns, [[size] for size in self._widest], room,
                titles=titles, chosen=rows.shape.widths,
            )
        return self.layout

    def _learn(self, item: Any) -> tuple[Line, ...]:
        cells = table.cells_of(self._columns, item)
        self._cells[item.key] = (item, cells)
        for n, cell in enumerate(cells):
            self._widest[n] = max(self._widest[n], width_of(cell))
        return cells

    def of(self, item: Any, manner: Manner) -> Line:
        """The line of an item in sight, the gutter included."""
        key = (item.key, manner)
        known = self._lines.get(key)
        if known is None or known[0] is not item:
            known = self._lines[key] = (item, self._line(item, manner))
        return known[1]

    def _line(self, item: Any, manner: Manner) -> Line:
        known = self._cells.get(item.key)
        raw = known[1] if known is not None and known[0] is item else self._learn(item)
        cells = table.row(self.layout, self._columns, raw, self._listing.place.shift)
        if self._listing.rows.stale:
            cells = tuple(Span(span.text, "old") for span in cells)
        line = (_gutter(manner), *cells)
        if not manner.selected:
            return line
        return on_ground(line, "cursor" if manner.focused else "resting")

    def overflow(self, in_sight: Sequence[Any]) -> int:
        """By how many cells the longest cell in sight is longer than its column."""
        widths = dict(zip((c.id for c in self.layout.columns), self.layout.widths, strict=True))
        return max((
            width_of(cell) - widths[column.id]
            for item in in_sight if item.key in self._cells
            for column, cell in zip(self._columns, self._cells[item.key][1], strict=True)
            if column.id in widths
        ), default=0)


def nothing(listing: Listing, width: int) -> list[Line]:
    """Why a list shows nothing."""
    place, rows = listing.place, listing.rows
    if place.filter and (rows.items or rows.filtered) and not rows.stale:
        text = f"nothing matches “{place.filter}”; esc clears the filter"
        first = [(Span(" "), *crop((Span(text, "dim"),), max(4, width - 1)))]
        return first + (_reasons(listing, width) if rows.filtered and not rows.items else [])
    return _reasons(listing, width)


def _reasons(listing: Listing, width: int) -> list[Line]:
    from opstui.ui.document import wrapped

    rows = listing.rows
    return [(Span(" "), *piece) for line in rows.empty for piece in wrapped(line, width - 2)]


def _gutter(manner: Manner) -> Span:
    if manner.busy:
        return Span("*", "busy")
    if manner.marked:
        return Span("+" if manner.ascii_only else "•", "key")
    if manner.lit and not (manner.selected and manner.focused):
        return Span(":" if manner.ascii_only else "┊", "accent")
    bar = (">" if manner.ascii_only else "▌") if manner.selected else " "
    return Span(bar, "accent" if manner.focused else "dim")
