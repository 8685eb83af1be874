"""The list of every pane: a cursor that stays by key, columns, filter, sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from textual import events
from textual.message import Message

from opstui.ui import order, table
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk
from opstui.ui.framed import Framed, crop, on_ground
from opstui.ui.paint import Line, Span
from opstui.ui.theme import Brush

SAMPLE = 200
"""Rows that are measured beside the ones in sight, to settle the columns' widths."""


@dataclass(slots=True)
class Place:
    """Where a person stands in a list, and how they arranged it."""

    key: str = ""
    top: int = 0
    filter: str = ""
    sort: str = ""
    descending: bool = False
    index: int = 0
    """Where the cursor was, for when its row is gone."""
    sought: str = ""
    """A key to go to as soon as it is listed, such as a thing that was just made; given up when
    the person moves."""


@dataclass(slots=True)
class Rows:
    """What a list shows."""

    columns: tuple[Column[Any], ...] = ()
    items: Sequence[Any] = ()
    words: Callable[[Any], str] = str
    empty: Sequence[Line] = ()
    stale: bool = False
    """Greyed: the source failed since these were read."""
    busy: set[str] = field(default_factory=set)
    filtered: bool = False
    """The source filtered them already."""
    sorted: bool = False
    """The source sorted them already."""


class RowList(Framed):
    """Draws rows in sight only; nothing is built for the others."""

    class Highlighted(Message):
        """The cursor stands on another item, or on none, or the item itself changed."""

        def __init__(self, rows: RowList, item: Any) -> None:
            super().__init__()
            self.rows = rows
            self.item = item

        @property
        def control(self) -> RowList:
            """The list that sends it."""
            return self.rows

    class NearEnd(Message):
        """The last row that is loaded is in sight."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, brush: Brush, *, id: str | None = None) -> None:
        super().__init__(brush, id=id)
        self.rows = Rows()
        self.place = Place()
        self.shown: list[Any] = []
        self._layout: tuple[Any, table.Layout] | None = None
        self._told: Any = None

    # what it shows

    def show(self, rows: Rows, place: Place) -> None:
        """Show these rows with the cursor where `place` says, by key and else by index."""
        self.rows, self.place = rows, place
        self.rearrange()

    def rearrange(self) -> None:
        """Filter, sort and measure again, keep the cursor on its key, repaint what differs."""
        self._layout = None
        place, rows = self.place, self.rows
        needle = "" if rows.filtered else place.filter
        shown = order.filtered(rows.items, needle, rows.words)
        by = next((c for c in rows.columns if c.id == place.sort), None)
        if by is not None and by.sort is not None and not rows.sorted:
            shown = order.ordered(shown, by.sort, lambda i: i.key, descending=place.descending)
        self.shown = shown
        if place.sought and any(item.key == place.sought for item in shown):
            place.key, place.sought = place.sought, ""
        if place.key:
            index = next((n for n, item in enumerate(shown) if item.key == place.key), None)
            place.index = place.index if index is None else index
        self.move_to(place.index)

    @property
    def item(self) -> Any:
        """The item under the cursor, or None."""
        return self.shown[self.place.index] if 0 <= self.place.index < len(self.shown) else None

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, as near as there is one, and bring it into sight."""
        place, count = self.place, len(self.shown)
        if index != place.index:
            place.sought = ""
        place.index = max(0, min(index, count - 1))
        height = max(1, self.list_height)
        place.top = max(min(place.top, place.index), place.index - height + 1)
        place.top = max(0, min(place.top, count - height))
        item = self.item
        # a filter that hides everything must not make the list forget where it was
        if item is not None:
            place.key = item.key
        if item is not self._told and item != self._told:
            self._told = item
            self.post_message(self.Highlighted(self, item))
        if count and place.index >= count - height:
            self.post_message(self.NearEnd(self))
        self.redraw()

    @property
    def titled(self) -> bool:
        """Whether there is room for the columns' titles."""
        return self.inner_height >= 9 and len(self.shown) > 0

    @property
    def list_height(self) -> int:
        """Rows in sight."""
        return self.inner_height - (1 if self.titled else 0)

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """Titles where there is room, then the rows in sight."""
        if not self.shown:
            return self._nothing(width)
        layout = self._settle(width - 1)
        top = self.place.top
        lines: list[Line] = []
        if self.titled:
            heading = table.heading(layout, self.place.sort, self.place.descending)
            lines.append((Span(" "), *heading))
        for n, item in enumerate(self.shown[top : top + self.list_height], top):
            lines.append(self._row(layout, item, selected=n == self.place.index))
        return lines

    def _row(self, layout: table.Layout, item: Any, *, selected: bool) -> Line:
        bar = "▌" if selected and not self.brush.ascii_only else (">" if selected else " ")
        if item.key in self.rows.busy:
            mark = Span("*", "busy")
        else:
            mark = Span(bar, "accent" if self.has_focus else "dim")
        cells = table.row(layout, item)
        if self.rows.stale:
            cells = tuple(Span(span.text, "old") for span in cells)
        if not selected:
            return (mark, *cells)
        return on_ground((mark, *cells), "cursor" if self.has_focus else "resting")

    def _nothing(self, width: int) -> list[Line]:
        if self.place.filter and (self.rows.items or self.rows.filtered) and not self.rows.stale:
            text = f"nothing matches “{self.place.filter}”; esc clears the filter"
            return [(Span(" "), *crop((Span(text, "dim"),), max(4, width - 1)))]
        from opstui.ui.document import wrapped

        return [(Span(" "), *piece) for line in self.rows.empty for piece in wrapped(line, width-2)]

    def _settle(self, room: int) -> table.Layout:
        top = self.place.top
        sample = [*self.shown[:SAMPLE], *self.shown[max(SAMPLE, top) : top + self.list_height]]
        mark = (room, id(self.shown), self.titled, top // 50 if top > SAMPLE else 0)
        if self._layout is None or self._layout[0] != mark:
            contents = table.measure(self.rows.columns, sample)
            layout = table.lay_out(self.rows.columns, contents, room, titles=self.titled)
            self._layout = (mark, layout)
        return self._layout[1]

    # how a person moves in it

    @action("j,down", "Down", item=False, footer=False)
    async def down(self, _desk: Desk) -> None:
        """Move to the next row."""
        self.move_to(self.place.index + 1)

    @action("k,up", "Up", item=False, footer=False)
    async def up(self, _desk: Desk) -> None:
        """Move to the previous row."""
        self.move_to(self.place.index - 1)

    @action("g,home", "Top", item=False, footer=False)
    async def top(self, _desk: Desk) -> None:
        """Move to the first row."""
        self.move_to(0)

    @action("G,end", "Bottom", item=False, footer=False)
    async def bottom(self, _desk: Desk) -> None:
        """Move to the last row."""
        self.move_to(len(self.shown) - 1)

    @action("pagedown,ctrl+f", "Page down", item=False, footer=False)
    async def page_down(self, _desk: Desk) -> None:
        """Move down by a screenful."""
        self.move_to(self.place.index + max(1, self.list_height - 1))

    @action("pageup,ctrl+b", "Page up", item=False, footer=False)
    async def page_up(self, _desk: Desk) -> None:
        """Move up by a screenful."""
        self.move_to(self.place.index - max(1, self.list_height - 1))

    def on_click(self, event: events.Click) -> None:
        """A click selects, a second one opens."""
        first = 1 + (1 if self.titled else 0)
        index = self.place.top + event.y - first
        if event.y >= first and index < len(self.shown):
            again = index == self.place.index and event.chain > 1
            self.move_to(index)
            if again:
                self.post_message(self.Opened())

    def scroll_by(self, lines: int) -> None:
        """The wheel moves the cursor."""
        self.move_to(self.place.index + lines)
