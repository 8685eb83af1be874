"""What a person made of a list's columns: kept for each kind of list while opstui runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from opstui.ui.column import Column

STEP = 4
"""Cells by which one key makes a column wider or narrower."""
LEAST = 3
"""Cells that a column keeps."""


@dataclass(slots=True)
class Shape:
    """Columns that are hidden, and widths that were chosen, by the columns' ids."""

    hidden: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)

    def toggle(self, id: str) -> None:
        """Hide a column, or show it again."""
        self.hidden ^= {id}

    def reset(self) -> None:
        """Every column as it is declared."""
        self.hidden.clear()
        self.widths.clear()

    def visible(self, columns: Sequence[Column[Any]]) -> tuple[Column[Any], ...]:
        """The columns that are not hidden."""
        return tuple(column for column in columns if column.id not in self.hidden)

    def resize(self, id: str, width: int, most: int) -> None:
        """Give a column this many cells, between LEAST and `most`."""
        self.widths[id] = max(LEAST, min(width, most))
