"""Charts say what the numbers are, also when they are odd, and always fit their field."""

from __future__ import annotations

import math
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from opstui.ui.chart import Manner, Series, chart, sparkline
from opstui.ui.chart_axes import Range, lengths, moments
from opstui.ui.paint import Line, text_of
from opstui.ui.raster import SHAPES, Dots

RISING = [(float(step), step / 10) for step in range(11)]

points = st.lists(
    st.tuples(st.floats(allow_nan=True, allow_infinity=True), st.floats()), max_size=40
)
series = st.lists(
    st.builds(Series, name=st.text(max_size=12), points=points, style=st.just("chart1")),
    max_size=4,
)


def texts(lines: list[Line]) -> list[str]:
    return [text_of(line) for line in lines]


@given(series, st.integers(0, 60), st.integers(0, 20), st.booleans())
def test_any_numbers_fill_exactly_the_field(
    drawn: list[Series], width: int, height: int, ascii_only: bool
) -> None:
    lines = chart(drawn, width, height, ascii_only=ascii_only)
    assert len(lines) == height
    assert {cell_len(text_of(line)) for line in lines} <= {width}


@given(series, st.integers(1, 60), st.integers(1, 20))
def test_ascii_means_ascii(drawn: list[Series], width: int, height: int) -> None:
    named = [Series("a", one.points) for one in drawn]
    assert all(text.isascii() for text in texts(chart(named, width, height, ascii_only=True)))


ranges = st.tuples(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
).map(lambda pair: Range(min(pair), max(pair)))


@given(
    series, st.integers(0, 70), st.integers(0, 20),
    st.builds(
        Manner, dots=st.sampled_from(Dots), log=st.booleans(), across=st.none() | ranges,
        told=st.sampled_from([lengths, moments(None)]), legend=st.booleans(),
        cursor=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    ),
)
def test_so_they_do_in_any_manner(
    drawn: list[Series], width: int, height: int, manner: Manner
) -> None:
    lines = chart(drawn, width, height, manner)
    assert len(lines) == height
    assert {cell_len(text_of(line)) for line in lines} <= {width}


@given(st.lists(st.floats(), max_size=50), st.integers(0, 30), st.booleans())
def test_a_sparkline_is_never_wider_than_asked(
    values: list[float], width: int, ascii_only: bool
) -> None:
    assert len(sparkline(values, width, ascii_only=ascii_only)) == min(width, len(values))


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right() -> None:
    rows = texts(chart([Series("auc", RISING)], 40, 9))
    assert rows[0].split("│")[0].strip() == "1.0"
    assert rows[6].split("│")[0].strip() == "0.0"
    assert rows[0].rstrip()[-1] not in " │"
    assert rows[6].split("│")[1][0] != " "
    assert rows[0].split("│")[1][0] == " "
    assert rows[-1].split() == ["0", "5", "10"]


def test_values_are_labelled_at_round_numbers() -> None:
    rows = texts(chart([Series("auc", [(0.0, 0.7812), (9.0, 0.8713)])], 50, 18))
    labels = [row.split("│")[0].strip() for row in rows if "│" in row]
    assert [label for label in labels if label] == ["0.86", "0.84", "0.82", "0.80"]


def test_nan_and_infinities_break_the_line_and_are_marked() -> None:
    odd = [(0.0, 1.0), (1.0, 2.0), (2.0, math.nan), (3.0, math.inf), (4.0, 1.0), (5.0, -math.inf)]
    lines = chart([Series("loss", odd)], 40, 8)
    whole = "\n".join(texts(lines))
    assert (whole.count("×"), whole.count("↑"), whole.count("↓")) == (1, 1, 1)
    assert "↑" in text_of(lines[0])
    warned = "".join(span.text for line in lines for span in line if span.style == "warn")
    assert sorted(warned) == sorted("×↑↓")


def test_only_odd_values_are_said_to_be_no_numbers() -> None:
    rows = texts(chart([Series("loss", [(0.0, math.nan), (1.0, math.nan)])], 40, 7))
    assert any("no numbers" in row for row in rows)
    assert sum(row.count("×") for row in rows) == 2


def test_a_constant_lies_in_the_middle_with_its_one_value() -> None:
    rows = texts(chart([Series("lr", [(0.0, 0.01), (9.0, 0.01)])], 40, 7))
    labelled = [row for row in rows[:-2] if row.split("│")[0].strip()]
    assert len(labelled) == 1
    assert labelled[0].split("│")[0].strip() == "0.01"
    assert labelled[0].split("│")[1].strip()


def test_a_single_point_is_a_mark_that_can_be_seen() -> None:
    rows = texts(chart([Series("auc", [(3.0, 0.5)])], 40, 7))
    assert sum(row.count("•") for row in rows) == 1
    assert rows[-1].split() == ["3"]


def test_no_points_are_said_in_words() -> None:
    assert any("no points" in row for row in texts(chart([], 30, 4)))


def test_values_that_differ_late_get_labels_that_differ() -> None:
    rows = texts(chart([Series("auc", [(0.0, 0.912341), (1.0, 0.912349)])], 60, 8))
    top, bottom = rows[0].split("│")[0], rows[5].split("│")[0]
    assert float(top) > float(bottom)


def test_several_runs_keep_their_colour_and_are_named() -> None:
    falling = [(x, 1 - y) for x, y in RISING]
    lines = chart([Series("one", RISING), Series("two", falling, "chart2")], 40, 10)
    assert text_of(lines[0]).split() == ["●", "one", "▲", "two"]
    styles = {span.style for line in lines[1:] for span in line}
    assert {"chart1", "chart2"} <= styles


@pytest.mark.parametrize("values, text", [
    ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "▁▂▃▄▅▆▇█"),
    ([1.0, math.nan, 2.0], "▁ █"),
    ([5.0, 5.0], "▅▅"),
    ([math.inf], " "),
    ([], ""),
])
def test_sparklines(values: list[float], text: str) -> None:
    assert sparkline(values, 8) == text


def test_lines_are_told_apart_without_colour() -> None:
    flat = [Series(f"run {n}", [(0.0, float(n)), (99.0, float(n))]) for n in range(8)]
    whole = "\n".join(texts(chart(flat, 60, 20)))
    assert all(whole.count(shape) >= 2 for shape in SHAPES), "in the legend and on the line"


def test_blocks_where_a_font_has_no_braille() -> None:
    whole = "".join(texts(chart([Series("auc", RISING)], 40, 9, Manner(Dots.BLOCKS))))
    assert set(whole) & set("▀▄█")
    assert not any(0x2800 <= ord(character) < 0x2900 for character in whole)


def test_powers_of_ten_lie_evenly_and_what_is_not_above_zero_goes_down() -> None:
    points = [(0.0, 1e-4), (1.0, 1e-2), (2.0, 1.0), (3.0, 0.0)]
    rows = texts(chart([Series("loss", points)], 40, 11, Manner(log=True)))
    labels = [row.split("│")[0].strip() for row in rows[:-2]]
    assert (labels[0], labels[4], labels[8]) == ("1", "0.01", "1.00e-04")
    assert rows[8].rstrip().endswith("↓")


def test_a_part_is_drawn_from_edge_to_edge() -> None:
    manner = Manner(across=Range(2.5, 7.5))
    rows = texts(chart([Series("auc", RISING)], 40, 9, manner))
    assert rows[0].split("│")[0].strip() == "0.75"
    assert rows[6].split("│")[0].strip() == "0.25"
    assert rows[0].rstrip()[-1] not in " │"
    assert rows[6].split("│")[1][0] != " "


def test_a_part_without_a_point_still_shows_the_line_through_it() -> None:
    rows = texts(chart([Series("auc", [(0.0, 0.0), (9.0, 9.0)])], 40, 9,
                       Manner(across=Range(4.0, 5.0))))
    assert [rows[row].split("│")[0].strip() for row in (0, 6)] == ["5.0", "4.0"]


def test_times_are_written_as_exactly_as_the_span_asks_for() -> None:
    assert lengths([-5.0, 0.0, 4000.0]) == ["-5.0s", "0.0s", "1h06m"]
    told = moments(UTC)
    assert told([0.0, 60.0]) == ["00:00:00", "00:01:00"]
    assert told([0.0, 86400.0]) == ["01-01 00:00", "01-02 00:00"]
    assert told([0.0, 864000.0]) == ["1970-01-01", "1970-01-11"]
    assert told([0.0, 1e300])[1] == "1.00e+300"


def test_the_cursor_is_an_upright_line_behind_the_others() -> None:
    rows = texts(chart([Series("auc", RISING)], 40, 9, Manner(cursor=5.0)))
    columns = [row.split("│", 1)[1] for row in rows[:-2]]
    assert sum("│" in row for row in columns) >= len(columns) - 1


def test_steps_are_labelled_at_round_numbers() -> None:
    rows = texts(chart([Series("auc", [(3.0, 0.0), (1990.0, 1.0)])], 100, 9))
    assert rows[-1].split() == ["500", "1000", "1500"]


def test_places_with_names_are_told_below_the_axis() -> None:
    manner = Manner(named=((0.0, "first"), (10.0, "last [v2]"), (99.0, "beyond")), dotted=True)
    rows = texts(chart([Series("auc", RISING)], 60, 12, manner))
    assert rows[-1].split()[0] == "first"
    assert rows[-1].rstrip().endswith("last [v2]")
    assert "beyond" not in rows[-1]
    assert sum(row.count("●") for row in rows) == len(RISING)
