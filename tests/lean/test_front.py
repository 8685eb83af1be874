"""Whatever frames come, the terminal shows the last one: judged by another terminal's code."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from opstui.lean.cells import Cell, Inks, cells, in_palette, only_background, plain
from opstui.lean.front import Front
from opstui.lean.shades import step
from tests.screen import Screen, Stream

WIDTH, HEIGHT = 24, 12
STYLES = [
    "", "31", "1;38;5;4", "48;2;10;20;30", "4", "7;32", "1;31;44", "38;2;1;2;3;48;2;10;20;30",
    "3;38;2;1;2;3;48;2;10;20;30", "90;103", "1;4;9",
]

piece = st.tuples(
    st.text(alphabet="ab  日é-", min_size=1, max_size=14), st.sampled_from(STYLES)
)


def as_cells(text: str, sgr: str) -> list[Cell]:
    out: list[Cell] = []
    for character in text:
        out += [(character, sgr), None] if character == "日" else [(character, sgr)]
    return out


def shown(screen: Screen) -> list[list[tuple[object, ...]]]:
    return screen.looks()


@settings(max_examples=150, deadline=None)
@given(st.lists(
    st.lists(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), piece), max_size=14),
    max_size=6,
), st.booleans(), st.booleans())
def test_differences_show_the_same_as_whole_frames(
    frames: list[list[tuple[int, int, tuple[str, str]]]], erases: bool, scrolls: bool
) -> None:
    screen = Screen(WIDTH, HEIGHT)
    stream = Stream(screen)
    front = Front(WIDTH, HEIGHT, erases=erases, scrolls=scrolls)
    stream.feed(b"\x1b[?7l")
    for frame in frames:
        for y, x, (text, sgr) in frame:
            front.span(y, x, as_cells(text, sgr))
        stream.feed(front.frame().encode())
        whole = Screen(WIDTH, HEIGHT)
        copy = Front(WIDTH, HEIGHT, erases=False, scrolls=False)
        for y, row in enumerate(front.rows):
            copy.span(y, 0, list(row))
        Stream(whole).feed(b"\x1b[?7l" + copy.frame().encode())
        assert shown(screen) == shown(whole)


def rows_of(front: Front, first: int) -> None:
    for y in range(HEIGHT):
        front.span(y, 0, as_cells(f"row number {first + y}".ljust(WIDTH), ""))


@pytest.mark.parametrize("step", [1, -1, 3, -4])
def test_scrolled_list_is_moved_by_the_terminal(step: int) -> None:
    screen = Screen(WIDTH, HEIGHT)
    stream = Stream(screen)
    front = Front(WIDTH, HEIGHT)
    rows_of(front, 100)
    stream.feed(front.frame().encode())
    rows_of(front, 100 + step)
    text = front.frame()
    stream.feed(text.encode())
    assert screen.display == [f"row number {100 + step + y}".ljust(WIDTH) for y in range(HEIGHT)]
    assert len(text) < 40 * abs(step) + 30


def test_equal_frame_is_no_characters() -> None:
    front = Front(WIDTH, HEIGHT)
    rows_of(front, 1)
    assert front.frame()
    rows_of(front, 1)
    assert front.frame() == ""


def test_without_bce_no_background_is_erased() -> None:
    front = Front(WIDTH, HEIGHT, erases=False)
    front.span(0, 0, as_cells(" " * WIDTH, "48;5;4"))
    assert "\x1b[K" not in front.frame()


def test_whole_draws_everything_again() -> None:
    front = Front(WIDTH, HEIGHT)
    rows_of(front, 5)
    front.frame()
    screen = Screen(WIDTH, HEIGHT)
    Stream(screen).feed(front.whole().encode())
    assert screen.display[0].startswith("row number 5")


@pytest.mark.parametrize(("old", "new", "sequence"), [
    ("", "31", "\x1b[31m"), ("31", "", "\x1b[m"), ("31;44", "32;44", "\x1b[32m"),
    ("38;2;1;2;3;48;2;10;20;30", "38;2;4;5;6;48;2;10;20;30", "\x1b[38;2;4;5;6m"),
    ("1;31", "31", "\x1b[0;31m"), ("31", "1;31", "\x1b[1m"),
    ("31;48;2;10;20;30", "48;2;10;20;30", "\x1b[39m"),
])
def test_styles_change_in_few_characters(old: str, new: str, sequence: str) -> None:
    assert step(old, new) == sequence


def test_segments_become_cells() -> None:
    inks = Inks(ColorSystem.TRUECOLOR)
    bold = Style.parse("bold red")
    found = cells([Segment("a日", bold), Segment("e\u0301", None)], inks)
    assert found == [("a", "1;31"), ("日", "1;31"), None, ("e\u0301", "")]


def test_a_blank_is_nothing_but_its_background() -> None:
    inks = Inks(ColorSystem.TRUECOLOR)
    found = cells([Segment("a ", Style.parse("bold red on blue")),
                   Segment(" b", Style.parse("underline red"))], inks)
    assert found == [("a", "1;31;44"), (" ", "44"), (" ", "4;31"), ("b", "4;31")]


@pytest.mark.parametrize(("given", "short"), [
    ("1;38;2;95;175;215", "1;38;5;74"), ("38;2;18;18;18;48;2;255;255;255", "38;5;233;48;5;231"),
    ("38;2;95;175;216", "38;2;95;175;216"), ("48;2;8;8;8", "48;5;232"), ("38;5;3", "38;5;3"),
    ("48;2;248;248;248", "48;2;248;248;248"), ("38;2;0;0;0", "38;5;16"), ("31", "31"),
])
def test_colours_of_the_palette_go_by_number(given: str, short: str) -> None:
    assert in_palette(given) == short


def test_a_frame_goes_on_in_the_style_where_the_last_one_ended() -> None:
    front = Front(WIDTH, HEIGHT)
    front.span(0, 0, as_cells("ab", "1;31"))
    assert front.frame().endswith("ab")
    front.span(1, 0, as_cells("cd", "1;31"))
    assert front.frame() == "\x1b[2;1Hcd"
    assert front.rest() == "\x1b[m"
    assert front.rest() == ""


@pytest.mark.parametrize(("sgr", "background", "default"), [
    ("", True, True), ("48;5;4", True, False), ("38;2;4;7;9;1", True, True), ("7", False, False),
    ("48;2;4;4;4;4", False, False), ("41", True, False), ("103", True, False),
])
def test_what_may_be_erased(sgr: str, background: bool, default: bool) -> None:
    assert only_background(sgr) is background
    assert plain(sgr) is default
