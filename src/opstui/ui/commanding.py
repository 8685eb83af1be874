"""The line behind `:`: typing, completing, going through what was typed before, carrying out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.domain.secrets import mask
from opstui.ui.action import Bound
from opstui.ui.commands import Command, completions, find, split, unknown
from opstui.ui.filter_line import PROMPT, FilterLine, Helper
from opstui.ui.house_commands import house_commands
from opstui.ui.measure import cells, crop
from opstui.ui.paint import Line, Span
from opstui.ui.work import start_work

if TYPE_CHECKING:
    from opstui.ui.house import House

MOST = 200
"""Lines that are kept while opstui runs."""


class Commanding(Helper):
    """Helps to type a command in the filter line, and carries it out."""

    def __init__(self, house: House) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.house = house
        self.more = house.keys.more_commands()
        self.history = house.keys.history
        self._past: list[str] = []
        self._read = False
        self._back = 0
        """How far back in the past the line is; 0 for what is being typed."""
        self._typed = ""
        """What was being typed before going back, or before completing."""
        self._offers: tuple[str, ...] = ()
        self._offer = -1
        self._went: list[str] = []
        """The last two commands that showed something."""

    # what there is

    def commands(self) -> tuple[Command, ...]:
        """Every command; names of the house's own win."""
        return (*house_commands(self.house), *self.more)

    def actions(self) -> list[Bound]:
        """The actions of the moment."""
        return [bound for scope in self.house.keys.scopes()[1:] for bound in scope]

    def action(self, name: str) -> Bound | None:
        """The action with an id or a label."""
        low = name.casefold()
        return next((one for one in self.actions()
                     if low in (one.id.casefold(), one.action.label.casefold())), None)

    # typing

    def open(self, text: str = PROMPT) -> None:
        """Show the line."""
        self._back, self._typed, self._offers, self._offer = 0, text, (), -1
        self.house.query_one("#footer").display = False
        self.house.query_one(FilterLine).open_for(self, text)
        self.changed(text)
        if not self._read:
            self._read = True
            start_work(self.house, self._remember, "history")

    async def _remember(self) -> None:
        if self.history is not None:
            self._past = [*await self.history.read(), *self._past][-MOST:]

    def changed(self, text: str) -> None:
        """Another text stands in the line: say what it may become."""
        if self._offer >= 0 and self._offers and text == f":{self._offers[self._offer]}":
            return
        self._offers, self._offer = (), -1
        self.house.put_notice(self._hint(text))

    def key(self, name: str, line: FilterLine) -> bool:
        """Take a key that is no text; False where the line should have it."""
        if name in ("up", "down"):
            self._walk(1 if name == "up" else -1, line)
        elif name in ("tab", "shift+tab"):
            self._complete(1 if name == "tab" else -1, line)
        else:
            return False
        return True

    def _walk(self, step: int, line: FilterLine) -> None:
        """To what was typed earlier and begins like what stands here."""
        if self._back == 0:
            self._typed = line.value
        begins = self._typed.removeprefix(":")
        past = [one for one in reversed(self._past) if one.startswith(begins)]
        self._back = max(0, min(self._back + step, len(past)))
        line.put(self._typed if self._back == 0 else f":{past[self._back - 1]}")

    def _complete(self, step: int, line: FilterLine) -> None:
        """The next completion; the first time, as far as all of them agree."""
        if not self._offers:
            self._typed = line.value
            self._offers = self.completions(line.value)
            if not self._offers:
                return
        if len(self._offers) == 1:
            line.put(f":{self._offers[0]} ")
            self.changed(line.value)
            return
        self._offer = (self._offer + step) % len(self._offers)
        line.put(f":{self._offers[self._offer]}")
        self.house.put_notice(self._hint(self._typed))

    def completions(self, text: str) -> tuple[str, ...]:
        """What the text may become."""
        return completions(self.commands(), [one.id for one in self.actions()], text)

    async def get_suggestion(self, value: str) -> str | None:
        """The first completion, shown behind the cursor."""
        if not value.removeprefix(":").strip():
            return None
        low = value.casefold()
        return next(
            (f":{one}" for one in self.completions(value)
             if f":{one}".casefold().startswith(low) and len(one) + 1 > len(value)), None
        )

    def _hint(self, text: str) -> list[Line]:
        """What the text may become, and what the command in it is for."""
        width = self.house.size.width
        offers = self._offers or self.completions(text)
        shown = [one.partition(" ")[2] or one for one in offers]
        spans = [Span(" ")]
        first = 0
        room = width - 4
        if self._offer >= 0:  # scroll so that the one in the line is in sight
            while sum(cells(one) + 2 for one in shown[first : self._offer + 1]) > room:
                first += 1
        for n, one in enumerate(shown[first:], first):
            spans += [Span(one, "cursor" if n == self._offer else "dim"), Span("  ")]
        lines: list[Line] = [crop(tuple(spans), width - 1)] if shown else []
        name = split(text)[0]
        command = find(self.commands(), name)
        bound = self.action(name) if command is None and name else None
        if command is not None:
            lines.append((Span(f" :{command.name} {command.argument}".rstrip(), "key"),
                          Span(f"  {command.help}", "plain")))
        elif bound is not None:
            lines.append((Span(f" :{bound.id}", "key"), Span(f"  {bound.action.help}", "plain")))
        return lines

    # carrying out

    def ended(self, text: str | None) -> None:
        """The line is closed: with a text to carry out, or with None."""
        house = self.house
        house.query_one("#footer").display = True
        house.put_notice([])
        house.set_focus(house.floor.detail if house.floor.in_detail else house.floor.pane.list)
        words = (text or "").removeprefix(":").strip()
        if words:
            house.post_message(house.Told(words))

    async def carry_out(self, text: str) -> None:
        """Do what a line says."""
        self.keep(text)
        name, rest = split(text)
        commands = self.commands()
        command = find(commands, name)
        if command is not None:
            await self.house.keys.begin(lambda: self._run(command, rest))
            return
        bound = self.action(text) or self.action(name)
        if bound is None:
            known = [*(one.name for one in commands), *(one.id for one in self.actions())]
            self.house.say(str(unknown(name, known)), "error")
            return
        await self.house.keys.perform(bound)

    async def _run(self, command: Command, rest: str) -> None:
        keys = self.house.keys
        if command.changes and keys.read_only:
            raise OpstuiError(f":{command.name} is not possible", hint="this session is read-only")
        if command.changes and not await keys.guarded(f":{command.name}", rest, command.help):
            return
        if command.goes:
            self._went = [*self._went[-1:], f"{command.name} {rest}".strip()]
        await command.run(rest, keys.desk)
        if command.changes and not await keys.guarded(f":{command.name}", rest, command.help):
            return
        if command.goes:
            self.house.walk.forget()

    async def back(self) -> None:
        """Do the command before the last one again, of those that showed something."""
        if len(self._went) < 2:
            self.house.say("no two commands that show a list were given yet", "information")
            return
        await self.carry_out(self._went[0])

    def keep(self, text: str) -> None:
        """Remember a line, unless it holds what looks like a secret."""
        if mask(text) != text:
            return
        self._past = [*(one for one in self._past if one != text), text][-MOST:]
        history = self.history
        if history is not None:
            start_work(self.house, partial(history.add, text), "history")

    def past(self) -> Sequence[str]:
        """What was typed, the newest last."""
        return self._past
