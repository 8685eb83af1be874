"""A log over everything: errors to jump between, stamps, following, lines to copy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.domain.words import plural
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk
from opstui.ui.detail_area import DetailArea
from opstui.ui.measure import fit, on_ground
from opstui.ui.paint import Line, Span, line, text_of
from opstui.ui.theme import Brush
from opstui.ui.work import start_work

if TYPE_CHECKING:
    from opstui.domain.failing_lines import ErrorLines
    from opstui.domain.log_text import LogText

MOST = 256_000_000
"""Bytes of a log that are kept; of more, the end."""
HINTS = (
    ("/", "search"), ("&", "filter"), ("e E", "errors"), ("w", "wrap"), ("T", "times"),
    ("y", "copy"), ("S", "save"), ("?", "keys"), ("esc", "close"),
)


class LogArea(DetailArea):
    """Reads one log; has more keys than a detail beside a list, where they mean something else."""

    keeps = MOST

    def __init__(self, brush: Brush) -> None:
        super().__init__(brush)
        self.picked: tuple[int, int] | None = None
        """The line where choosing lines began, and the one where it is now."""
        self._errors: tuple[LogText, ErrorLines] | None = None

    # drawing

    @property
    def head(self) -> Sequence[Line]:
        """Lines that stay in sight above the log."""
        detail = self.current
        log = detail.log if detail is not None else None
        return [*log.head, ()] if log is not None and log.head else []

    @property
    def text_height(self) -> int:
        """Lines of the log in sight, below what stays."""
        return max(1, self.inner_height - len(self.head))

    def frame_foot(self) -> Line:
        """What was said last, else the keys."""
        if self.foot:
            return self.foot
        if self.picked is not None:
            first, last = sorted(self.picked)
            return line((f"{plural(last - first + 1, 'line')} ", "accent"), ("y", "key"),
                        (" copies  ", "dim"), ("esc", "key"), (" gives up", "dim"))
        parts = [(Span(keys, "key"), Span(f" {what}", "dim")) for keys, what in HINTS]
        return tuple(span for part in parts for span in (*part, Span("  ")))[:-1]

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """What stays, then the log: lines that tell of a failure and chosen ones are marked."""
        head = [(Span(" "), *row) for row in self.head]
        rows = super().inner_lines(width, height - len(head))
        first, last = sorted(self.picked) if self.picked is not None else (1, 0)
        shown = self.document.shown
        for y, (n, row) in enumerate(zip(shown, rows, strict=False)):
            if first <= n <= last:
                rows[y] = on_ground(fit(row, width), "cursor")
            elif n != self.document.mark and (not y or shown[y - 1] != n) and self._tells(n):
                rows[y] = (Span("▌", "bad"), *row[1:])
        return head + rows

    def _tells(self, n: int) -> bool:
        lines = self.document.log
        if lines is None:
            return False
        from opstui.domain.failing_lines import telling
        from opstui.domain.log_line import searchable

        raw = lines.log.raw(n)
        return telling(searchable(raw, stamped=lines.log.stamped, stamps=False)) > 0

    def frame_facts(self) -> Line:
        """Which lines are shown, before what is known of any text."""
        sifting = self.document.sifting
        facts = super().frame_facts()
        return (Span(f"&{sifting.told} ", "accent"), *facts) if sifting is not None else facts

    # moving; while lines are chosen, their end moves

    def scroll_by(self, lines: int) -> None:
        """Move the window, or the end of the chosen lines."""
        if self.picked is None:
            super().scroll_by(lines)
        else:
            self._pick_to(self.picked[1] + lines)

    def go_to(self, line: int) -> None:
        """Show from a line on, or choose up to it."""
        if self.picked is None:
            super().go_to(line)
        else:
            self._pick_to(line)

    def _pick_to(self, line: int) -> None:
        if self.picked is None:
            return
        document = self.document
        line = max(0, min(line, len(document) - 1))
        self.picked = self.picked[0], line
        if line not in document.shown:
            down = bool(document.shown) and line > document.shown[-1]
            document.following = False
            document.scroll(
                line - self.text_height + 1 if down else line, self.text_width, self.text_height
            )
        self.redraw()

    # keys

    @action("e", "Next error", item=False)
    async def next_error(self, desk: Desk) -> None:
        """Go to the next line that tells of a failure."""
        self._error(desk, forward=True)

    @action("E", "Previous error", item=False)
    async def previous_error(self, desk: Desk) -> None:
        """Go to the previous line that tells of a failure."""
        self._error(desk, forward=False)

    def _error(self, desk: Desk, *, forward: bool) -> None:
        lines = self.document.log
        if lines is None:
            return
        from opstui.domain.failing_lines import ErrorLines

        if self._errors is None or self._errors[0] is not lines.log:
            self._errors = lines.log, ErrorLines(lines.log)
            self.document.errors = self._errors[1]
        if not self.jump(self._errors[1], forward=forward):
            desk.say("no line tells of a failure")

    @action("T", "Times", item=False)
    async def stamps(self, desk: Desk) -> None:
        """Show when the server received each line, or hide it again."""
        lines = self.document.log
        if lines is None or not lines.log.stamped:
            desk.say("this log has no time stamps of the server's")
            return
        lines.stamps = not lines.stamps
        self.document.look_anew()
        self.redraw()

    @action("F", "Follow", item=False)
    async def follow(self, desk: Desk) -> None:
        """Go to the end and follow what is written."""
        detail = self.current
        log = detail.log if detail is not None else None
        self.picked = None
        self.go_to(len(self.document))
        self.document.following = self.document.live
        if not self.document.live:
            desk.say((log.still if log else "") or "it has ended: nothing more is written")
        self.redraw()

    @action("v", "Choose lines", item=False)
    async def pick(self, _desk: Desk) -> None:
        """Choose lines to copy, from the one that was jumped to or the first in sight."""
        document = self.document
        if self.picked is not None or not document.shown:
            self.picked = None
        else:
            start = document.mark if document.mark in document.shown else document.shown[0]
            self.picked = start, start
            document.following = False
        self.redraw()

    @action("y", "Copy", item=False)
    async def copy(self, desk: Desk) -> None:
        """Copy the chosen lines, one line, or what is in sight."""
        if self.picked is not None:
            first, last = sorted(self.picked)
            self.picked = None
            self._copy(desk, range(first, last + 1))
            self.redraw()
        elif self.document.shown:
            start_work(self, partial(self._choose, desk), "copy", exclusive=True)

    async def _choose(self, desk: Desk) -> None:
        document = self.document
        shown = sorted(set(document.shown))
        one = document.mark if document.mark in document.shown else document.shown[0]
        chosen = await desk.choose("Copy", [
            Choice("line", "one line", self._text(one).strip()[:60]),
            Choice("sight", "what is in sight", plural(len(shown), "line")),
            Choice("pick", "lines to choose", "j and k, then y"),
        ])
        if chosen == "pick":
            await self.pick(desk)
        elif chosen is not None:
            self._copy(desk, [one] if chosen == "line" else shown)

    def _copy(self, desk: Desk, numbers: Sequence[int]) -> None:
        text = "\n".join(self._text(n) for n in numbers)
        try:
            desk.copy(text, plural(len(numbers), "line"))
        except OpstuiError as error:
            desk.say(str(error), kind="error")

    def _text(self, n: int) -> str:
        return text_of(self.document.text.line(n))
