from __future__ import annotations

from opstui.domain.page import Page
from opstui.ui.snapshot import Snapshot
from tests.ui.toy import NOON, Fruit


def page(*names: str, token: str = "") -> Page[Fruit]:
    return Page(tuple(Fruit(name) for name in names), token)


def keys(snapshot: Snapshot) -> list[str]:
    return [item.key for item in snapshot.items]


def test_refresh_keeps_what_was_scrolled_to() -> None:
    first = Snapshot().read(page("a", "b", token="2"), NOON, fresh=False)
    more = first.more(page("b", "c", token="4"), NOON)
    assert keys(more) == ["a", "b", "c"]
    again = more.read(page("new", "a", token="2"), NOON, fresh=False)
    assert keys(again) == ["new", "a", "b", "c"]
    assert again.token == "4"
    assert keys(more.read(page("new", "a", token="2"), NOON, fresh=True)) == ["new", "a"]


def test_list_that_got_short_is_short() -> None:
    more = Snapshot().read(page("a", token="1"), NOON, fresh=False).more(page("b"), NOON)
    assert keys(more.read(page("b"), NOON, fresh=False)) == ["b"]


def test_failure_keeps_items_and_time() -> None:
    snapshot = Snapshot().read(page("a"), NOON, fresh=False).failed("gone")
    assert (keys(snapshot), snapshot.at, snapshot.problem) == (["a"], NOON, "gone")
    assert snapshot.read(page("a"), NOON, fresh=False).problem == ""


def test_items_of_other_pages_are_renewed_in_place_and_go_when_they_are_no_more() -> None:
    deep = Snapshot().read(page("a", "b", token="1"), NOON, fresh=False).more(page("c", "d"), NOON)
    changed = Fruit("c", 7)
    read = deep.read(
        Page((Fruit("a"), Fruit("b")), "1", changed=(changed,), gone=frozenset("d")), NOON,
        fresh=False,
    )
    assert [item.key for item in read.items] == ["a", "b", "c"]
    assert read.items[2] is changed


def test_a_refresh_that_brings_nothing_new_keeps_even_a_deep_list_as_it_is() -> None:
    deep = Snapshot().read(page("a", "b", token="1"), NOON, fresh=False).more(page("c", "d"), NOON)
    assert deep.read(page("a", "b", token="1"), NOON, fresh=False).items is deep.items
