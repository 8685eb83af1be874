"""How columns share a width: pure, so that it can be tested without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opstui.ui.column import Column, as_line
from opstui.ui.framed import fit, width_of
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
    columns: Sequence[Column[Any]], contents: Sequence[Sequence[int]], room: int, *, titles: bool
) -> Layout:
    """Share `room` cells among the columns.

    contents: for each column the widths of its cells in a sample of rows. A column without any
    content takes no room. Columns go by their `drop`, highest first, until the rest fits.
    """
    natural: list[int] = []
    for column, sizes in zip(columns, contents, strict=True):
        widest = max(sizes, default=0)
        if titles and widest:
            widest = max(widest, len(column.title))
        natural.append(min(widest, column.width) if column.width else widest)
    kept = [n for n in range(len(columns)) if natural[n]]

    def least(n: int) -> int:
        return min(natural[n], columns[n].least or SQUEEZED) if columns[n].grow else natural[n]

    while kept and sum(map(least, kept)) + GAP * (len(kept) - 1) > room:
        droppable = [n for n in kept if columns[n].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda n: columns[n].drop))
    widths = {n: least(n) for n in kept}
    spare = room - sum(widths.values()) - GAP * max(0, len(kept) - 1)
    growing = [n for n in kept if columns[n].grow]
    while spare > 0 and (hungry := [n for n in growing if widths[n] < natural[n]]):
        share = max(1, spare // sum(columns[n].grow for n in hungry))
        for n in hungry:
            more = min(share * columns[n].grow, natural[n] - widths[n], spare)
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


def measure(columns: Sequence[Column[Any]], items: Sequence[Any]) -> list[list[int]]:
    """The widths of every column's cells in a sample of rows."""
    return [[width_of(as_line(column.cell(item))) for item in items] for column in columns]


def row(layout: Layout, item: Any) -> Line:
    """One item's cells, each at its column's width."""
    spans: list[Span] = []
    for column, width in zip(layout.columns, layout.widths, strict=True):
        if spans:
            spans.append(Span(" " * GAP))
        spans.extend(fit(as_line(column.cell(item)), width, right=column.right))
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
