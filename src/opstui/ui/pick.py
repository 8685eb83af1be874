"""A menu of which any number is picked, narrowed by typing."""

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

STEPS = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}


@dataclass(frozen=True, slots=True)
class _Line:
    choice: Choice
    picked: bool

    @property
    def key(self) -> str:
        return self.choice.id


class PickList(RowList):
    """The choices in a frame that names the question and the keys."""

    def __init__(self, brush: Brush, title: str) -> None:
        super().__init__(brush, id="picks")
        self.heading = title

    @property
    def titled(self) -> bool:
        """A menu has no column titles."""
        return False

    def frame_title(self) -> Line:
        """The question."""
        return line((self.heading, "title"))

    def frame_foot(self) -> Line:
        """What the keys do."""
        return line(("enter", "key"), (" pick or leave out  ", "dim"), ("esc", "key"),
                    (" done", "dim"))


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
        self.list = PickList(brush, title)
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
        longest = max((len(c.label) + len(c.note) for c in self.choices), default=20)
        self.query_one(Vertical).styles.width = min(max(50, longest + 12), self.size.width - 4)
        self.list.styles.height = min(len(self.choices) + 2, self.size.height - 4)
        self.query_one(Input).focus()
        self.draw()

    def draw(self) -> None:
        """Show what matches, and what is picked."""
        plain = self.list.brush.ascii_only
        columns = (
            Column[_Line]("picked", "", lambda one: _box(one.picked, plain=plain)),
            Column[_Line]("label", "", lambda one: one.choice.label, grow=1),
            Column[_Line]("note", "", lambda one: Span(one.choice.note, "dim"), right=True),
        )
        picked = set(self.picked)
        rows = Rows(
            columns=columns, items=[_Line(one, one.id in picked) for one in self.choices],
            words=lambda one: f"{one.choice.label} {one.choice.note}",
            empty=[line(("nothing to choose from", "dim"))],
        )
        self.list.show(rows, self._place)

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
        if event.key in STEPS:
            event.stop()
            self.list.move_to(self.list.place.index + STEPS[event.key])
            return
        await super().on_key(event)

    @action("escape", "Done", item=False)
    async def done(self, _desk: Desk) -> None:
        """Take what is picked."""
        changed = tuple(self.picked) != self.before
        self.dismiss(tuple(self.picked) if changed else None)


def _box(picked: bool, *, plain: bool) -> Span:
    return Span(("*" if plain else "✓") if picked else " ", "good")
