"""A pane's only state: what was read, when, and what went wrong since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from opstui.domain.page import Page
from opstui.ui.shelf import LONG, Long, Shelf, lengthened, replaced

_KEY = attrgetter("key")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The items of the last good load, its time, and the error of a later one."""

    items: Sequence[Any] = ()
    """A tuple, or a list whose far pages are put away."""
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
            items: Sequence[Any] = (
                self.items if self.items == page.items else _once(page.items)
            )
            return Snapshot(items, page.token, at)
        behind = self.items
        items = _renewed(
            behind.before(page.items) if isinstance(behind, Long)
            else _once((*page.items, *behind)), page,
        )
        return Snapshot(self.items if self.items == items else items, self.token, at)

    def more(self, page: Page[Any], at: datetime, shelf: Shelf | None = None) -> Snapshot:
        """After reading the page behind these items; repeated items are left out.

        shelf: where pages of a long list may be put away; without one all stay in memory.
        """
        if shelf is not None and len(self.items) + len(page.items) > LONG:
            return Snapshot(lengthened(self.items, page.items, shelf), page.token, at)
        return Snapshot(_once((*self.items, *page.items)), page.token, at)

    def failed(self, problem: str) -> Snapshot:
        """After a load that failed: the items stay, with the reason."""
        return replace(self, problem=problem)


def _renewed(items: Sequence[Any], page: Page[Any]) -> Sequence[Any]:
    """With what a page tells of the items of others."""
    if not page.changed and not page.gone:
        return items
    news: dict[str, tuple[Any, ...]] = dict.fromkeys(page.gone, ())
    news |= {item.key: (item,) for item in page.changed if item.key not in page.gone}
    return replaced(items, news.keys(), lambda item: news[item.key])


def _once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Each key once, at its first place; usually they are."""
    if len(set(map(_KEY, items))) == len(items):
        return items
    first: dict[str, Any] = {}
    for item in items:
        first.setdefault(item.key, item)
    return tuple(first.values())
