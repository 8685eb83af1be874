"""Filtering and sorting a list: pure and total, so that rows never dance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def matches(words: str, needle: str) -> bool:
    """Whether a text passes a filter.

    Every word of the filter must occur, ignoring case unless the filter has a capital; a word
    that starts with `!` must not occur.
    """
    if needle == needle.lower():
        words = words.lower()
    for part in needle.split():
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
    known = [item for item in items if value(item) is not None]
    missing = [item for item in items if value(item) is None]
    known.sort(key=key)
    known.sort(key=value, reverse=descending)
    return known + sorted(missing, key=key)
