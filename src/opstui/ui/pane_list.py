"""The list inside a pane: its frame says what the pane knows, its rows can be marked."""

from __future__ import annotations

from asyncio import sleep
from time import monotonic
from typing import TYPE_CHECKING, Any

from opstui.ui import frame_text, shape
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk
from opstui.ui.paint import Line, Span
from opstui.ui.rows import RowList
from opstui.ui.shelf import keys_of
from opstui.ui.work import start_work

if TYPE_CHECKING:
    from opstui.ui.pane import Pane

SIDEWAYS = 8
"""Cells that one press moves what is cut off."""
SLICE = 0.005
"""Seconds of getting ready for a filter between looks for a key."""


class PaneList(RowList):
    """A list whose frame says what the pane knows, and whose rows can be marked."""

    pane: Pane

    def frame_title(self) -> Line:
        """Number, name, breadcrumb."""
        pane = self.pane
        stacks = [(stack[0].view.title, [deeper.name for deeper in stack[1:]])
                  for stack in pane.stacks]
        return frame_text.title(pane.spec.number, stacks, pane.tab, focused=self.has_focus)

    def frame_facts(self) -> Line:
        """Marks, filter, order, count, age."""
        facts = frame_text.facts(self.pane.level, len(self.shown))
        count = len(self.place.marked)
        return (Span(f"{count} marked ", "key"), *facts) if count else facts

    def frame_foot(self) -> Line:
        """What is wrong."""
        return frame_text.problem(self.pane.level)

    @property
    def marked(self) -> tuple[str, ...]:
        """The keys of the marked rows, in the source's order; also of those a filter hides."""
        marked = self.place.marked
        return tuple(key for key in keys_of(self.listing.rows.items) if key in marked)

    def get_ready_to_filter(self) -> None:
        """Learn the rows' words beside the keys, so that the first letter finds them known."""
        start_work(self, self._read_ahead, "words", exclusive=True)

    async def _read_ahead(self) -> None:
        began = monotonic()
        for _ in self.listing.read_ahead():
            if monotonic() - began > SLICE:
                await sleep(0)
                began = monotonic()

    # marks

    @action("space", "Mark", item=False, footer=False)
    async def mark(self, _desk: Desk) -> None:
        """Mark the row, or take its mark away, and go to the next one; esc takes all away."""
        self.listing.mark()
        self.move_to(self.place.index + 1)

    @action("V", "Mark up to here", item=False, footer=False)
    async def mark_range(self, _desk: Desk) -> None:
        """Mark every row from the one that was marked last to this one."""
        self.listing.mark_range()
        self.redraw()

    @action("*", "Mark all", item=False, footer=False)
    async def mark_all(self, _desk: Desk) -> None:
        """Mark every row that is shown, or take their marks away."""
        self.listing.mark_all()
        self.redraw()

    # columns

    @action("left", "Left", item=False, footer=False)
    async def left(self, _desk: Desk) -> None:
        """Show the beginning of long cells again."""
        self.place.shift = max(0, self.place.shift - SIDEWAYS)
        self.redraw()

    @action("right", "Right", item=False, footer=False)
    async def right(self, _desk: Desk) -> None:
        """Show what is cut off at the end of long cells."""
        most = self.row_lines.overflow(self.in_sight)
        self.place.shift = max(0, min(self.place.shift + SIDEWAYS, most))
        self.redraw()

    @action("<", "Narrower", item=False, footer=False)
    async def narrower(self, _desk: Desk) -> None:
        """Make the column narrower: the one that is sorted by, else the widest."""
        self._resize(-shape.STEP)

    @action(">", "Wider", item=False, footer=False)
    async def wider(self, _desk: Desk) -> None:
        """Make the column wider: the one that is sorted by, else the widest."""
        self._resize(shape.STEP)

    def _resize(self, step: int) -> None:
        layout = self.row_lines.layout
        columns: list[tuple[Column[Any], int]] = list(
            zip(layout.columns, layout.widths, strict=True)
        )
        if columns:
            column, width = next(
                (pair for pair in columns if pair[0].id == self.place.sort),
                max(columns, key=lambda pair: (bool(pair[0].grow), pair[1])),
            )
            self.listing.rows.shape.resize(column.id, width + step, self.inner_width - 1)
            self.row_lines.forget()
            self.redraw()
