"""What needs a person, across all systems: pane 0, the first thing that is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from opstui.domain.attention import Concern, Severity, Source
from opstui.domain.page import Page
from opstui.domain.status import Status
from opstui.domain.words import age
from opstui.operations.attention import Attention
from opstui.operations.world import World
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View

TITLES = {
    "containers": "Containers", "images": "Images", "ci": "CI", "models": "Models",
    "experiments": "Experiments", "branches": "Branches",
}
"""What the lists are called that concerns lead to."""


class AttentionView(View[Concern]):
    """One line for each thing that needs a person, worst first; calm says so."""

    kind: ClassVar[str] = "attention"
    title = "Attention"
    noun = "concern"
    interval = 30.0
    derives = ("branches", "ci", "images", "containers", "experiments", "models", "versions",
               "journal")

    def __init__(self, world: World, lists: Sequence[tuple[str, View[Any]]]) -> None:
        """lists: the other lists, each with the name of its backend."""
        self._world = world
        self._lists = tuple(lists)
        self._attention = Attention(world, self._sources)
        self.mood = self.worst
        self._asked = False
        self._shown: tuple[object, ...] = ()

    def _sources(self) -> list[Source]:
        """What the lists say of their backends."""
        found: list[Source] = []
        for name, view in self._lists:
            level = view.level
            if level is None:
                continue
            snapshot = level.snapshot
            unset = bool(snapshot.problem) and (view.unset() or view.waiting())
            found.append(Source(
                name, view.kind, snapshot.loaded, snapshot.problem, level.failing_since, unset
            ))
        return found

    def columns(self) -> tuple[Column[Concern], ...]:
        """The pane's key, how bad it is, what it is, for how long, and the way there."""
        now, plain = self._world.clock(), self._world.ascii_only
        return (
            Column("pane", "", self._number, width=1),
            Column("state", "", lambda one: glyph(one.status, ascii_only=plain), width=1,
                   sort=lambda one: one.severity.value),
            Column("text", "What", lambda one: one.text, grow=1, least=64,
                   sort=lambda one: one.text),
            Column("age", "Age", lambda one: Span(age(one.since, now), "dim"), width=3,
                   right=True, drop=1, sort=lambda one: one.since),
            Column("way", "Way", lambda one: Span(way(one), "dim"), width=18, drop=2),
        )

    def _number(self, concern: Concern) -> Span:
        items = self.level.snapshot.items if self.level is not None else ()
        return Span("0" if items and items[0] is concern else " ", "key")

    async def load(self, token: str = "") -> Page[Concern]:
        """Judge what is known; from the second time on after asking for what no list asks for."""
        if self._asked:
            await self._attention.look()
        self._asked = True
        self._shown = self._now()
        return Page(self._attention.concerns())

    async def glance(self) -> Page[Concern] | None:
        """The same, or None where nothing reads differently."""
        before = self._shown
        page = await self.load()
        return page if self._shown != before else None

    def _now(self) -> tuple[object, ...]:
        board = self._world.board
        return (self._attention.concerns(), self._attention.unknown(), board.drifts)

    def worst(self) -> Status:
        """Red or yellow as its worst line is; unknown is never green."""
        found = self._attention.concerns()
        if any(one.severity is Severity.BROKEN for one in found):
            return Status.FAILED
        if found:
            return Status.WARNED
        return Status.QUEUED if self._attention.unknown() else Status.PASSED

    def empty(self) -> Sequence[Line]:
        """Calm, or what is not known yet."""
        unknown = self._attention.unknown()
        if unknown:
            return (line(("0", "key"), (" not known yet: ", "dim"), ", ".join(unknown)),)
        return (line(("0", "key"), (" calm", "good"), (": nothing needs you", "dim")),)

    def name(self, item: Concern) -> str:
        """The sentence."""
        return item.text

    def words(self, item: Concern) -> str:
        """The sentence, the system, what can be done."""
        return " ".join((item.text, item.where, item.hint, TITLES.get(item.kind, "")))

    def details(self, item: Concern) -> Sequence[Detail]:
        """The whole sentence and what can be done."""
        async def load(_width: int) -> Sequence[Line]:
            return self._facts(item)

        return (Detail(f"concern/{item.key}", "Attention", load),)

    def _facts(self, concern: Concern) -> list[Line]:
        plain = self._world.ascii_only
        lines = [
            (glyph(concern.status, ascii_only=plain), Span(f" {concern.text}", "title")), (),
            line(("where  ", "dim"), concern.where),
        ]
        if concern.since is not None:
            lines.append(line(("since  ", "dim"), concern.since.isoformat(" ", "minutes"),
                              (f", {age(concern.since, self._world.clock())}", "dim")))
        lines += [(), line(concern.hint), (),
                  line(("enter", "key"), (f" goes to {TITLES.get(concern.kind, '')}", "dim"))]
        if unknown := self._attention.unknown():
            lines += [(), line(("not known yet: ", "dim"), ", ".join(unknown))]
        return lines

    def copies(self, item: Concern) -> Sequence[tuple[str, str]]:
        """The sentence."""
        return (("sentence", item.text),)

    @action("enter", "Go there", at_once=True)
    async def go_there(self, concern: Concern, desk: Desk) -> None:
        """Go to the row that it is about."""
        desk.go(concern.kind, concern.target)


def way(concern: Concern) -> str:
    """The key that goes there, and where that is."""
    return f"enter {TITLES.get(concern.kind, '')}".rstrip()
