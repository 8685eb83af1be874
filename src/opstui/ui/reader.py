"""A document over everything: help, evidence, and the base of what reads logs."""

from __future__ import annotations

from functools import partial

from textual import events
from textual.app import ComposeResult

from opstui.ui.action import action
from opstui.ui.desk import Desk, Detail, Prompt
from opstui.ui.detail_area import DetailArea
from opstui.ui.dialog import Dialog
from opstui.ui.keymap import Keymap
from opstui.ui.paint import line
from opstui.ui.theme import Brush
from opstui.ui.work import start_work

ROLES = {"information": "accent", "warning": "warn", "error": "alarm"}
"""What is said at the foot, by its kind."""


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

    async def on_key(self, event: events.Key) -> None:
        """What was said goes with the next key."""
        self.area.put_foot(())
        await super().on_key(event)

    def tell(self, text: str, kind: str) -> bool:
        """Say something at the foot of the text, which covers where it is said else."""
        self.area.put_foot(line((text, ROLES.get(kind, "accent"))))
        return True

    @action("escape,q", "Close", item=False)
    async def close(self, _desk: Desk) -> None:
        """Close the document."""
        self.dismiss(None)

    @action("/", "Search", item=False)
    async def search(self, desk: Desk) -> None:
        """Search the text; a capital minds the case."""
        start_work(self, partial(self._search, desk), "ask", exclusive=True)

    async def _search(self, desk: Desk) -> None:
        needle = await desk.ask(Prompt("Search", "text to find", self.area.document.needle))
        if needle is None:
            return
        if needle and not self.area.find(needle):
            desk.say(f"“{needle}” does not occur")
        elif not needle:
            self.area.document.needle = ""
            self.area.redraw()
