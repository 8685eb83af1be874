"""The audit journal: who did what to which thing, newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from opstui.domain.journal import Entry
from opstui.domain.page import Page
from opstui.domain.words import age
from opstui.operations.world import World
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

_ROLES = {"done": "good", "nothing": "dim", "refused": "warn", "interrupted": "warn",
          "failed": "bad", "lost": "bad", "unsure": "bad", "seen": "warn"}


class JournalView(View[Entry]):
    """What was done from this account on this machine, by every opstui."""

    kind: ClassVar[str] = "journal"
    title = "Journal"
    noun = "line"
    interval = 5.0

    def __init__(self, world: World) -> None:
        self._world = world

    def columns(self) -> tuple[Column[Entry], ...]:
        """When, what, to which thing, from what to what, how it ended, who."""
        now = self._world.clock()
        return (
            Column("number", "No", lambda one: Span(str(one.number), "dim"), right=True, drop=3,
                   sort=lambda one: one.number, best_first=True),
            Column("what", "What", lambda one: one.what, sort=lambda one: one.what),
            Column("object", "Object", lambda one: one.object, grow=1,
                   sort=lambda one: one.object.casefold()),
            Column("change", "Change", lambda one: _change(one), grow=1, least=10, drop=2),
            Column("result", "Result", result, grow=2, least=12,
                   sort=lambda one: one.result or None),
            Column("who", "Who", lambda one: Span(one.who, "dim"), width=20, drop=4,
                   sort=lambda one: one.who),
            Column("age", "Age", lambda one: age(moment(one), now), width=3, right=True, drop=1,
                   sort=lambda one: one.number, best_first=True),
        )

    async def load(self, token: str = "") -> Page[Entry]:
        """The newest thousand lines; `opstui audit export` gives them all."""
        return Page(await self._world.journal.entries())

    def empty(self) -> Sequence[Line]:
        """What will be found here."""
        return (
            line(("nothing was changed from here yet", "dim")),
            line((f"kept in {self._world.journal.path}", "dim")),
        )

    def words(self, item: Entry) -> str:
        """Every fact of the line."""
        return " ".join((item.what, item.object, item.place, item.who, item.result, item.act))

    def name(self, item: Entry) -> str:
        """Its number."""
        return f"line {item.number}"

    def details(self, item: Entry) -> Sequence[Detail]:
        """The line as it stands in the file, indented."""
        async def load(width: int) -> Sequence[Line]:
            return [line(part) for part in _json(item).splitlines()]

        return (Detail(f"journal/{item.number}", "Line", load),)

    def copies(self, item: Entry) -> Sequence[tuple[str, str]]:
        """The line as JSON, the id of its act."""
        return (("line", _json(item)), ("act", item.act))


def moment(entry: Entry) -> datetime | None:
    """When it was written; None where the line says no time."""
    try:
        return datetime.fromisoformat(entry.at)
    except ValueError:
        return None


def result(entry: Entry) -> Span:
    """How it ended, coloured; an intent is only one."""
    if entry.phase == "intent":
        return Span("begun", "dim")
    word = entry.result.split(" ")[0].split(":")[0]
    return Span(entry.result, _ROLES.get(word, "plain"))


def _change(entry: Entry) -> str:
    if not (entry.before or entry.after):
        return ""
    return f"{entry.before or 'none'} → {entry.after or 'none'}"


def _json(entry: Entry) -> str:
    return json.dumps({**entry.body(), "hash": entry.hash}, indent=2, ensure_ascii=False)
