"""Menus and the palette: a list to pick from, narrowed by typing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk
from opstui.ui.dialog import Dialog
from opstui.ui.keymap import Keymap
from opstui.ui.menu import MenuLine, MenuList, longest
from opstui.ui.rows import Place
from opstui.ui.theme import Brush


class Choose(Dialog[str | None]):
    """A menu. With `search`, typing narrows it; else letters move as in every list."""

    DEFAULT_CSS = """
    Choose > Vertical { height: auto; }
    """

    def __init__(
        self, desk: Desk, keymap: Keymap, brush: Brush, title: str, choices: Sequence[Choice],
        *, search: bool = False,
    ) -> None:
        super().__init__(desk, keymap)
        self.choices = tuple(choices)
        self.list = MenuList(brush, title, (("enter", "choose"), ("esc", "cancel")))
        self.search = search

    def compose(self) -> ComposeResult:
        """The list, below an input where it can be searched."""
        with Vertical():
            if self.search:
                yield Input(placeholder="type to narrow")
            yield self.list

    def on_mount(self) -> None:
        """Size it by its longest line."""
        room = self.size.height - (4 if self.search else 2)
        width = max(44, longest(self.choices) + 8)
        self.query_one(Vertical).styles.width = min(width, self.size.width - 4)
        self.list.styles.height = min(len(self.choices) + 2, room)
        (self.query_one(Input) if self.search else self.list).focus()
        self.narrow("")

    def narrow(self, text: str) -> None:
        """Show the choices that match."""
        self.list.put([MenuLine(one) for one in self.choices], Place(filter=text))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow as the person types."""
        self.narrow(event.value)

    def on_input_submitted(self) -> None:
        """Take the line under the cursor."""
        self.take()

    def on_row_list_opened(self) -> None:
        """A double click takes a line."""
        self.take()

    def take(self) -> None:
        """Answer with the line under the cursor."""
        item = self.list.item
        if item is not None:
            self.dismiss(item.key)

    async def on_key(self, event: events.Key) -> None:
        """While typing, only the arrows move the list."""
        if self.search and self.list.step(event.key):
            event.stop()
            return
        await super().on_key(event)

    @action("escape", "Cancel", item=False)
    async def cancel(self, _desk: Desk) -> None:
        """Leave without choosing."""
        self.dismiss(None)

    @action("enter", "Choose", item=False)
    async def choose(self, _desk: Desk) -> None:
        """Take the line under the cursor."""
        self.take()
