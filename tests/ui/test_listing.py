"""The list without a screen: whatever comes and goes, the cursor and the marks stay by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from opstui.ui.column import Column
from opstui.ui.listing import Listing, Place, Rows
from opstui.ui.order import Sieve, Sorter, filtered, find, ordered


@dataclass(frozen=True)
class Item:
    key: str
    text: str = ""
    value: int | None = None


COLUMNS = (Column[Item]("value", "value", lambda i: str(i.value), sort=lambda i: i.value),)
keys = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True)
items = st.lists(
    st.builds(Item, st.sampled_from("abcdefghij"), st.text("aAbB!ß ", max_size=6),
              st.none() | st.integers(-2, 2)),
    unique_by=lambda item: item.key,
).map(tuple)
needles = st.text("aAb!ß ", max_size=4)


def rows(keys: Sequence[str]) -> Rows:
    return Rows(items=tuple(Item(key) for key in keys))


@given(st.lists(keys, min_size=1, max_size=8), st.lists(st.integers(-3, 20), max_size=8))
def test_cursor_stays_on_its_key_while_that_is_listed(
    loads: list[list[str]], moves: list[int]
) -> None:
    listing, place = Listing(), Place()
    for n, load in enumerate(loads):
        before, index = place.key, place.index
        listing.show(rows(load), place)
        if before in load:
            assert listing.item.key == before
        elif load:
            assert place.index == min(index, len(load) - 1)
        else:
            assert listing.item is None
        if n < len(moves):
            listing.move_to(moves[n])
        if load:
            assert place.key == listing.item.key


@given(st.lists(keys, min_size=2, max_size=6), st.data())
def test_marks_stay_on_what_is_listed(loads: list[list[str]], data: st.DataObject) -> None:
    listing, place = Listing(), Place()
    listing.show(rows(loads[0]), place)
    marked = set()
    for index in data.draw(st.sets(st.integers(0, max(0, len(loads[0]) - 1)))) if loads[0] else ():
        listing.move_to(index)
        listing.mark()
        marked.add(loads[0][index])
    for load in loads[1:]:
        listing.show(rows(load), place)
        marked &= set(load)
        assert {item.key for item in listing.marked()} == marked == place.marked


@given(keys, st.integers(0, 20), st.integers(1, 8))
def test_cursor_is_always_in_sight(load: list[str], index: int, height: int) -> None:
    listing, place = Listing(), Place()
    listing.show(rows(load), place)
    listing.move_to(index)
    listing.bring_into_sight(height)
    assert 0 <= place.top <= place.index < place.top + height


def test_range_and_all_are_marked_and_taken_off() -> None:
    listing, place = Listing(), Place()
    listing.show(rows("abcde"), place)
    listing.move_to(3)
    listing.mark()
    listing.move_to(1)
    listing.mark_range()
    assert [item.key for item in listing.marked()] == ["b", "c", "d"]
    listing.mark_all()
    assert len(listing.marked()) == 5
    listing.mark_all()
    assert listing.marked() == ()


def test_sought_key_is_gone_to_once_it_is_listed_unless_the_person_moves() -> None:
    listing, place = Listing(), Place(sought="new")
    listing.show(rows("abc"), place)
    listing.show(rows(["a", "b", "new", "c"]), place)
    assert listing.item.key == "new"
    place.sought = "z"
    listing.move_to(0)
    listing.show(rows("abz"), place)
    assert listing.item.key == "a"


@given(st.lists(st.tuples(items, needles), min_size=1, max_size=8))
def test_filter_gives_what_the_simple_one_gives(steps: list[tuple[tuple[Item, ...], str]]) -> None:
    sieve = Sieve()
    for load, needle in steps:
        for typed in (needle[:n] for n in range(len(needle) + 1)):
            want = filtered(load, typed, lambda i: i.text)
            assert list(sieve.sift(load, typed, lambda i: i.text)) == want


@given(st.lists(st.tuples(items, st.booleans()), min_size=1, max_size=6))
def test_order_is_what_the_simple_one_gives(steps: list[tuple[tuple[Item, ...], bool]]) -> None:
    sorter = Sorter()
    for load, descending in steps:
        want = ordered(load, lambda i: i.value, lambda i: i.key, descending=descending)
        for _ in range(2):
            got = sorter.sort(load, lambda i: i.value, descending=descending)
            assert list(got) == want


@given(items, needles, st.booleans())
def test_list_shows_what_passes_in_order(
    load: tuple[Item, ...], needle: str, descending: bool
) -> None:
    listing = Listing()
    listing.show(
        Rows(columns=COLUMNS, items=load, words=lambda i: i.text),
        Place(filter=needle, sort="value", descending=descending),
    )
    want = ordered(load, lambda i: i.value, lambda i: i.key, descending=descending)
    assert list(listing.shown) == filtered(want, needle, lambda i: i.text)


def test_words_are_asked_for_once_an_item_and_again_when_it_changed() -> None:
    asked: list[str] = []

    def words(item: Item) -> str:
        asked.append(item.key)
        return item.text

    sieve = Sieve()
    load = tuple(Item(key, key) for key in "abc")
    for _ in sieve.ahead(load, words):
        pass
    for needle in ("b", "bc", "", "c"):
        sieve.sift(load, needle, words)
    again = (Item("a", "a"), Item("b", "B"), Item("c", "c"))
    sieve.sift(again, "c", words)
    assert asked == ["a", "b", "c", "b"]


@given(keys, st.sampled_from("abcdefghijklmnop"), st.integers(0, 20))
def test_item_is_found_from_wherever_the_search_begins(
    load: list[str], key: str, near: int
) -> None:
    found = find([Item(one) for one in load], key, near)
    assert found == (load.index(key) if key in load else None)


def test_moving_looks_at_no_other_row() -> None:
    class Guarded(tuple[Item, ...]):
        def __iter__(self) -> object:  # type: ignore[override]
            raise AssertionError("every row was looked at")

    listing, place = Listing(), Place()
    listing.show(Rows(items=tuple(Item(str(n)) for n in range(1000))), place)
    listing.shown = Guarded(listing.shown)
    for index in (1, 2, 700, 999, 0):
        listing.move_to(index)
        listing.bring_into_sight(40)
        assert listing.item.key == str(index)
