"""The keys that move a cursor over the rows of a page, the same on each of them."""

from __future__ import annotations

from typing import Protocol

from opstui.ui.action import action
from opstui.ui.desk import Desk


class Rowed(Protocol):
    """An area with a cursor on one of its rows."""

    @property
    def last(self) -> int:
        """The last row's index; -1 without rows."""
        ...

    @property
    def inner_height(self) -> int:
        """Rows that fit into the frame."""
        ...

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, as near as there is one."""
        ...

    def scroll_by(self, lines: int) -> None:
        """Move the cursor by some rows."""
        ...


class RowedPage(Protocol):
    """A page that draws in such an area."""

    @property
    def area(self) -> Rowed:
        """The area."""
        ...


class Moving:
    """Up, down, by screenfuls, and to both ends."""

    def __init__(self, page: RowedPage) -> None:
        self.area = page.area

    @action("j,down", "Down", item=False, footer=False)
    async def down(self, _desk: Desk) -> None:
        """Move to the next row."""
        self.area.scroll_by(1)

    @action("k,up", "Up", item=False, footer=False)
    async def up(self, _desk: Desk) -> None:
        """Move to the previous row."""
        self.area.scroll_by(-1)

    @action("pagedown,ctrl+f", "Page down", item=False, footer=False)
    async def page_down(self, _desk: Desk) -> None:
        """Move down by a screenful."""
        self.area.scroll_by(max(1, self.area.inner_height - 1))

    @action("pageup,ctrl+b", "Page up", item=False, footer=False)
    async def page_up(self, _desk: Desk) -> None:
        """Move up by a screenful."""
        self.area.scroll_by(-max(1, self.area.inner_height - 1))

    @action("g,home", "Top", item=False, footer=False)
    async def top(self, _desk: Desk) -> None:
        """Move to the first row."""
        self.area.move_to(0)

    @action("G,end", "Bottom", item=False, footer=False)
    async def bottom(self, _desk: Desk) -> None:
        """Move to the last row."""
        self.area.move_to(self.area.last)
