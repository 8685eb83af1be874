"""Menus and the palette: a list to pick from, narrowed by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Choice, Desk
from opstui.ui.dialog import Dialog
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, Span, line
from opstui.ui.rows import Place, RowList, Rows
from opstui.ui.theme import Brush


@dataclass(frozen=True, slots=True)
class _Line:
    choice: Choice

    @property
    def key(self) -> str:
        return self.choice.id


class ChoiceList(RowList):
    """The choices in a frame that names the question."""

    def __init__(self, brush: Brush, title: str) -> None:
        super().__init__(brush, id="choices")
        self.heading = title

    @property
    def titled(self) -> bool:
        """A menu has no column titles."""
        return False

    def frame_title(self) -> Line:
        """The question."""
        return line((self.heading, "title"))

    def frame_foot(self) -> Line:
        """The ways out."""
        return line(("enter", "key"), (" choose  ", "dim"), ("esc", "key"), (" cancel", "dim"))


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
        self.choices = [_Line(choice) for choice in choices]
        self.list = ChoiceList(brush, title)
        self.search = search

    def compose(self) -> ComposeResult:
        """The list, below an input where it can be searched."""
        with Vertical():
            if self.search:
                yield Input(placeholder="type to narrow")
            yield self.list

    def on_mount(self) -> None:
        """Size it by its longest line."""
        longest = max(
            (len(c.choice.label) + len(c.choice.note) for c in self.choices), default=20
        )
        room = self.size.height - (4 if self.search else 2)
        self.query_one(Vertical).styles.width = min(max(44, longest + 8), self.size.width - 4)
        self.list.styles.height = min(len(self.choices) + 2, room)
        (self.query_one(Input) if self.search else self.list).focus()
        self.narrow("")

    def narrow(self, text: str) -> None:
        """Show the choices that match."""
        columns = (
            Column[_Line]("label", "", lambda item: item.choice.label, grow=1),
            Column[_Line]("note", "", lambda item: Span(item.choice.note, "dim"), right=True),
        )
        rows = Rows(
            columns=columns, items=self.choices,
            words=lambda item: f"{item.choice.label} {item.choice.note}",
            empty=[line(("nothing to choose from", "dim"))],
        )
        self.list.show(rows, Place(filter=text))

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
        if self.search and event.key in ("down", "up", "pagedown", "pageup"):
            event.stop()
            step = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}[event.key]
            self.list.move_to(self.list.place.index + step)
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
