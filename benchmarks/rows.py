"""Any number of rows in opstui's own list, nothing behind it: `python -m benchmarks.rows 100000`.

`r` reads the list again: the rows differ in five of those in sight every time, or in none when a
second argument is `still`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from opstui.domain.page import Page
from opstui.lean import memory
from opstui.ui.column import Column
from opstui.ui.house import House
from opstui.ui.hurry import Hurried
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, line
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.theme import DARK, LOOKS, Brush
from opstui.ui.view import View

CHANGED = range(0, 10, 2)
"""Rows that differ at each reading."""
SETTLES = 0.4
"""Seconds until the garbage collector is told that all there is stays."""
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class Row(NamedTuple):
    """One row."""

    key: str
    weight: int


class RowsView(View[Row]):
    """A list as long as was asked for."""

    kind = "rows"
    title = "Rows"
    noun = "row"

    def __init__(self, count: int, *, still: bool) -> None:
        make = partial(tuple.__new__, Row)  # as quick as a source can be: it is not measured here
        self._rows: list[Row] = [make((f"row {number:06d}", number)) for number in range(count)]
        self._still = still
        self._turn = 0

    def columns(self) -> tuple[Column[Row], ...]:
        """Name and number."""
        return (
            Column("name", "Name", lambda row: row.key, grow=1),
            Column("weight", "Weight", lambda row: str(row.weight), width=9, right=True),
        )

    async def load(self, token: str = "") -> Page[Row]:
        """All rows; some are others than the last time."""
        rows = list(self._rows)
        if rows and not self._still:
            self._turn += 1
            for number in CHANGED:
                rows[number] = Row(rows[number].key, number + 1000 * self._turn)
        return Page(tuple(rows))

    def empty(self) -> Sequence[Line]:
        """Says so."""
        return (line("none"),)


class RowsApp(Hurried):
    """One full pane and four empty ones."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, count: int, *, still: bool) -> None:
        super().__init__()
        self._lean = os.environ.get("OPSTUI_STOCK") != "1"
        if self._lean:
            from opstui.lean.install import install

            gc.disable()  # as opstui's own start does
            install(self)
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = "dark"
        specs = [PaneSpec(number, "rows", (RowsView(size, still=still),))
                 for number, size in enumerate((count, 0, 0, 0, 0), 1)]

        async def headline() -> Line:
            return line(("rows", "title"))

        self.house = House(
            specs, [], brush=Brush(DARK), clock=lambda: NOON, keymap=Keymap({}),
            headline=headline, place="here",
        )

    def on_mount(self) -> None:
        """Show the house."""
        self.push_screen(self.house)
        if self._lean:
            self.set_timer(SETTLES, memory.settle)


if __name__ == "__main__":
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    RowsApp(int(sys.argv[1]), still="still" in sys.argv[2:]).run()
