"""Filtering and sorting a list: total, so that rows never dance, and done again only as far as
something changed, so that typing stays quick in long lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from opstui.ui.shelf import keys_of

T = TypeVar("T")

FEW = 200
"""Rows whose words are learnt in one step ahead of a filter."""


def matches(words: str, needle: str) -> bool:
    """Whether a text passes a filter.

    Every word of the filter must occur, ignoring case unless the filter has a capital; a word
    that starts with `!` must not occur.
    """
    return _passes(words.lower() if needle == needle.lower() else words, needle.split())


def _passes(words: str, parts: Sequence[str]) -> bool:
    for part in parts:
        if len(part) > 1 and part.startswith("!"):
            if part[1:] in words:
                return False
        elif part not in words:
            return False
    return True


def filtered(items: Sequence[T], needle: str, words: Callable[[T], str]) -> list[T]:
    """The items that pass; all of them for an empty filter."""
    return [item for item in items if matches(words(item), needle)] if needle else list(items)


def ordered(
    items: Sequence[T], value: Callable[[T], Any], key: Callable[[T], str], *, descending: bool
) -> list[T]:
    """Sorted by value, missing values last in both directions, ties by key."""
    return _by_values(items, [value(item) for item in items], key, descending=descending)


def _by_values(
    items: Sequence[T], values: Sequence[Any], key: Callable[[T], str], *, descending: bool
) -> list[T]:
    keys = [key(item) for item in items]
    by_key = sorted(range(len(items)), key=keys.__getitem__)
    known = [n for n in by_key if values[n] is not None]
    known.sort(key=values.__getitem__, reverse=descending)
    return [items[n] for n in (*known, *(n for n in by_key if values[n] is None))]


def find(items: Sequence[Any], key: str, near: int) -> int | None:
    """Where the item with this key is; looked for around `near` before anywhere else."""
    for n in range(max(0, near - 50), min(len(items), near + 50)):
        if items[n].key == key:
            return n
    return next((n for n, one in enumerate(keys_of(items)) if one == key), None)


class Sorter:
    """Remembers the last order; the same items with the same values are not sorted again."""

    def __init__(self) -> None:
        self._items: Sequence[Any] = ()
        self._values: list[Any] = []
        self._descending = False
        self._sorted: Sequence[Any] = ()

    def sort(
        self, items: Sequence[Any], value: Callable[[Any], Any], *, descending: bool
    ) -> Sequence[Any]:
        """As `ordered` by the items' keys; the same object while nothing changed."""
        values = [value(item) for item in items]
        if items is not self._items or values != self._values or descending != self._descending:
            self._sorted = _by_values(items, values, lambda i: i.key, descending=descending)
            self._items, self._values, self._descending = items, values, descending
        return self._sorted


class Sieve:
    """Remembers every item's words, and what passed, so that a longer filter looks there only.

    An item's words are asked for once, and again when it is not equal to what it was.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, str]] = {}
        self._items: Sequence[Any] = ()
        """Whose texts these are, in this order."""
        self._texts: list[str] = []
        self._lower: list[str] = []
        self._needle = ""
        self._passed: list[int] = []

    def ahead(self, items: Sequence[Any], words: Callable[[Any], str]) -> Iterator[None]:
        """Learn the items' words, a few at each step; what was learnt stays when it is left."""
        begun, known = self._items, self._known
        texts: list[str] = []
        for n, item in enumerate(items):
            old = known.get(item.key)
            if old is None or (old[0] is not item and old[0] != item):
                old = known[item.key] = (item, words(item))
            texts.append(old[1])
            if not n % FEW:
                yield
                if self._items is not begun or self._known is not known:
                    return  # somebody could not wait
        if len(known) > 2 * len(items) + FEW:
            known = {item.key: known[item.key] for item in items}
        self._known, self._items, self._needle = known, items, ""
        self._texts, self._lower = texts, [text.lower() for text in texts]

    def sift(
        self, items: Sequence[Any], needle: str, words: Callable[[Any], str]
    ) -> Sequence[Any]:
        """As `filtered`; the items themselves for an empty filter."""
        if not needle:
            self._needle = ""
            return items
        if items is not self._items:
            for _ in self.ahead(items, words):
                pass
        small = needle == needle.lower()
        texts = self._lower if small else self._texts
        among: Sequence[int] = range(len(items))
        if self._narrows(needle, small=small):
            among = self._passed
        parts = needle.split()
        if len(parts) == 1 and not (len(parts[0]) > 1 and parts[0].startswith("!")):
            part = parts[0]
            self._passed = [n for n in among if part in texts[n]]
        else:
            self._passed = [n for n in among if _passes(texts[n], parts)]
        self._needle = needle
        return [items[n] for n in self._passed]

    def _narrows(self, needle: str, *, small: bool) -> bool:
        """Whether only what passed the last filter can pass this one."""
        last = self._needle
        return (
            bool(last) and needle.startswith(last) and "!" not in needle
            and small == (last == last.lower())
        )
