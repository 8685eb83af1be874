"""A document in a frame, with the keys that readers know."""

from __future__ import annotations

from opstui.ui.action import action
from opstui.ui.desk import Desk
from opstui.ui.document import Document
from opstui.ui.framed import Framed
from opstui.ui.paint import Line, Span
from opstui.ui.theme import Brush

SIDEWAYS = 16
"""Cells that one press moves a long line."""


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
        rows = len(document.rows(self.text_width))
        facts: list[Span] = []
        if document.needle:
            facts.append(Span(f"/{document.needle} ", "accent"))
        if document.following:
            facts.append(Span("FOLLOW ", "accent"))
        if rows > self.text_height:
            end = min(rows, document.top + self.text_height)
            facts.append(Span(f"{end}/{rows}", "dim"))
        return tuple(facts)

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """The lines in sight, one blank cell at the left."""
        return [(Span(" "), *row) for row in self.document.window(width - 2, height)]

    def scroll_by(self, lines: int) -> None:
        """Move the window; away from the end pauses following, at the end it goes on."""
        document = self.document
        was_following = document.following
        document.following = False
        document.scroll(document.top + lines, self.text_width, self.text_height)
        if was_following and lines > 0:
            document.following = True
        self.redraw()

    def find(self, needle: str, *, forward: bool = True) -> bool:
        """Show the next line that holds the text."""
        found = self.document.find(needle, self.text_width, forward=forward)
        self.redraw()
        return found

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
        self.scroll_by(-self.document.top)

    @action("G,end", "End", item=False, footer=False)
    async def bottom(self, _desk: Desk) -> None:
        """Go to the last line; in a log that grows, follow it again."""
        self.document.following = self.growing
        self.scroll_by(len(self.document.rows(self.text_width)))

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

    @property
    def growing(self) -> bool:
        """Whether lines still arrive."""
        return False
