"""Long lists are the same lists, whatever of them is put away."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.page import Page
from opstui.ui import shelf as shelves
from opstui.ui import snapshot as snapshots
from opstui.ui.level import Level
from opstui.ui.listing import Listing, Place, Rows
from opstui.ui.shelf import Long, Shelf, keys_of, lengthened, replaced
from opstui.ui.snapshot import Snapshot
from tests.ui.toy import NOON, Basket, Fruit, Fruits


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "LONG", 6)
    monkeypatch.setattr(shelves, "PAGE", 4)
    monkeypatch.setattr(shelves, "NEAR", 2)


def fruits(first: int, count: int, weight: int = 1) -> tuple[Fruit, ...]:
    return tuple(Fruit(f"f{number:05d}", weight) for number in range(first, first + count))


def long(count: int, shelf: Shelf | None = None) -> Long:
    found = lengthened(fruits(0, count - 4), fruits(count - 4, 4), shelf or Shelf())
    assert isinstance(found, Long)
    return found


def in_memory() -> int:
    """Fruits that are kept as they are."""
    gc.collect()
    return sum(1 for one in gc.get_objects() if type(one) is Fruit)


def page(numbers: list[int], weight: int, token: str) -> Page[Fruit]:
    return Page(tuple(Fruit(f"f{number}", weight) for number in dict.fromkeys(numbers)), token)


SOME = st.lists(st.integers(0, 40), min_size=1, max_size=6)
STEPS = st.lists(
    st.tuples(st.sampled_from(["more", "more", "read"]), SOME, SOME, SOME, st.integers(1, 3)),
    max_size=14,
)


@given(steps=STEPS)
@settings(deadline=None, max_examples=150)
def test_a_long_list_is_the_list_that_it_would_be_without_a_shelf(
    steps: list[tuple[str, list[int], list[int], list[int], int]],
) -> None:
    shelf, kept, whole = Shelf(), Snapshot(), Snapshot()
    for kind, numbers, changed, gone, weight in [("read", [1, 2], [0], [0], 1), *steps]:
        news = page(numbers, weight, "on")
        if kind == "more":
            kept, whole = kept.more(news, NOON, shelf), whole.more(news, NOON)
        else:
            ours = {item.key for item in news.items}
            told = Page(
                news.items, "on",
                changed=tuple(Fruit(f"f{n}", 9) for n in changed if f"f{n}" not in ours),
                gone=frozenset(f"f{n}" for n in gone if n not in changed) - ours,
            )
            kept = kept.read(told, NOON, fresh=False)
            whole = whole.read(told, NOON, fresh=False)
        assert list(kept.items) == list(whole.items)
        assert list(keys_of(kept.items)) == [item.key for item in whole.items]
        assert [kept.items[n] for n in range(len(kept.items))] == list(whole.items)
        assert kept.items[-3:1] == tuple(whole.items[-3:1])
        assert kept.read(Page(tuple(kept.items[:2]), "on"), NOON, fresh=False).items is kept.items


def test_only_the_pages_looked_at_last_are_kept_as_they_are() -> None:
    before = in_memory()
    items = long(400)
    assert in_memory() - before <= 3 * 4
    assert items[200].key == "f00200"
    assert items[37].key == "f00037"
    assert [item.key for item in items][-1] == "f00399"
    assert in_memory() - before <= 3 * 4


def test_a_list_that_nobody_has_any_more_gives_its_room_back() -> None:
    shelf = Shelf()
    items = long(400, shelf)
    newer = items.replaced(["f00100"], lambda item: (Fruit(item.key, 7),))
    assert newer[100].weight == 7
    assert items[100].weight == 1
    taken = sum(map(len, shelf.free.values()))
    del items, newer
    gc.collect()
    given_back = sum(map(len, shelf.free.values()))
    assert given_back > taken + 90
    again = long(300, shelf)
    assert sum(map(len, shelf.free.values())) < given_back
    assert [item.key for item in again] == [item.key for item in fruits(0, 300)]


def test_without_room_on_the_disk_the_list_is_all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    items = long(100)
    assert [item.key for item in items] == [item.key for item in fruits(0, 100)]


def test_odd_keys_stay_what_they_are() -> None:
    odd = tuple(Fruit(name) for name in ("", "a\0b", "模型", "\0", "x" * 300))
    items = lengthened(fruits(0, 20), odd, Shelf())
    assert list(keys_of(items))[20:] == [item.key for item in odd]
    assert items[21].key == "a\0b"


def test_marks_and_cursor_go_by_key_over_pages_that_are_put_away() -> None:
    listing, place = Listing(), Place()

    def show(items: Any) -> None:
        listing.show(Rows(items=items, filtered=True, sorted=True), place)

    show(long(400))
    listing.mark()
    listing.move_to(390)
    listing.mark()
    listing.move_to(395)
    listing.mark_range()
    assert [item.key for item in listing.marked()] == [
        "f00000", *(f"f{n:05d}" for n in range(390, 396)),
    ]
    newer = long(400).before((Fruit("new"), *fruits(0, 3)))
    show(newer)
    assert (listing.item.key, place.index) == ("f00395", 396)
    place.sought = "f00007"
    show(newer)
    assert (listing.item.key, place.index) == ("f00007", 8)
    show(newer.replaced(["f00391"], lambda _: ()))
    assert len(listing.marked()) == 6
    listing.mark_all()
    assert len(place.marked) == 400
    listing.mark_all()
    assert not place.marked


@pytest.mark.parametrize("make", [tuple, lambda items: lengthened(items, (), Shelf())])
def test_what_is_inside_of_an_item_stands_behind_it(make: Callable[[Any], Any]) -> None:
    opened = replaced(
        make(fruits(0, 12)), ["f00005"], lambda item: (item, Fruit("in 1"), Fruit("in 2"))
    )
    assert [item.key for item in opened][4:9] == ["f00004", "f00005", "in 1", "in 2", "f00006"]


def test_however_often_new_rows_come_pages_do_not_get_many_and_small() -> None:
    items = long(60)
    for number in range(60):
        items = items.before((Fruit(f"new {number}"), *items[:3]))
    assert len(items) == 120
    assert len(items._stretches) < 70
    assert items[0].key == "new 59"


class Served(Fruits):
    """Fruit that its source filters and sorts."""

    def server_filter(self, text: str) -> bool:
        return True

    def server_sort(self, column: str, descending: bool) -> bool:
        return True


@pytest.mark.parametrize(("kind", "puts_away"), [(Served, True), (Fruits, False)])
async def test_only_lists_that_their_source_filters_and_sorts_are_put_away(
    kind: type[Fruits], puts_away: bool
) -> None:
    basket = Basket(list(fruits(0, 50)))
    level = Level(kind(basket, page=5), lambda: NOON)
    await level.load()
    while level.snapshot.token:
        await level.load(more=True)
    assert isinstance(level.snapshot.items, Long) == puts_away
    assert list(level.snapshot.items) == basket.fruits
    basket.fruits.insert(0, Fruit("new"))
    await level.load()
    assert list(level.snapshot.items) == basket.fruits
    await level.load(fresh=True)
    assert list(level.snapshot.items) == basket.fruits[:5]
