"""How a person arranged the lists, as a value that can be written down and taken up again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from opstui.ui.level import Level
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.shape import LEAST, Shape

WIDEST = 500
"""Cells; a wider column was written by somebody else."""
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Order:
    """How one list is sorted and narrowed."""

    sort: str = ""
    descending: bool = False
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is remembered of a house; the default is how every house opens at first."""

    active: int = NOWHERE
    """Number of the pane that has the focus; NOWHERE for the usual one."""
    zoomed: bool = False
    tabs: Mapping[str, int] = field(default_factory=dict)
    """By the pane's number, its tab where that is not the first one."""
    orders: Mapping[str, Order] = field(default_factory=dict)
    """By kind of list."""
    hidden: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By kind of list, ids of columns."""
    widths: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def plan(self) -> Arranged:
        """Without what only concerns columns."""
        return replace(self, hidden={}, widths={})

    def text(self) -> str:
        """It as JSON; empty where nothing differs from the usual."""
        return json.dumps(asdict(self), ensure_ascii=False) if self != Arranged() else ""

    # taking it up

    def tab(self, spec: PaneSpec) -> int:
        """The tab of a pane that is in sight."""
        found = self.tabs.get(str(spec.number), 0)
        return found if found < len(spec.tabs) else 0

    def index(self, specs: Sequence[PaneSpec], home: int) -> int:
        """Which of the panes has the focus."""
        return next((n for n, spec in enumerate(specs) if spec.number == self.active), home)

    def prepare(self, levels: Iterable[Level]) -> None:
        """Sort and narrow lists before they are read; what no column is called is left out."""
        for level in levels:
            order = self.orders.get(level.view.kind)
            if order is None:
                continue
            place, view = level.place, level.view
            sortable = {column.id for column in view.columns() if column.sort is not None}
            if order.sort in sortable:
                place.sort, place.descending = order.sort, order.descending
                view.server_sort(order.sort, order.descending)
            if order.filter:
                place.filter = order.filter
                view.server_filter(order.filter)

    def shapes(self) -> dict[str, Shape]:
        """What was made of the columns, by kind of list."""
        return {
            kind: Shape(set(self.hidden.get(kind, ())), dict(self.widths.get(kind, {})))
            for kind in {*self.hidden, *self.widths}
        }


class Room(Protocol):
    """A pane as far as this concerns it."""

    spec: PaneSpec
    tab: int
    stacks: list[list[Level]]

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """What was made of the columns, by kind of list."""
        ...


def arranged(panes: Sequence[Room], active: int, home: int, *, zoomed: bool) -> Arranged:
    """How these panes are arranged now."""
    orders: dict[str, Order] = {}
    shapes: dict[str, Shape] = {}
    for pane in panes:
        for stack in pane.stacks:
            place = stack[0].place
            order = Order(place.sort, bool(place.sort) and place.descending, place.filter)
            if order != Order():
                orders[stack[0].view.kind] = order
        shapes |= pane.shapes
    return Arranged(
        NOWHERE if active == home else panes[active].spec.number, zoomed,
        {str(pane.spec.number): pane.tab for pane in panes if pane.tab}, orders,
        {kind: sorted(shape.hidden) for kind, shape in sorted(shapes.items()) if shape.hidden},
        {kind: dict(sorted(shape.widths.items())) for kind, shape in sorted(shapes.items())
         if shape.widths},
    )


def read(text: str) -> Arranged:
    """What was written down; raises ValueError for anything else."""
    data = json.loads(text)
    if not isinstance(data, dict) or set(data) != set(asdict(Arranged())):
        raise ValueError("not an arrangement")
    orders = {str(kind): Order(**order) for kind, order in _table(data["orders"])}
    for order in orders.values():
        if not (isinstance(order.sort, str) and isinstance(order.filter, str)
                and isinstance(order.descending, bool)):
            raise ValueError("not an order")
    return Arranged(
        _number(data["active"], NOWHERE, 99), data["zoomed"] is True,
        {number: _number(tab, 0, 99) for number, tab in _table(data["tabs"])}, orders,
        {kind: [str(id) for id in ids] for kind, ids in _table(data["hidden"])},
        {kind: {id: _number(width, LEAST, WIDEST) for id, width in _table(widths)}
         for kind, widths in _table(data["widths"])},
    )


def _table(value: Any) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise ValueError("not a table")
    return value.items()


def _number(value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError("not a number of its kind")
    return value
