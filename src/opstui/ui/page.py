"""A page over everything that draws itself and has keys of its own: charts, comparisons."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult

from opstui.domain.errors import OpstuiError
from opstui.ui.action import Bound, action, actions_of
from opstui.ui.desk import Desk, Detail
from opstui.ui.dialog import Dialog
from opstui.ui.framed import Framed
from opstui.ui.help import help_lines
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, Span, line
from opstui.ui.reader import LOOKS, ROLES, TYPED_AHEAD
from opstui.ui.work import start_work


class PageArea(Framed):
    """What a page draws in; its foot says what was said last, else the keys."""

    hints: ClassVar[Sequence[tuple[str, str]]] = ()
    """Keys and what they do, for the foot."""
    heading: str = ""
    foot: Line = ()

    def frame_title(self) -> Line:
        """What the page shows."""
        return line((self.heading, "title"))

    def frame_foot(self) -> Line:
        """What was said last, else as many keys as there is room for."""
        if self.foot:
            return self.foot
        shown: list[Span] = []
        room = self.inner_width - 4
        for keys, what in self.hints:
            room -= len(keys) + len(what) + 3
            if room < 0:
                break
            shown += [Span("  ") if shown else Span(""), Span(keys, "key"), Span(f" {what}", "dim")]
        return tuple(shown)

    def put_foot(self, foot: Line) -> None:
        """Say something in the frame's bottom; the next key takes it away."""
        if foot != self.foot:
            self.foot = foot
            self.redraw()


class Page(Dialog[None]):
    """Shows one area until it is closed."""

    kind: ClassVar[str] = "page"
    """Names the keys for the keymap."""
    noun: ClassVar[str] = "Page"

    def __init__(self, desk: Desk, keymap: Keymap, area: PageArea) -> None:
        super().__init__(desk, keymap)
        self.canvas = area

    def compose(self) -> ComposeResult:
        """The area."""
        yield self.canvas

    def on_mount(self) -> None:
        """Give it the keys."""
        self.canvas.focus()

    def scopes(self) -> Sequence[Sequence[Bound]]:
        """The page's own keys."""
        return (actions_of(self, self.kind),)

    async def on_key(self, event: events.Key) -> None:
        """What was said goes with the next key; one typed ahead goes to the dialog it is for."""
        top = self.app.screen
        if top is not self:
            event.stop()
            top.post_message(events.Key(event.key, event.character))
            return
        self.canvas.put_foot(())
        await super().on_key(event)

    def tell(self, text: str, kind: str) -> bool:
        """Say something at the foot, which covers where it is said else."""
        self.canvas.put_foot(line((text, ROLES.get(kind, "accent"))))
        return True

    async def begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start what asks something; the next key waits a moment for its dialog."""
        start_work(self, partial(self._told, work), "ask", exclusive=True)
        for _ in range(LOOKS):
            if self.app.screen is not self:
                return
            await asyncio.sleep(TYPED_AHEAD / LOOKS)

    async def _told(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do it; what fails is said at the foot."""
        try:
            await work()
        except OpstuiError as error:
            self.tell(str(error), "error")

    @action("escape,q", "Close", item=False)
    async def close(self, _desk: Desk) -> None:
        """Close the page."""
        self.dismiss(None)

    @action("?", "Keys", item=False)
    async def keys(self, desk: Desk) -> None:
        """Show what every key does here."""
        sections = [(self.noun, self.scopes()[0], None)]

        async def load(width: int) -> list[Line]:
            return help_lines(self.keymap, sections, width, read_only=False)

        await self.begin(partial(desk.read, "Help", Detail(f"help/{self.kind}", "Help", load)))
