"""The list of every pane: a cursor that stays by key, columns, filter, sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.message import Message

from opstui.ui.action import action
from opstui.ui.desk import Desk
from opstui.ui.framed import Framed
from opstui.ui.listing import Listing, Place, Rows
from opstui.ui.paint import Line
from opstui.ui.row_lines import RowLines
from opstui.ui.theme import Brush

__all__ = ["Place", "RowList", "Rows"]


class RowList(Framed):
    """Draws rows in sight only; nothing is built for the others."""

    class NearEnd(Message):
        """The last row that is loaded is in sight."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, brush: Brush, *, id: str | None = None) -> None:
        super().__init__(brush, id=id)
        self.listing = Listing()
        self.row_lines = RowLines(self.listing)
        self.follower: Callable[[RowList], None] | None = None
        """Told when the cursor stands on another item, or on none, or the item itself changed. No
        message, whose detour would cost a frame: row and details change in one."""
        self._told: Any = None

    # what it shows

    @property
    def place(self) -> Place:
        """Where the person stands in it."""
        return self.listing.place

    @property
    def shown(self) -> Sequence[Any]:
        """The items that pass the filter, in order."""
        return self.listing.shown

    @property
    def item(self) -> Any:
        """The item under the cursor, or None."""
        return self.listing.item

    def show(self, rows: Rows, place: Place) -> None:
        """Show these rows with the cursor where `place` says, by key and else by index."""
        self.listing.show(rows, place)
        self.row_lines.forget()
        self._settle()

    def rearrange(self) -> None:
        """Filter, sort and measure again, keep the cursor on its key, repaint what differs."""
        self.listing.arrange()
        self.row_lines.forget()
        self._settle()

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, as near as there is one, and bring it into sight."""
        self.listing.move_to(index)
        self._settle()

    def _settle(self) -> None:
        item, place, rows = self.item, self.place, self.listing.rows
        self.listing.bring_into_sight(self.list_height, self._leap)
        self.redraw()
        if item is not self._told and item != self._told:
            self._told = item
            if self.follower is not None:
                self.follower(self)
        if rows.more and place.index >= len(self.shown) - max(1, self.list_height):
            self.post_message(self.NearEnd(self))

    @property
    def _leap(self) -> int:
        """Rows to scroll by at an edge.

        A terminal moves whole lines by itself, so a list across the screen follows the cursor row
        by row. Beside others every row has to be sent again: half of them at once are rarer, and
        show what comes next.
        """
        if not self.is_attached:  # it is being taken away
            return 0
        return self.list_height // 2 if self.size.width < self.screen.size.width else 0

    @property
    def titled(self) -> bool:
        """Whether there is room for the columns' titles."""
        return self.row_lines.titled(self.inner_height)

    @property
    def list_height(self) -> int:
        """Rows in sight."""
        return self.inner_height - (1 if self.titled else 0)

    @property
    def in_sight(self) -> Sequence[Any]:
        """The items that are drawn."""
        return self.shown[self.place.top : self.place.top + max(0, self.list_height)]

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """Titles where there is room, then the rows in sight."""
        return self.row_lines.in_sight(
            width, height, focused=self.has_focus, ascii_only=self.brush.ascii_only
        )

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
        first = self.rim + (1 if self.titled else 0)
        index = self.place.top + event.y - first
        if event.y >= first and index < len(self.shown):
            again = index == self.place.index and event.chain > 1
            self.move_to(index)
            if again:
                self.post_message(self.Opened())

    def scroll_by(self, lines: int) -> None:
        """The wheel moves the cursor."""
        self.move_to(self.place.index + lines)
