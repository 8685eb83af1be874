"""What the tests of images and containers share: a world on a real engine, and a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.inner import DockerContainers
from opstui.backends.git.repository import GitRepository
from opstui.backends.journal import FileJournal
from opstui.operations.world import World
from opstui.ui import table
from opstui.ui.action import actions_of
from opstui.ui.desk import Program, Prompt
from opstui.ui.paint import text_of
from opstui.ui.view import View
from tests.panes import ci_bench


@dataclass
class Person(ci_bench.Person):
    """Somebody who also types an answer and may be sent elsewhere."""

    answer: str | None = None
    prompts: list[Prompt] = field(default_factory=list)
    went: list[tuple[str, str]] = field(default_factory=list)
    handed: list[Program] = field(default_factory=list)

    async def ask(self, prompt: Prompt) -> str | None:
        self.prompts.append(prompt)
        return self.answer

    async def hand_over(self, program: Program) -> int:
        self.handed.append(program)
        return 0

    def go(self, kind: str, key: str) -> None:
        self.went.append((kind, key))


def world(
    engine: DockerEngine, folder: Path, *, now: datetime | None = None, ascii_only: bool = False
) -> World:
    """A world with the parts that these panes use."""
    calls, nothing = RecentCalls(), cast(Any, None)
    return World(
        git=GitRepository(folder, calls), ci=(), trust=nothing, engine=engine, tracking=nothing,
        registry=nothing, local=nothing, journal=FileJournal(folder / "journal.jsonl"),
        calls=calls, clock=(lambda: now) if now else lambda: datetime.now(UTC),
        ascii_only=ascii_only, containers=DockerContainers(engine.connection),
    )


def row(view: View[Any], item: Any, width: int) -> str:
    """One item as a row of this width."""
    columns = view.columns()
    layout = table.lay_out(columns, table.measure(columns, [item]), width, titles=False)
    return text_of(table.row(layout, columns, table.cells_of(columns, item))).rstrip()


def why_not(view: View[Any], name: str, item: Any, *, read_only: bool = False) -> str:
    """Why an action is dimmed, or empty."""
    bound = next(one for one in actions_of(view, view.kind) if one.id == f"{view.kind}.{name}")
    return bound.why_not(item, read_only=read_only)


async def journal(world: World) -> list[tuple[str, str, str, str]]:
    """What was written down, oldest first: verb, object, phase, result."""
    entries = await world.journal.entries()
    return [(one.what, one.object, one.phase, one.result) for one in reversed(entries)]
