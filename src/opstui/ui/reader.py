"""A document over everything: help, evidence, and the base of what reads logs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

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

TYPED_AHEAD = 0.25
"""Seconds that the next key waits for a dialog that is about to open."""
LOOKS = 50
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
        """What was said goes with the next key; one typed ahead goes to the dialog it is for."""
        top = self.app.screen
        if top is not self:
            event.stop()
            top.post_message(events.Key(event.key, event.character))
            return
        self.area.put_foot(())
        await super().on_key(event)

    async def begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start what asks something; the next key waits a moment for its dialog."""
        start_work(self, work, "ask", exclusive=True)
        for _ in range(LOOKS):
            if self.app.screen is not self:
                return
            await asyncio.sleep(TYPED_AHEAD / LOOKS)

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
        await self.begin(partial(self._search, desk))

    async def _search(self, desk: Desk) -> None:
        needle = await desk.ask(Prompt("Search", "text to find", self.area.document.needle))
        if needle is None:
            return
        if needle and not self.area.find(needle):
            desk.say(f"“{needle}” does not occur")
        elif not needle:
            self.area.document.needle = ""
            self.area.redraw()
