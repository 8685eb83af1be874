"""Rows' lines: made once, and never another picture than one made from nothing."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.ui.column import Column
from opstui.ui.listing import Listing, Place, Rows
from opstui.ui.paint import Line, Span
from opstui.ui.row_lines import Manner, RowLines
from opstui.ui.shape import Shape


@dataclass(frozen=True)
class Item:
    key: str
    text: str


made: list[str] = []


def name(item: Item) -> Span:
    made.append(item.key)
    return Span(item.key, "accent")


COLUMNS = (
    Column[Item]("name", "name", name),
    Column[Item]("text", "text", lambda i: i.text, grow=1),
    Column[Item]("size", "size", lambda i: str(len(i.text)), right=True, drop=1),
)
WIDTH, HEIGHT = 24, 5


def picture(listing: Listing, lines: RowLines) -> list[Line]:
    place = listing.place
    listing.bring_into_sight(HEIGHT)
    in_sight = listing.shown[place.top : place.top + HEIGHT]
    lines.settle(WIDTH, in_sight, titles=False)
    return [
        lines.of(item, Manner(n == place.index, item.key in place.marked))
        for n, item in enumerate(in_sight, place.top)
    ]


item = st.builds(Item, st.sampled_from("abcdefgh"), st.text("xy日", max_size=30))
step = st.one_of(
    st.tuples(st.just("load"), st.lists(item, unique_by=lambda i: i.key).map(tuple)),
    st.tuples(st.just("move"), st.integers(0, 9)), st.tuples(st.just("mark"), st.none()),
    st.tuples(st.just("shift"), st.integers(0, 20)),
    st.tuples(st.just("hide"), st.sampled_from(["name", "size"])),
    st.tuples(st.just("width"), st.integers(1, 30)), st.tuples(st.just("stale"), st.booleans()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(step, max_size=12))
def test_picture_is_the_one_that_is_made_from_nothing(steps: list[tuple[str, object]]) -> None:
    listing, place = Listing(), Place()
    rows = Rows(columns=COLUMNS, shape=Shape())
    lines = RowLines(listing)
    for what, value in steps:
        if what == "load":
            rows.items = value  # type: ignore[assignment]
        elif what == "stale":
            rows.stale = bool(value)
        elif what == "hide":
            rows.shape.hidden ^= {str(value)}
        elif what == "width":
            rows.shape.resize("text", int(str(value)), WIDTH)
        if what in ("load", "stale", "hide", "width"):
            listing.show(rows, place)
            lines.forget()
        elif what == "move":
            listing.move_to(int(str(value)))
        elif what == "mark":
            listing.mark()
        else:
            place.shift = int(str(value))
        # a column may have got wider for rows that are out of sight again
        fresh = RowLines(listing)
        fresh.settle(WIDTH, listing.shown, titles=False)
        lines.settle(WIDTH, listing.shown, titles=False)
        assert picture(listing, lines) == picture(listing, fresh)


def test_scrolling_by_one_makes_one_row() -> None:
    listing, lines = Listing(), RowLines(Listing())
    lines = RowLines(listing)
    rows = Rows(columns=COLUMNS, items=tuple(Item(f"row {n:03d}", "x") for n in range(600)))
    listing.show(rows, Place())
    listing.move_to(300)
    picture(listing, lines)
    made.clear()
    listing.move_to(301)
    picture(listing, lines)
    assert made == ["row 301"]
    listing.move_to(300)
    picture(listing, lines)
    assert made == ["row 301"]
