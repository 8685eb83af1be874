"""A log over everything, to be searched, followed, copied and saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from opstui.domain.errors import OpstuiError
from opstui.domain.words import size
from opstui.ui.action import Bound, action, actions_of, declared
from opstui.ui.desk import Desk, Detail, Prompt, Question
from opstui.ui.detail_area import DetailArea
from opstui.ui.help import help_lines
from opstui.ui.keymap import Keymap
from opstui.ui.log_area import LogArea
from opstui.ui.log_feed import Log
from opstui.ui.log_part import read_other, sift
from opstui.ui.log_save import save
from opstui.ui.log_sift import Sifting
from opstui.ui.paint import Line
from opstui.ui.reader import Reader
from opstui.ui.theme import Brush


class LogReader(Reader):
    """Shows one log until it is closed."""

    DEFAULT_CSS = "LogReader LogArea { margin: 0; }"

    def __init__(
        self, desk: Desk, keymap: Keymap, brush: Brush, title: str, body: Detail
    ) -> None:
        super().__init__(desk, keymap, brush, title, body)
        self.area: LogArea = LogArea(brush)
        self.parts_read = 0
        """Times that another part was asked for."""

    def scopes(self) -> Sequence[Sequence[Bound]]:
        """The log's own keys, then those of all texts."""
        return (actions_of(self, "log"), *split(actions_of(self.area, "list")))

    @action("escape,q", "Close", item=False)
    async def close(self, _desk: Desk) -> None:
        """Give up choosing lines, else close the log."""
        if self.area.picked is not None:
            self.area.picked = None
            self.area.redraw()
        else:
            self.dismiss(None)

    @action("S", "Save", item=False)
    async def save(self, desk: Desk) -> None:
        """Save the whole log to a file; one that exists is asked about."""
        await self.begin(partial(self._save, desk))

    async def _save(self, desk: Desk) -> None:
        lines, log = self.area.document.log, self.body.log
        if lines is None or log is None:
            desk.say("nothing was read yet")
            return
        typed = await desk.ask(Prompt("Save the log", "file", f"{log.name}.log"))
        if not typed:
            return
        path, replace = await asyncio.to_thread(_target, typed)
        if replace and not await desk.confirm(Question(
            title="Replace the file", object=str(path), effect="What it holds now is lost.",
            place=str(path.parent), yes="Replace", danger=True,
        )):
            return
        try:
            written = await asyncio.to_thread(save, lines.whole, path, replace=replace)
        except OpstuiError as error:
            desk.say(str(error), kind="error")
            return
        cut = " without the beginning, which was too much to keep" if lines.whole.first else ""
        part = "" if self.area.document.complete else ", as much as came by now,"
        desk.say(f"{size(written)}{part} saved to {path}{cut}")

    @action("&,f", "Filter", item=False)
    async def show_some(self, desk: Desk) -> None:
        """Show only the lines that hold a text, also of what comes; !text shows all others."""
        await self.begin(partial(self._show_some, desk))

    async def _show_some(self, desk: Desk) -> None:
        now = self.area.document.sifting
        typed = await desk.ask(Prompt(
            "Show only lines with", "text, or !text for those without; empty for all",
            now.told if now is not None else "",
        ))
        if typed is not None:
            sift(self.area, Sifting.typed(typed))

    @action("t", "Other part", item=False)
    async def other(self, desk: Desk) -> None:
        """Read another part of the log: its last lines, its last minutes, or all of it."""
        if self.body.log is None or self.body.log.other is None:
            desk.say("this log is read as a whole")
            return
        await self.begin(partial(self._other, self.body.log.other, desk))

    async def _other(
        self, ask: Callable[[Desk], Awaitable[Log | None]], desk: Desk
    ) -> None:
        try:
            log = await ask(desk)
        except OpstuiError as error:
            desk.say(str(error), kind="error")
            return
        if log is not None:
            self.parts_read += 1
            self.body = replace(self.body, id=f"{self.body.id}/{self.parts_read}", log=log)
            read_other(self.area, self.body)

    @action("?", "Keys", item=False)
    async def keys(self, desk: Desk) -> None:
        """Show what every key does here."""
        own, more, basic = self.scopes()
        sections = [("Log", (*own, *more), None), ("Moving", basic, None)]

        async def load(width: int) -> list[Line]:
            return help_lines(self.keymap, sections, width, read_only=False)

        await self.begin(partial(desk.read, "Help", Detail("help/log", "Help", load)))


def _target(typed: str) -> tuple[Path, bool]:
    """The file that was meant, and whether there is one."""
    path = Path(typed).expanduser().absolute()
    return path, path.exists()


def split(bounds: Sequence[Bound]) -> tuple[tuple[Bound, ...], tuple[Bound, ...]]:
    """A log's actions of its own, under `log`, and those that all texts have."""
    common = {mark.method for mark in declared(DetailArea)}
    own = tuple(Bound(one.owner, one.action, "log") for one in bounds
                if one.action.method not in common)
    return own, tuple(one for one in bounds if one.action.method in common)


def log_scope() -> tuple[Bound, ...]:
    """The keys of a log over everything beside those of all texts, for keymap and key table."""
    return (
        *(Bound(None, mark, "log") for mark in declared(LogReader)),
        *split([Bound(None, mark, "list") for mark in declared(LogArea)])[0],
    )
