"""A checklist over the whole screen until it is agreed on or closed."""

from __future__ import annotations

from opstui.ui.action import action
from opstui.ui.checks import Checklist, CheckRow
from opstui.ui.desk import Desk
from opstui.ui.keymap import Keymap
from opstui.ui.measure import fit, on_ground
from opstui.ui.moving import Moving
from opstui.ui.page import Page, PageArea
from opstui.ui.paint import Line, Span, line
from opstui.ui.theme import Brush


class ChecksArea(PageArea):
    """Draws what is in sight of a checklist, and knows where the person stands."""

    hints = (
        ("space", "take in or out"), ("*", "all of this kind"), ("enter", "go on"),
        ("?", "keys"), ("esc", "close"),
    )

    def __init__(self, brush: Brush, title: str, checklist: Checklist) -> None:
        super().__init__(brush)
        self.heading = title
        self.checklist = checklist
        self.rows: tuple[CheckRow, ...] = tuple(checklist.rows())
        self.index = next((n for n, row in enumerate(self.rows) if row.key), 0)
        self._top = 0

    @property
    def row(self) -> CheckRow | None:
        """What is under the cursor."""
        return self.rows[self.index] if self.rows else None

    @property
    def last(self) -> int:
        """The last row's index."""
        return len(self.rows) - 1

    def renew(self) -> None:
        """Ask for the rows again; the cursor stays on its thing, else on its line."""
        key = self.row.key if self.row is not None else ""
        self.rows = tuple(self.checklist.rows())
        same = next((n for n, row in enumerate(self.rows) if key and row.key == key), self.index)
        self.move_to(same)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, as near as there is one."""
        self.index = max(0, min(index, len(self.rows) - 1))
        self.redraw()

    def scroll_by(self, lines: int) -> None:
        """Move the cursor, as the wheel does in lists."""
        self.move_to(self.index + lines)

    # drawing

    def frame_facts(self) -> Line:
        """What is in."""
        return self.checklist.facts()

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """The rows in sight; the texts above the first thing stay readable."""
        at = self.index
        self._top = max(at - height + 1, min(self._top, at))
        self._top = max(0, min(self._top, len(self.rows) - height))
        if not any(row.key for row in self.rows[:at]):
            self._top = max(0, at - height + 1)
        shown: list[Line] = []
        for n, row in enumerate(self.rows[self._top : self._top + height], self._top):
            drawn = fit((*self._box_of(row), *row.line), width - 1)
            if n == at:
                bar = ">" if self.brush.ascii_only else "▌"
                shown.append(on_ground((Span(bar, "accent"), *drawn), "cursor"))
            else:
                shown.append((Span(" "), *drawn))
        return shown

    def _box_of(self, row: CheckRow) -> Line:
        if not row.key:
            return ()
        mark = ("x" if self.brush.ascii_only else "✓") if row.checked else " "
        return line(("[", "dim"), (mark, "accent"), ("] ", "dim"))


class ChecksPage(Page):
    """One checklist until it is closed."""

    kind = "checks"
    noun = "Checklist"
    parts = (Moving,)

    def __init__(
        self, desk: Desk, keymap: Keymap, brush: Brush, title: str, checklist: Checklist
    ) -> None:
        self.area = ChecksArea(brush, title, checklist)
        super().__init__(desk, keymap, self.area)
        self.checklist = checklist

    @action("space", "In or out", item=False)
    async def toggle(self, _desk: Desk) -> None:
        """Take the thing under the cursor in or out, and go to the next one."""
        row = self.area.row
        if row is None or not row.key:
            self.tell("this is not to be taken in or out", "warning")
            return
        self.checklist.put((row.key,), into=not row.checked)
        self.area.renew()
        self.area.scroll_by(1)

    @action("*", "All of this kind", item=False)
    async def toggle_group(self, _desk: Desk) -> None:
        """Take everything of this kind in or out."""
        row = self.area.row
        if row is None or not row.key:
            return
        keys = tuple(one.key for one in self.area.rows if one.key and one.group == row.group)
        self.checklist.put(keys, into=not row.checked)
        self.area.renew()

    @action("enter", "Go on", item=False)
    async def go_on(self, _desk: Desk) -> None:
        """Go on with what is in; it is asked once more before anything is done."""
        if not any(row.checked for row in self.area.rows):
            self.tell(f"there is nothing to {self.checklist.verb}", "warning")
            return
        self.checklist.agreed = True
        self.dismiss(None)
