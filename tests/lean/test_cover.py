"""Beneath an old picture a new one grows: what is seen is always one of the two."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.geometry import Region

from opstui.lean.cells import Cell
from opstui.lean.cover import Cover
from opstui.lean.front import Front
from opstui.lean.keeping import rows_of, taken_from
from opstui.lean.lastframe import pack, unpack
from tests.lean.test_front import HEIGHT, WIDTH, as_cells, piece
from tests.screen import Screen, Stream

spans = st.lists(
    st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), piece), max_size=14
)
places = st.lists(
    st.builds(Region, st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1),
              st.integers(1, WIDTH), st.integers(1, HEIGHT)),
    max_size=3,
)


def drawn(spans: list[tuple[int, int, tuple[str, str]]]) -> Front:
    front = Front(WIDTH, HEIGHT)
    for y, x, (text, sgr) in spans:
        front.span(y, x, as_cells(text, sgr))
    front.frame()
    front.rest()
    return front


def screen_of(*texts: str) -> Screen:
    screen = Screen(WIDTH, HEIGHT)
    stream = Stream(screen)
    stream.feed(b"\x1b[?7l")
    for text in texts:
        stream.feed(text.encode())
    return screen


def copy(front: Front) -> Front:
    new = Front(WIDTH, HEIGHT)
    new.rows = [list(row) for row in front.rows]
    return new


def whole(front: Front) -> str:
    return copy(front).whole()


@settings(max_examples=150, deadline=None)
@given(spans, spans, places)
def test_what_is_covered_stays_and_the_rest_is_new(
    before: list[tuple[int, int, tuple[str, str]]], after: list[tuple[int, int, tuple[str, str]]],
    covered: list[Region],
) -> None:
    old, new, left = drawn(before), Front(WIDTH, HEIGHT), list(covered)
    first, wanted = copy(old), drawn(after)
    cover = Cover(old, new, lambda: left)
    texts = [whole(old)]
    for y, x, (text, sgr) in after:
        new.span(y, x, as_cells(text, sgr))
    while left:
        texts.append(cover.frame())
        assert not cover.gone
        assert screen_of(*texts).looks() == screen_of(whole(old)).looks()
        check(old, first, wanted, {(x, y) for r in left for x in range(r.x, r.right)
                                   for y in range(r.y, r.bottom)})
        left.pop()
    texts.append(cover.frame())
    assert cover.gone
    assert old.rows == wanted.rows
    assert screen_of(*texts).looks() == screen_of(whole(wanted)).looks()


def check(
    seen: Front, first: Front, wanted: Front, inside: set[tuple[int, int]]
) -> None:
    for y, row in enumerate(seen.rows):
        for x, cell in enumerate(row):
            source = first if (x, y) in inside else wanted
            if cell is None or (narrow(source, x, y) and narrow(seen, x, y)):
                continue
            assert cell in (source.rows[y][x], (" ", ""))


def narrow(front: Front, x: int, y: int) -> bool:
    """Whether a wide character is cut there or begins or ends there."""
    row = front.rows[y]
    beside: list[Cell] = row[max(0, x - 1) : x + 2]
    return None in beside


@settings(max_examples=100, deadline=None)
@given(spans)
def test_file_brings_the_same_cells_and_the_same_picture(
    before: list[tuple[int, int, tuple[str, str]]]
) -> None:
    front = drawn(before)
    frame = unpack(pack(taken_from(front, "of this")))
    assert frame is not None
    assert rows_of(frame) == front.rows
    assert screen_of(frame.picture.decode()).looks() == screen_of(whole(front)).looks()
    marked = frame.mark("seen 3 h ago")
    front.rows = rows_of(frame)
    assert screen_of(marked.decode()).looks() == screen_of(whole(front)).looks()


def test_damaged_file_is_no_frame() -> None:
    data = pack(taken_from(drawn([(1, 1, ("abc", "31"))]), "of this"))
    assert unpack(data) is not None
    for n in range(0, len(data), 7):
        assert unpack(data[:n]) is None
        assert unpack(data[:n] + b"\x00" + data[n + 1 :]) is None
