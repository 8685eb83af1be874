"""A sheet: things side by side, one a column, as lines of text, Markdown or CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from opstui.domain.text import clean
from opstui.ui.desk import Choice, Desk
from opstui.ui.measure import cells, fit
from opstui.ui.paint import Line, Span

BEST, BEST_ASCII = "★", "*"
NAME_LEAST, NAME_MOST = 12, 34
"""Cells for the rows' names."""
LEAST, ENOUGH, MOST = 9, 18, 34
"""Cells for a column: at least, where there is too little room for all, and at most."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a thing has in a row."""

    text: str = ""
    best: bool = False
    note: str = ""
    """Behind the text, such as a difference."""
    role: str = "dim"
    """The note's style."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A name and a cell for every column."""

    section: str
    name: str
    cells: tuple[Cell, ...]
    differs: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is compared."""

    heads: tuple[str, ...]
    """The columns' names."""
    rows: tuple[SheetRow, ...] = ()
    base: int | None = None
    """The column that the others are measured by."""
    notes: tuple[str, ...] = ()
    """What could not be read."""


Choose = Callable[[str, Sequence[Choice]], Awaitable[str | None]]
"""Asks the person to choose from a menu: title, choices."""


class Comparing(Protocol):
    """What a page compares: it can take things out and in, and reads what takes time."""

    title: str

    def sheet(self) -> Sheet:
        """Everything that is known by now."""
        ...

    async def complete(self, draw: Callable[[], None]) -> None:
        """Read what is not known yet, and call `draw` as it comes."""
        ...

    def drop(self, column: int) -> str:
        """Take a column out; the reason why it can't be done, or empty."""
        ...

    def measure_by(self, column: int) -> None:
        """Measure the others by this column; by none, where it is that already."""
        ...

    async def others(self) -> Sequence[Choice]:
        """Things that could be taken in; raises OpstuiError."""
        ...

    async def add(self, id: str) -> None:
        """Take one of them in; raises OpstuiError."""
        ...

    async def champion(self, choose: Choose) -> str:
        """Take in what serves and measure by it; the reason why not, or empty. May raise
        OpstuiError."""
        ...

    async def charts(self, desk: Desk) -> None:
        """Chart the metrics of what is compared."""
        ...



def shown_rows(sheet: Sheet, *, every: bool, needle: str = "") -> tuple[SheetRow, ...]:
    """The rows to show: those that differ, or every one; narrowed to names that hold a text."""
    word = needle.casefold()
    return tuple(
        row for row in sheet.rows if (every or row.differs)
        and (not word or word in row.name.casefold() or word in row.section.casefold())
    )


def widths(sheet: Sheet, rows: Sequence[SheetRow], width: int) -> tuple[int, list[int]]:
    """Cells for the names and for every column: as narrow as their content, never too wide."""
    names = max((cells(row.name) for row in rows), default=NAME_LEAST)
    names = min(NAME_MOST, max(NAME_LEAST, width // 3), max(NAME_LEAST, names)) + 2
    found: list[int] = []
    for place, head in enumerate(sheet.heads):
        longest = max((_cell_width(row.cells[place]) for row in rows), default=0)
        found.append(min(MOST, max(LEAST, longest, min(cells(head) + 2, 20))))
    share = (width - names) // max(1, len(found)) - 1
    if sum(found) + len(found) > width - names:
        found = [min(one, max(share, ENOUGH)) for one in found]
    return names, found


def _cell_width(cell: Cell) -> int:
    return cells(cell.text) + 2 + (cells(cell.note) + 1 if cell.note else 0)


def head_line(
    sheet: Sheet, room: tuple[int, Sequence[int]], first: int, at: int, width: int
) -> Line:
    """The columns' names from column `first` on; the one at `at` stands out."""
    names, each = room
    spans = [Span(" " * names)]
    for place in range(first, len(sheet.heads)):
        mark = "= " if place == sheet.base else "  "
        style = "key" if place == at else "title"
        spans += [*fit((Span(mark, "accent"), Span(sheet.heads[place], style)), each[place]),
                  Span(" ")]
    return fit(tuple(spans), width)


def row_line(
    row: SheetRow, room: tuple[int, Sequence[int]], first: int, width: int, *, ascii_only: bool
) -> Line:
    """One row from column `first` on."""
    names, each = room
    spans = [*fit((Span(row.name, "plain" if row.differs else "dim"),), names - 2), Span("  ")]
    star = BEST_ASCII if ascii_only else BEST
    for place in range(first, len(row.cells)):
        cell = row.cells[place]
        mark = Span(f"{star} ", "good") if cell.best else Span("  ")
        style = "good" if cell.best else "plain" if row.differs else "dim"
        text: list[Span] = [mark, Span(cell.text, style) if cell.text else Span("-", "dim")]
        if cell.note:
            text += [Span(" "), Span(cell.note, cell.role)]
        spans += [*fit(tuple(text), each[place]), Span(" ")]
    return fit(tuple(spans), width)


def markdown(sheet: Sheet, rows: Sequence[SheetRow], title: str) -> str:
    """A heading and a table for each section, the best values bold."""
    parts = [f"## {_escaped(title)}", ""]
    section: str | None = None
    for row in rows:
        if row.section != section:
            section = row.section
            heads = [section, *sheet.heads]
            parts += [] if not parts[-1] else [""]
            parts += [_table_row(heads), "|" + " --- |" * len(heads)]
        told = [_escaped(row.name)]
        for cell in row.cells:
            text = _escaped(cell.text)
            text = f"**{text}**" if cell.best and text else text
            told.append(f"{text} ({_escaped(cell.note)})" if cell.note else text)
        parts.append("| " + " | ".join(told) + " |")
    return "\n".join(parts) + "\n"


def _table_row(texts: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(text) for text in texts) + " |"


def _escaped(text: str) -> str:
    text = clean(text).replace("\\", "\\\\").replace("|", "\\|")
    for mark in "*_`<[":
        text = text.replace(mark, f"\\{mark}")
    return text


def comma_separated(sheet: Sheet, rows: Sequence[SheetRow]) -> str:
    """Section, name, then a column for each thing; values only, without their notes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["section", "name", *(clean(head) for head in sheet.heads)])
    for row in rows:
        writer.writerow([clean(row.section), clean(row.name),
                         *(clean(cell.text) for cell in row.cells)])
    return out.getvalue()
