"""How columns share a width: pure, so that it can be tested without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opstui.ui.column import Cell, Column, as_line
from opstui.ui.measure import cells, fit, width_of
from opstui.ui.paint import Line, Span

GAP = 1
"""Cells between two columns."""
SQUEEZED = 14
"""A growing column gives up other columns before it gets narrower than this."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are shown and the width of each, in cells."""

    columns: tuple[Column[Any], ...]
    widths: tuple[int, ...]


def lay_out(
    columns: Sequence[Column[Any]], contents: Sequence[Sequence[int]], room: int, *,
    titles: bool, chosen: Mapping[str, int] | None = None,
) -> Layout:
    """Share `room` cells among the columns.

    contents: for each column the widths of its cells in a sample of rows. A column without any
    content takes no room. Columns go by their `drop`, highest first, until the rest fits.
    chosen: widths that a person chose, by the columns' ids; such a column does not grow.
    """
    chosen = chosen or {}
    natural: list[int] = []
    for column, sizes in zip(columns, contents, strict=True):
        widest = max(sizes, default=0)
        if titles and widest:
            widest = max(widest, len(column.title))
        widest = min(widest, column.width) if column.width else widest
        natural.append(chosen.get(column.id, widest) if widest else 0)
    grow = [0 if column.id in chosen else column.grow for column in columns]
    kept = [n for n in range(len(columns)) if natural[n]]

    def least(n: int) -> int:
        return min(natural[n], columns[n].least or SQUEEZED) if grow[n] else natural[n]

    while kept and sum(map(least, kept)) + GAP * (len(kept) - 1) > room:
        droppable = [n for n in kept if columns[n].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda n: columns[n].drop))
    widths = {n: least(n) for n in kept}
    spare = room - sum(widths.values()) - GAP * max(0, len(kept) - 1)
    growing = [n for n in kept if grow[n]]
    while spare > 0 and (hungry := [n for n in growing if widths[n] < natural[n]]):
        share = max(1, spare // sum(grow[n] for n in hungry))
        for n in hungry:
            more = min(share * grow[n], natural[n] - widths[n], spare)
            widths[n] += more
            spare -= more
    if growing and spare > 0:
        widths[growing[-1]] += spare
    for n in reversed(kept):  # not even the columns that always stay have room
        if spare < 0:
            cut = min(-spare, widths[n] - 1)
            widths[n] -= cut
            spare += cut
    return Layout(tuple(columns[n] for n in kept), tuple(widths[n] for n in kept))


def cells_of(columns: Sequence[Column[Any]], item: Any) -> tuple[Line, ...]:
    """What the columns say of an item."""
    return tuple(as_line(column.cell(item)) for column in columns)


def measure(columns: Sequence[Column[Any]], items: Sequence[Any]) -> list[list[int]]:
    """The widths of every column's cells in a sample of rows."""
    return [[cell_width(cell(item)) for item in items]
            for cell in (column.cell for column in columns)]


def cell_width(cell: Cell) -> int:
    """How many cells a cell takes, told quickly for the usual kinds."""
    if isinstance(cell, str):
        return cells(cell)
    return cells(cell.text) if isinstance(cell, Span) else width_of(cell)


def row(
    layout: Layout, columns: Sequence[Column[Any]], cells: Sequence[Line], shift: int = 0
) -> Line:
    """The cells of these columns, those that have room, each at its column's width.

    shift: by how much cells that are cut off are moved to the left.
    """
    spans: list[Span] = []
    said = {column.id: cell for column, cell in zip(columns, cells, strict=True)}
    for column, width in zip(layout.columns, layout.widths, strict=True):
        if spans:
            spans.append(Span(" " * GAP))
        spans.extend(fit(said[column.id], width, right=column.right, shift=shift))
    return tuple(spans)


def heading(layout: Layout, sort: str, descending: bool) -> Line:
    """The titles, the sorted one with its arrow."""
    spans: list[Span] = []
    for column, width in zip(layout.columns, layout.widths, strict=True):
        if spans:
            spans.append(Span(" " * GAP))
        title = column.title
        if column.id == sort:
            title = f"{title[: max(0, width - 1)]}{'↓' if descending else '↑'}"
        short = title[:width] if len(title) <= width or width > 2 else ""
        spans.extend(fit((Span(short, "dim"),), width, right=column.right))
    return tuple(spans)
