"""A document in a frame, with the keys that readers know."""

from __future__ import annotations

from functools import partial
from time import monotonic

from opstui.domain.needle import Finder
from opstui.ui.action import action
from opstui.ui.desk import Desk
from opstui.ui.document import Document
from opstui.ui.framed import Framed
from opstui.ui.paint import Line, Span
from opstui.ui.seek import go_on
from opstui.ui.theme import Brush
from opstui.ui.work import start_work

SIDEWAYS = 16
"""Cells that one press moves a long line."""
AT_ONCE = 0.02
"""Seconds that a search may hold up a key before it goes on beside the keys."""


class DocumentView(Framed):
    """Shows a document's window; subclasses put more into the frame."""

    def __init__(self, brush: Brush, title: Line = (), *, id: str | None = None) -> None:
        super().__init__(brush, id=id)
        self.document = Document()
        self.heading = title

    @property
    def text_height(self) -> int:
        """Lines of the document in sight."""
        return self.inner_height

    @property
    def text_width(self) -> int:
        """Cells for a line, leaving one blank at each side."""
        return max(1, self.inner_width - 2)

    def frame_title(self) -> Line:
        """The document's name."""
        return self.heading

    def frame_facts(self) -> Line:
        """Where in the document, what is searched, whether it follows."""
        document = self.document
        count = len(document)
        facts = _found(document)
        if document.live:
            facts.append(Span("following ", "accent") if document.following
                         else Span("paused, G goes on ", "warn"))
        if count > self.text_height:
            end = document.shown[-1] + 1 if document.shown else count
            facts.append(Span(f"{end:,}/{count:,}", "dim"))
        return tuple(facts)

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """The lines in sight, one cell at the left that points at the one jumped to."""
        document = self.document
        rows = document.window(width - 2, height)
        return [
            (Span("›", "key") if n == document.mark else _margin(document, n), *row)
            for n, row in zip(document.shown, rows, strict=True)
        ]

    def scroll_by(self, lines: int) -> None:
        """Move the window; away from the end pauses following, at the end it goes on."""
        document = self.document
        was_following = document.following
        document.following = False
        document.scroll_by(lines, self.text_width, self.text_height)
        if was_following and lines > 0:
            document.following = True
        self.redraw()

    def go_to(self, line: int) -> None:
        """Show from a line on; beyond the last one, the end."""
        self.document.following = False
        self.document.scroll(line, self.text_width, self.text_height)
        self.redraw()

    # searching

    def find(self, needle: str, *, forward: bool = True) -> bool:
        """Show the next line that holds the text; False where none does. In a long text the
        search goes on beside the keys."""
        self.document.needle = needle
        finder = self.document.finder
        return finder is not None and self.jump(finder, forward=forward)

    def jump(self, finder: Finder, *, forward: bool) -> bool:
        """Show the next line that is found; False where there is none."""
        ends = monotonic() + AT_ONCE
        more = finder.step()
        while more and monotonic() < ends:
            more = finder.step()
        target = self.document.next_of(finder, forward=forward, done=not more)
        if target is not None:
            self.document.show(target)
        self.redraw()
        if more:
            work = partial(
                go_on, self.document, finder, self.redraw, forward, target is not None
            )
            start_work(self, work, "search", exclusive=True)
        return more or target is not None

    # keys

    @action("j,down", "Down", item=False, footer=False)
    async def down(self, _desk: Desk) -> None:
        """Scroll one line down."""
        self.scroll_by(1)

    @action("k,up", "Up", item=False, footer=False)
    async def up(self, _desk: Desk) -> None:
        """Scroll one line up."""
        self.scroll_by(-1)

    @action("g,home", "Top", item=False, footer=False)
    async def top(self, _desk: Desk) -> None:
        """Go to the first line."""
        self.go_to(0)

    @action("G,end", "End", item=False, footer=False)
    async def bottom(self, _desk: Desk) -> None:
        """Go to the last line; in a log that grows, follow it again."""
        self.go_to(len(self.document))
        self.document.following = self.document.live
        self.redraw()

    @action("pagedown,space,ctrl+f", "Page down", item=False, footer=False)
    async def page_down(self, _desk: Desk) -> None:
        """Scroll down by a screenful."""
        self.scroll_by(max(1, self.text_height - 1))

    @action("pageup,ctrl+b", "Page up", item=False, footer=False)
    async def page_up(self, _desk: Desk) -> None:
        """Scroll up by a screenful."""
        self.scroll_by(-max(1, self.text_height - 1))

    @action("left,h", "Left", item=False, footer=False)
    async def left(self, _desk: Desk) -> None:
        """Show the lines further left."""
        self.document.left = max(0, self.document.left - SIDEWAYS)
        self.redraw()

    @action("right,l", "Right", item=False, footer=False)
    async def right(self, _desk: Desk) -> None:
        """Show the lines further right."""
        self.document.left += SIDEWAYS
        self.redraw()

    @action("w", "Wrap", item=False)
    async def wrap(self, _desk: Desk) -> None:
        """Break long lines, or let them run out of sight."""
        self.document.toggle_wrap()
        self.redraw()

    @action("n", "Next", item=False, footer=False)
    async def find_next(self, desk: Desk) -> None:
        """Go to the next line that holds the searched text."""
        if not self.find(self.document.needle):
            desk.say("nothing found")

    @action("N", "Previous", item=False, footer=False)
    async def find_previous(self, desk: Desk) -> None:
        """Go to the previous line that holds the searched text."""
        if not self.find(self.document.needle, forward=False):
            desk.say("nothing found")


def _margin(document: Document, n: int) -> Span:
    """What stands left of a line: a mark where a log's line went to the error output."""
    lines = document.log
    return lines.margin_of(n) if lines is not None else Span(" ")


def _found(document: Document) -> list[Span]:
    """What is searched, which of how many it is."""
    finder = document.finder
    if finder is None:
        return []
    place, more = document.place_of(finder), "" if finder.scanned >= len(document) - 1 else "+"
    at = f"{place:,}/" if place else ""
    return [Span(f"/{document.needle} ", "accent"), Span(f"{at}{len(finder.found):,}{more} ",
                                                         "accent" if finder.found else "warn")]
