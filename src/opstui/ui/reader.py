"""A document over everything: logs, help, evidence."""

from __future__ import annotations

from textual.app import ComposeResult

from opstui.ui.action import action
from opstui.ui.desk import Desk, Detail, Prompt
from opstui.ui.detail_area import DetailArea
from opstui.ui.dialog import Dialog
from opstui.ui.keymap import Keymap
from opstui.ui.paint import line
from opstui.ui.theme import Brush


class Reader(Dialog[None]):
    """Shows one detail until it is closed."""

    DEFAULT_CSS = "Reader DetailArea { margin: 1 2; }"

    def __init__(
        self, desk: Desk, keymap: Keymap, brush: Brush, title: str, body: Detail
    ) -> None:
        super().__init__(desk, keymap)
        self.area = DetailArea(brush)
        self.heading = title
        self.body = body

    def compose(self) -> ComposeResult:
        """The document."""
        yield self.area

    def on_mount(self) -> None:
        """Load it."""
        self.area.focus()
        self.area.show(line((self.heading, "title")), (self.body,))

    @action("escape,q", "Close", item=False)
    async def close(self, _desk: Desk) -> None:
        """Close the document."""
        self.dismiss(None)

    @action("/", "Search", item=False)
    async def search(self, desk: Desk) -> None:
        """Search the document."""
        needle = await desk.ask(Prompt("Search", "text to find", self.area.document.needle))
        if needle is not None and not self.area.find(needle) and needle:
            desk.say(f"“{needle}” does not occur")
