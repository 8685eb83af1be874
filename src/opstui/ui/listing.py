"""What a list shows and where a person stands in it, without a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from opstui.ui import order
from opstui.ui.column import Column
from opstui.ui.paint import Line
from opstui.ui.shape import Shape
from opstui.ui.shelf import keys_of


@dataclass(slots=True)
class Place:
    """Where a person stands in a list, and how they arranged it."""

    key: str = ""
    top: int = 0
    filter: str = ""
    sort: str = ""
    descending: bool = False
    index: int = 0
    """Where the cursor was, for when its row is gone."""
    sought: str = ""
    """A key to go to as soon as it is listed, such as a thing that was just made; given up when
    the person moves."""
    marked: set[str] = field(default_factory=set)
    """Keys of the rows that an action shall mean."""
    anchor: str = ""
    """The key that was marked last: where marking a range begins."""
    shift: int = 0
    """Cells by which cells that are cut off are moved to the left."""


@dataclass(slots=True)
class Rows:
    """What a list shows."""

    columns: tuple[Column[Any], ...] = ()
    items: Sequence[Any] = ()
    words: Callable[[Any], str] = str
    empty: Sequence[Line] = ()
    stale: bool = False
    """Greyed: the source failed since these were read."""
    busy: set[str] = field(default_factory=set)
    filtered: bool = False
    """The source filtered them already."""
    sorted: bool = False
    """The source sorted them already."""
    more: bool = False
    """The source has rows behind these."""
    shape: Shape = field(default_factory=Shape)
    """What the person made of the columns."""


class Listing:
    """Filters, sorts, and keeps the cursor and the marks by key, whatever comes and goes.

    What moves the cursor costs the same in any number of rows.
    """

    def __init__(self) -> None:
        self.rows = Rows()
        self.place = Place()
        self.shown: Sequence[Any] = ()
        """The items that pass the filter, in order."""
        self._in_order: Sequence[Any] = ()
        self._sorter = order.Sorter()
        self._sieve = order.Sieve()

    @property
    def item(self) -> Any:
        """The item under the cursor, or None."""
        index = self.place.index
        return self.shown[index] if 0 <= index < len(self.shown) else None

    def show(self, rows: Rows, place: Place) -> None:
        """Take other rows; the cursor is where `place` says, by key and else by index."""
        if place is not self.place:
            self._sieve = order.Sieve()  # other words, even where keys are the same
        self.rows, self.place = rows, place
        if place.marked:
            place.marked &= set(keys_of(rows.items))
        self.arrange()

    def arrange(self) -> None:
        """Sort and filter, and put the cursor back on its key."""
        place, rows = self.place, self.rows
        by = next((c for c in rows.columns if c.id == place.sort), None)
        shown = rows.items
        if by is not None and by.sort is not None and not rows.sorted:
            shown = self._sorter.sort(shown, by.sort, descending=place.descending)
        self._in_order = shown
        if not rows.filtered:
            shown = self._sieve.sift(shown, place.filter, rows.words)
        self.shown = shown
        if place.sought and (index := order.find(shown, place.sought, place.index)) is not None:
            place.key, place.sought, place.index = place.sought, "", index
        elif place.key and (index := order.find(shown, place.key, place.index)) is not None:
            place.index = index
        self._stand(place.index)

    def read_ahead(self) -> Iterator[None]:
        """Get ready for a filter, step by step."""
        if not self.rows.filtered:
            yield from self._sieve.ahead(self._in_order, self.rows.words)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, as near as there is one."""
        if index != self.place.index:
            self.place.sought = ""
        self._stand(index)

    def bring_into_sight(self, height: int, leap: int = 0) -> None:
        """Scroll so that the cursor is among `height` rows.

        leap: rows to scroll by where the cursor left by fewer; 0 scrolls as little as possible.
        """
        place = self.place
        height = max(1, height)
        above, below = place.top - place.index, place.index - (place.top + height - 1)
        if above > 0:
            place.top -= max(above, leap)
        elif below > 0:
            place.top += max(below, leap)
        place.top = max(0, min(place.top, len(self.shown) - height))

    def _stand(self, index: int) -> None:
        self.place.index = max(0, min(index, len(self.shown) - 1))
        item = self.item
        # a filter that hides everything must not make the list forget where it was
        if item is not None:
            self.place.key = item.key

    # marks

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark away."""
        if self.place.index < len(self.shown):
            key = self.place.anchor = self.shown[self.place.index].key
            self.place.marked ^= {key}

    def mark_range(self) -> None:
        """Mark every row from the one that was marked last to the cursor."""
        start = order.find(self.shown, self.place.anchor, self.place.index)
        here = self.place.index
        first, last = sorted((here if start is None else start, here))
        self.place.marked.update(islice(keys_of(self.shown), first, last + 1))
        self.place.anchor = self.place.key

    def mark_all(self) -> None:
        """Mark every row that is shown; where all are, take their marks away."""
        keys = set(keys_of(self.shown))
        if keys <= self.place.marked:
            self.place.marked -= keys
        else:
            self.place.marked |= keys

    def marked(self) -> tuple[Any, ...]:
        """The marked items, in the order of the source; also those that a filter hides."""
        marked, items = self.place.marked, self.rows.items
        if not marked:
            return ()
        return tuple(items[n] for n, key in enumerate(keys_of(items)) if key in marked)
