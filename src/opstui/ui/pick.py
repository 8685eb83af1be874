"""A menu of which any number is picked, narrowed by typing."""

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


class Pick(Dialog[Sequence[str] | None]):
    """Typing narrows; enter picks the line under the cursor or leaves it out; esc is done."""

    DEFAULT_CSS = """
    Pick > Vertical { height: auto; }
    """

    def __init__(
        self, desk: Desk, keymap: Keymap, brush: Brush, title: str, choices: Sequence[Choice],
        picked: Sequence[str],
    ) -> None:
        super().__init__(desk, keymap)
        self.choices = tuple(choices)
        self.list = MenuList(
            brush, title, (("enter", "pick or leave out"), ("esc", "done"))
        )
        self.before = tuple(picked)
        self.picked = list(picked)
        self._place = Place()

    def compose(self) -> ComposeResult:
        """An input above the list."""
        with Vertical():
            yield Input(placeholder="type to narrow")
            yield self.list

    def on_mount(self) -> None:
        """Size it by its longest line."""
        width = max(50, longest(self.choices) + 12)
        self.query_one(Vertical).styles.width = min(width, self.size.width - 4)
        self.list.styles.height = min(len(self.choices) + 2, self.size.height - 4)
        self.query_one(Input).focus()
        self.draw()

    def draw(self) -> None:
        """Show what matches, and what is picked."""
        picked = set(self.picked)
        lines = [MenuLine(one, one.id in picked) for one in self.choices]
        self.list.put(lines, self._place, ticks=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow as the person types."""
        self._place = Place(filter=event.value)
        self.draw()

    def on_input_submitted(self) -> None:
        """Enter picks."""
        self.toggle()

    def on_row_list_opened(self) -> None:
        """A double click picks too."""
        self.toggle()

    def toggle(self) -> None:
        """Pick the line under the cursor, or leave it out."""
        item = self.list.item
        if item is None:
            return
        if item.key in self.picked:
            self.picked.remove(item.key)
        else:
            self.picked.append(item.key)
        self.draw()

    async def on_key(self, event: events.Key) -> None:
        """While typing, only the arrows move the list."""
        if self.list.step(event.key):
            event.stop()
            return
        await super().on_key(event)

    @action("escape", "Done", item=False)
    async def done(self, _desk: Desk) -> None:
        """Take what is picked."""
        changed = tuple(self.picked) != self.before
        self.dismiss(tuple(self.picked) if changed else None)
