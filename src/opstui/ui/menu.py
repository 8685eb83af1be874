"""What all menus have in common: lines in a frame that names the question and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opstui.ui.column import Column
from opstui.ui.desk import Choice
from opstui.ui.paint import Line, Span, line
from opstui.ui.rows import Place, RowList, Rows
from opstui.ui.theme import Brush

STEPS = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}
"""Keys that move in a menu while the letters are typed."""


@dataclass(frozen=True, slots=True)
class MenuLine:
    """One line of a menu."""

    choice: Choice
    picked: bool = False

    @property
    def key(self) -> str:
        """The choice's id."""
        return self.choice.id


class MenuList(RowList):
    """The choices in a frame that names the question."""

    def __init__(self, brush: Brush, title: str, hints: Sequence[tuple[str, str]]) -> None:
        super().__init__(brush, id="choices")
        self.heading = title
        self.hints = hints
        """Keys and what they do, for the frame's foot."""

    def frame_title(self) -> Line:
        """The question."""
        return line((self.heading, "title"))

    def frame_foot(self) -> Line:
        """What the keys do."""
        spans: list[Span] = []
        for key, what in self.hints:
            spans += [Span("  " if spans else ""), Span(key, "key"), Span(f" {what}", "dim")]
        return tuple(spans)

    def put(self, choices: Sequence[MenuLine], place: Place, *, ticks: bool = False) -> None:
        """Show the choices that match; with `ticks`, which are picked."""
        columns: list[Column[MenuLine]] = [
            Column("label", "", lambda one: Span(
                one.choice.label, "dim" if one.choice.dim else "plain"), grow=2, least=32),
            Column("note", "", lambda one: Span(one.choice.note, "dim"), grow=1, least=16,
                   right=True),
        ]
        if ticks:
            columns.insert(0, Column("picked", "", self._tick))
        rows = Rows(
            columns=tuple(columns), items=choices,
            words=lambda one: f"{one.choice.label} {one.choice.note}",
            empty=[line(("nothing to choose from", "dim"))],
        )
        self.show(rows, place)

    def step(self, key: str) -> bool:
        """Move by an arrow or page key; False for any other."""
        if key not in STEPS:
            return False
        self.move_to(self.place.index + STEPS[key])
        return True

    def _tick(self, one: MenuLine) -> Span:
        return Span(("*" if self.brush.ascii_only else "✓") if one.picked else " ", "good")


def longest(choices: Sequence[Choice]) -> int:
    """Characters that the longest label and the longest note take beside each other."""
    return (max((len(one.label) for one in choices), default=20)
            + max((len(one.note) for one in choices), default=0))
