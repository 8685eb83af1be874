"""A toy house of fruit, to test the walls without any domain word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from opstui.domain.errors import OpstuiError
from opstui.domain.page import Page
from opstui.domain.status import Status
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Choice, Desk, Detail, Prompt, Question
from opstui.ui.house import House
from opstui.ui.hurry import Hurried
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.theme import DARK, LOOKS, Brush
from opstui.ui.view import View

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Fruit:
    name: str
    weight: int | None = 1
    status: Status = Status.PASSED

    @property
    def key(self) -> str:
        return self.name


@dataclass
class Basket:
    """What the toy's backend holds, and how it behaves."""

    fruits: list[Fruit] = field(default_factory=list)
    problem: str = ""
    gate: asyncio.Event | None = None
    loads: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Fruits(View[Fruit]):
    noun = "fruit"

    def __init__(
        self, basket: Basket, kind: str = "fruits", title: str = "Fruits", *,
        inside: Basket | None = None, page: int = 0,
    ) -> None:
        self.kind = kind
        self.title = title
        self.basket = basket
        self.inside = inside
        self.page = page

    def columns(self) -> tuple[Column[Fruit], ...]:
        return (
            Column("status", "", lambda f: glyph(f.status)),
            Column("name", "name", lambda f: f.name, grow=1, sort=lambda f: f.name),
            Column("weight", "weight", lambda f: str(f.weight), right=True, drop=1,
                   sort=lambda f: f.weight, best_first=True),
        )

    async def load(self, token: str = "") -> Page[Fruit]:
        self.basket.loads += 1
        held, problem = tuple(self.basket.fruits), self.basket.problem
        if self.basket.gate is not None:
            gate, self.basket.gate = self.basket.gate, None
            await gate.wait()
        if problem:
            raise OpstuiError(problem)
        if not self.page:
            return Page(held)
        start = int(token or 0)
        end = start + self.page
        return Page(held[start:end], str(end) if end < len(held) else "")

    async def _changes(self) -> AsyncIterator[None]:
        while True:
            await self.basket.changed.wait()
            self.basket.changed.clear()
            yield

    def changes(self) -> AsyncIterator[None]:
        return self._changes()

    def empty(self) -> Sequence[Line]:
        return (line("no fruit yet; press n to grow one"),)

    def child(self, item: Fruit) -> View[Fruit] | None:
        return Fruits(self.inside, "inside", "Inside") if self.inside else None

    def details(self, item: Fruit) -> Sequence[Detail]:
        async def facts(width: int) -> Sequence[Line]:
            return [line(("about ", "dim"), item.name), *(line(f"line {n}") for n in range(100))]

        async def other(width: int) -> Sequence[Line]:
            return [line("the other tab")]

        return (Detail(f"facts/{item.key}", "Facts", facts),
                Detail(f"other/{item.key}", "Other", other))

    @action("p", "Peel", changes=("fruits",), when=lambda view, f: "hard" if f.weight == 0 else "")
    async def peel(self, fruit: Fruit, desk: Desk) -> None:
        """Peel the fruit."""
        question = Question("Peel", fruit.name, "Its skin is gone for good.", "the kitchen",
                            yes="Peel", typed=fruit.name if fruit.weight == 99 else "",
                            body=(line(Span("evidence", "good")),))
        if await desk.confirm(question):
            self.basket.fruits.remove(fruit)

    @action("n", "New", changes=("fruits",), item=False)
    async def new(self, desk: Desk) -> None:
        """Grow a fruit."""
        name = await desk.ask(Prompt("New fruit", "its name", options=("apple", "apricot")))
        if name:
            self.basket.fruits.append(Fruit(name))

    @action("x", "Explode", item=False, footer=False)
    async def explode(self, desk: Desk) -> None:
        """Fail as expected."""
        raise OpstuiError("the kitchen is closed", where="downstairs", hint="come back at noon")

    @action("m", "Menu", item=False, footer=False)
    async def menu(self, desk: Desk) -> None:
        """Choose a colour."""
        chosen = await desk.choose("Colour", [Choice("r", "red"), Choice("g", "green", "ripe")])
        desk.say(f"chose {chosen}")


class Toy(Hurried):
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, *baskets: Basket, keys: dict[str, str] | None = None, read_only: bool = False,
        environ: dict[str, str] | None = None, inside: Basket | None = None, page: int = 0,
    ) -> None:
        super().__init__()
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = "dark"
        titles = ("Fruits", "Nuts", "Roots", "Leaves", "Seeds")
        held = [*baskets, *(Basket() for _ in range(5 - len(baskets)))]
        views = [
            Fruits(basket, title.lower(), title, inside=inside, page=page)
            for basket, title in zip(held, titles, strict=True)
        ]
        specs = [PaneSpec(n, title.lower(), (view,))
                 for n, (title, view) in enumerate(zip(titles, views, strict=True), 1)]
        extra = [PaneSpec(6, "log", (Fruits(Basket(), "journal", "Journal"),
                                     Fruits(Basket(), "calls", "Calls")))]

        async def headline() -> Line:
            return line(("kitchen", "title"))

        self.house = House(
            specs, extra, brush=Brush(DARK), clock=lambda: NOON, keymap=Keymap(keys or {}),
            headline=headline, place="build2", read_only=read_only, environ=environ or {},
        )

    def on_mount(self) -> None:
        self.push_screen(self.house)
