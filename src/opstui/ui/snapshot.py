"""A pane's only state: what was read, when, and what went wrong since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from opstui.domain.page import Page

_KEY = attrgetter("key")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The items of the last good load, its time, and the error of a later one."""

    items: tuple[Any, ...] = ()
    token: str = ""
    """Asks the source for the items after these; empty when these are all."""
    at: datetime | None = None
    """When the items were read; None before the first good load."""
    problem: str = ""
    """Why the last load failed; empty when it did not."""

    @property
    def loaded(self) -> bool:
        """Whether there ever was a good load."""
        return self.at is not None

    def read(self, page: Page[Any], at: datetime, *, fresh: bool) -> Snapshot:
        """After reading the first page.

        Where later pages were loaded before, their items stay behind the new first page unless
        `fresh` asks to start over: a refresh must not throw away what a person scrolled to.
        Items that are all equal to the ones before stay the same object, which spares whoever
        shows them to look at each.
        """
        if fresh or len(self.items) <= len(page.items) or not page.token:
            items = self.items if self.items == page.items else _once(page.items)
            return Snapshot(items, page.token, at)
        items = _renewed(_once((*page.items, *self.items)), page)
        return Snapshot(self.items if self.items == items else items, self.token, at)

    def more(self, page: Page[Any], at: datetime) -> Snapshot:
        """After reading the page behind these items; repeated items are left out."""
        return Snapshot(_once((*self.items, *page.items)), page.token, at)

    def failed(self, problem: str) -> Snapshot:
        """After a load that failed: the items stay, with the reason."""
        return replace(self, problem=problem)


def _renewed(items: tuple[Any, ...], page: Page[Any]) -> tuple[Any, ...]:
    """With what a page tells of the items of others."""
    if not page.changed and not page.gone:
        return items
    changed = {item.key: item for item in page.changed}
    return tuple(changed.get(item.key, item) for item in items if item.key not in page.gone)


def _once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Each key once, at its first place; usually they are."""
    if len(set(map(_KEY, items))) == len(items):
        return items
    return tuple({item.key: item for item in reversed(items)}.values())[::-1]
