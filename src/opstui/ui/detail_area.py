"""The detail area: tabs about the selected item, loaded once the cursor rests."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from time import monotonic

from textual.timer import Timer

from opstui.domain.errors import OpstuiError
from opstui.lean.direct import thin
from opstui.ui.desk import Detail, Pictures
from opstui.ui.document import Document
from opstui.ui.document_view import DocumentView
from opstui.ui.log_intake import take_in
from opstui.ui.paint import Line, Span, line
from opstui.ui.theme import Brush
from opstui.ui.work import start_work

RESTS, THIN_RESTS = 0.18, 0.8
"""Seconds the cursor must rest before details are asked for, so that a held key asks once; and on
a line that was seen to be thin, where they would hold up the next key."""
PICTURES, THIN_PICTURES = 0.9, 5.0
"""Seconds between pictures of what changes by itself; and on a thin line."""
KEPT = 40
"""Documents that are remembered with where they were scrolled to."""
LOG_BYTES = 4_000_000
"""Bytes of a log's end that are kept here."""


class DetailArea(DocumentView):
    """Shows one of the selected item's details."""

    keeps = LOG_BYTES
    """Bytes of a log's end that are kept."""

    def __init__(self, brush: Brush) -> None:
        super().__init__(brush, id="detail")
        self.rests = RESTS
        self.details: tuple[Detail, ...] = ()
        self.tab_title = ""
        self._shown = ""
        self._coming: tuple[Line, tuple[Detail, ...]] | None = None
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._timer: Timer | None = None
        self._followed = ""
        self.foot: Line = ()
        """What the frame's bottom says."""

    def show(self, heading: Line, details: Sequence[Detail]) -> None:
        """Show the details of an item once the cursor rests; the same tab where it has one.

        Until then the item before stays whole, heading and text: a held key draws rows only.
        """
        self._coming = (heading, tuple(details))
        if self._timer is not None:
            self._timer.stop()
        coming = self._chosen(self._coming[1])
        if coming is None or not self._shown or coming.id == self._shown:
            self.settle()
        self._timer = self.set_timer(max(self.rests, THIN_RESTS * thin(self)), self.read)

    def settle(self) -> None:
        """Show what was asked for last without waiting for the cursor to rest."""
        if self._coming is None:
            return
        (self.heading, self.details), self._coming = self._coming, None
        detail = self.current
        if detail is None or detail.id != self._shown:
            self.workers.cancel_group(self, "detail")
            self._followed = ""
            self._shown = detail.id if detail is not None else ""
            self.document = self._remember(detail.id) if detail is not None else Document()
        self.redraw()

    def _chosen(self, details: Sequence[Detail]) -> Detail | None:
        """The tab the person chose last, else what is in sight already, else the first."""
        named = next((d for d in details if d.title == self.tab_title), None)
        same = next((d for d in details if d.id == self._shown), None)
        return named or same or (details[0] if details else None)

    @property
    def current(self) -> Detail | None:
        """The detail in sight."""
        return self._chosen(self.details)

    @property
    def waiting(self) -> bool:
        """Whether there is something to show that has not been read yet."""
        return bool(self.details) and not len(self.document) and not self.document.complete

    def turn_tab(self, step: int) -> bool:
        """Show the tab beside this one; False where there is only one."""
        self.settle()
        current = self.current
        if current is None or len(self.details) < 2:
            return False
        at = self.details.index(current)
        self.tab_title = self.details[(at + step) % len(self.details)].title
        self.show(self.heading, self.details)
        self.settle()
        return True

    def read(self) -> None:
        """Load the detail asked for last, unless it is being followed already."""
        self.settle()
        detail = self.current
        if detail is not None and self.size and self._followed != detail.id:
            start_work(self, partial(self._read, detail), "detail", exclusive=True)

    async def _read(self, detail: Detail) -> None:
        document = self.document
        try:
            if detail.pictures is not None:
                self._followed = detail.id
                await self._watch(detail.pictures, document)
            elif detail.log is None:
                document.replace(await detail.load(self.text_width))
            elif not document.complete:
                self._followed = detail.id
                await take_in(detail.log, document, self.keeps, self.redraw, self.set_timer)
        except OpstuiError as error:
            document.replace([line((str(error), "warn"))])
            document.wrap = True
        finally:
            if self._followed == detail.id:
                self._followed = ""
        self.redraw()

    async def _watch(self, pictures: Pictures, document: Document) -> None:
        """Show what changes while it can be seen, at a pace that a thin line carries."""
        ended = False
        while not ended:
            async with aclosing(pictures(lambda: self.text_width)) as seen:
                ended = await self._draw_each(seen, document)
            # no event tells of what covers it
            while not (ended or self._in_sight):  # noqa: ASYNC110
                await asyncio.sleep(PICTURES)

    async def _draw_each(
        self, seen: AsyncGenerator[Sequence[Line], None], document: Document
    ) -> bool:
        """Draw until there is nothing more to tell (True) or nobody who could see it."""
        drawn = 0.0
        """When the last picture was drawn, or will be."""
        async for lines in seen:
            if not self._in_sight:
                return False
            document.replace(lines)
            now, pace = monotonic(), THIN_PICTURES if thin(self) else PICTURES
            if drawn + pace <= now:
                drawn = now
                self.redraw()
            elif drawn <= now:
                drawn += pace
                self.set_timer(drawn - now, self.redraw)
        return True

    @property
    def _in_sight(self) -> bool:
        return self.is_on_screen and self.screen is self.app.screen

    def _remember(self, id: str) -> Document:
        document = self._known.pop(id) if id in self._known else Document()
        self._known[id] = document
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return document

    # drawing

    def frame_foot(self) -> Line:
        """What was said about it."""
        return self.foot

    def put_foot(self, foot: Line) -> None:
        """Say something in the frame's bottom; nothing takes it away."""
        if foot != self.foot:
            self.foot = foot
            self.redraw()

    @property
    def text_height(self) -> int:
        """Lines of the document in sight, below the tabs."""
        return self.inner_height - (2 if len(self.details) > 1 else 0)

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """Tabs where there are several, then the document."""
        if not self.details:
            return []
        tabs = self._tabs()
        head: list[Line] = [tabs, ()] if tabs else []
        return head + super().inner_lines(width, height - len(head))

    def _tabs(self) -> Line:
        if len(self.details) < 2:
            return ()
        current = self.current
        spans = [Span(" ")]
        for detail in self.details:
            if detail is current:
                spans += [Span(f"[{detail.title}]", "title"), Span(" ")]
            else:
                spans += [Span(f" {detail.title} ", "dim"), Span(" ")]
        return tuple(spans)

    def on_resize(self) -> None:
        """Charts and tables are made for a width: load again."""
        super().on_resize()
        self.read()
