"""What the tests of branches and commits share: a world on a real repository."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from opstui.backends.calls import RecentCalls
from opstui.backends.git.repository import GitRepository
from opstui.backends.journal import FileJournal
from opstui.operations.world import World
from opstui.ui.column import Column
from opstui.ui.paint import Line, text_of
from opstui.ui.table import cells_of, heading, lay_out, measure, row
from tests.backends.git.repo import START

NOW = datetime.fromtimestamp(START + 86400 * 3, UTC)
"""Three days after the first commit."""


def world(path: Path, *, ascii_only: bool = False) -> World:
    nothing = cast(Any, None)
    calls = RecentCalls()
    return World(
        git=GitRepository(path, calls), ci=(), trust=nothing, engine=nothing, tracking=nothing,
        registry=nothing, local=nothing, journal=FileJournal(path.parent / "journal.jsonl"),
        calls=calls, clock=lambda: NOW, ascii_only=ascii_only,
    )


def drawn(columns: Sequence[Column[Any]], items: Sequence[Any], width: int) -> list[str]:
    """The list as a pane of this width shows it."""
    layout = lay_out(columns, measure(columns, items), width, titles=True)
    rows = (row(layout, columns, cells_of(columns, item)) for item in items)
    return [text_of(line).rstrip() for line in (heading(layout, "", False), *rows)]


def texts(shown: Sequence[Line]) -> list[str]:
    return [text_of(one) for one in shown]
