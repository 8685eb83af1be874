"""A house with one page over it, and toys for pages to show."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from textual.app import App

from opstui.domain.course import Course
from opstui.domain.errors import OpstuiError
from opstui.ui.desk import Choice, Desk
from opstui.ui.house import House
from opstui.ui.keymap import Keymap
from opstui.ui.paint import Line, line
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.plot import Thing
from opstui.ui.sheet import Cell, Choose, Sheet, SheetRow
from opstui.ui.theme import DARK, LOOKS, Brush
from tests.ui.toy import NOON, Basket, Fruits


class Shown(App[None]):
    """A house whose desk is told to show something at once."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, show: Callable[[Desk], Coroutine[Any, Any, None]], *, ascii_only: bool = False
    ) -> None:
        super().__init__()
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = "dark"
        self.show = show

        async def headline() -> Line:
            return line("kitchen")

        self.house = House(
            [PaneSpec(1, "fruits", (Fruits(Basket()),))], [],
            brush=Brush(DARK, ascii_only=ascii_only), clock=lambda: NOON, keymap=Keymap({}),
            headline=headline, place="build2", environ={},
        )

    async def on_mount(self) -> None:
        await self.push_screen(self.house)
        self.run_worker(self.show(self.house.keys.desk))


@dataclass
class Fields:
    """A plot of how fields grew; `long` of them with more values than are given at once."""

    count: int = 2
    names: tuple[str, ...] = ("height", "loss", "odd")
    length: int = 100
    live: bool = False
    broken: str = ""
    title: str = "Fields"
    zone: tzinfo | None = UTC
    asked: list[tuple[str, tuple[int, int] | None]] = field(default_factory=list)

    def things(self) -> Sequence[Thing]:
        return [Thing(str(n), f"field {n}", 1000.0, self.live) for n in range(self.count)]

    def metrics(self) -> Sequence[str]:
        return self.names

    def _course(self, n: int, metric: str, steps: Sequence[int], *, sampled: bool) -> Course:
        if metric == "odd":
            return Course(str(n), [0, 1, 2], [math.nan, math.inf, 1.0], [1000.0, 1001.0, 1002.0])
        values = [0.5 ** (step / 20) if metric == "loss" else step / 10 + n for step in steps]
        return Course(str(n), steps, values, [1000.0 + step for step in steps], sampled)

    async def courses(
        self, metric: str, interval: tuple[int, int] | None, points: int,
        grown: Callable[[tuple[Course, ...]], None] | None = None,
    ) -> tuple[Course, ...]:
        self.asked.append((metric, interval))
        if self.broken:
            raise OpstuiError(self.broken)
        low, high = interval or (0, self.length - 1)
        every = range(max(0, low), min(self.length - 1, high) + 1)
        by = max(1, len(every) // points)
        return tuple(
            self._course(n, metric, list(every)[::by], sampled=by > 1) for n in range(self.count)
        )

    async def whole(self, metric: str) -> tuple[Course, ...]:
        self.asked.append((metric, (0, self.length)))
        return tuple(
            self._course(n, metric, range(self.length), sampled=False) for n in range(self.count)
        )


@dataclass
class Trees:
    """Trees side by side; the oak is the champion."""

    held: list[str] = field(default_factory=lambda: ["ash", "birch", "cedar"])
    base: str = ""
    late: bool = False
    charted: int = 0
    title: str = "Trees"

    def sheet(self) -> Sheet:
        height = {"ash": "20", "birch": "25", "cedar": "40", "oak": "30"}
        rows = [
            SheetRow("Metrics", "height", tuple(
                Cell(height[one], one == "cedar", "+1" if self.base not in ("", one) else "")
                for one in self.held)),
            SheetRow("Facts", "kingdom", tuple(Cell("plants") for _ in self.held), differs=False),
            *(SheetRow("Leaves", f"leaf {n}", tuple(Cell(f"{one} {n}") for one in self.held))
              for n in range(60)),
        ]
        if self.late:
            rows.append(SheetRow("Roots", "depth", tuple(Cell(one) for one in self.held)))
        return Sheet(tuple(self.held), tuple(rows),
                     self.held.index(self.base) if self.base in self.held else None)

    async def complete(self, draw: Callable[[], None]) -> None:
        self.late = True
        draw()

    def drop(self, column: int) -> str:
        if len(self.held) == 2:
            return "two have to stay"
        del self.held[column]
        return ""

    def measure_by(self, column: int) -> None:
        self.base = "" if self.held[column] == self.base else self.held[column]

    async def others(self) -> Sequence[Choice]:
        return [Choice("fir", "fir"), Choice("oak", "oak")]

    async def add(self, id: str) -> None:
        if id == "fir":
            raise OpstuiError("the fir was felled")
        self.held.append(id)

    async def champion(self, choose: Choose) -> str:
        if "oak" in self.held:
            return "it is there already"
        self.held.insert(0, "oak")
        self.base = "oak"
        return ""

    async def charts(self, desk: Desk) -> None:
        self.charted += 1
