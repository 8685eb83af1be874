"""A column is one object: title, cell, sort, width, and when it goes on narrow screens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from opstui.ui.paint import Line, Span

T = TypeVar("T")

Cell = str | Span | Line
"""What a cell may give; a bare string is plain text, never markup."""


@dataclass(frozen=True)
class Column(Generic[T]):
    """How one fact of an item is shown, sorted and given room."""

    id: str
    """Stable name for settings, such as `age`."""
    title: str
    cell: Callable[[T], Cell]
    """Called only for rows in sight."""
    width: int = 0
    """Widest it gets, in cells; it is as narrow as its content in sight allows."""
    grow: int = 0
    """Share of the room that is left; 0 keeps `width`."""
    least: int = 0
    """Cells below which a growing column makes others go first; 0 for the usual number."""
    right: bool = False
    """Numbers are right-aligned."""
    drop: int = 0
    """0 stays always; the highest number goes first when the pane is narrow."""
    sort: Callable[[T], Any] | None = None
    """Sort key; None where the column can't be sorted by. Missing values give None."""
    best_first: bool = False
    """Sorting starts descending (newest, highest)."""


def as_line(cell: Cell) -> Line:
    """Any cell as a line."""
    if isinstance(cell, Span):
        return (cell,)
    if isinstance(cell, str):
        return (Span(cell),)
    return cell
