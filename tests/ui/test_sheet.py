"""A sheet fits its field whatever is in it, and reads the same as Markdown and CSV."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from opstui.ui.measure import width_of
from opstui.ui.paint import text_of
from opstui.ui.sheet import (
    Cell,
    Sheet,
    SheetRow,
    comma_separated,
    head_line,
    markdown,
    row_line,
    shown_rows,
    widths,
)

words = st.text(max_size=12)
cells = st.builds(Cell, text=words, best=st.booleans(), note=words)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    count = draw(st.integers(1, 8))
    rows = draw(st.lists(st.builds(
        SheetRow, section=st.sampled_from(["Metrics", "Tags"]), name=words,
        cells=st.tuples(*[cells] * count), differs=st.booleans(),
    ), max_size=6))
    heads = draw(st.tuples(*[words] * count))
    return Sheet(heads, tuple(rows), draw(st.none() | st.integers(0, count - 1)))


@given(sheets(), st.integers(10, 160), st.integers(0, 7), st.booleans())
def test_every_line_is_as_wide_as_asked(
    sheet: Sheet, width: int, first: int, plain: bool
) -> None:
    rows = shown_rows(sheet, every=True)
    room = widths(sheet, rows, width)
    lines = [head_line(sheet, room, first, 0, width)]
    lines += [row_line(row, room, first, width, ascii_only=plain) for row in rows]
    assert {width_of(line) for line in lines} == {width}


@given(sheets())
def test_a_copy_holds_every_row_and_column(sheet: Sheet) -> None:
    table = list(csv.reader(io.StringIO(comma_separated(sheet, sheet.rows))))
    assert len(table) == 1 + len(sheet.rows)
    assert {len(row) for row in table} == {2 + len(sheet.heads)}
    lines = markdown(sheet, sheet.rows, "a | b").splitlines()
    assert lines[0] == "## a \\| b"
    table_lines = [line for line in lines if line.startswith("|")]
    assert {line.replace("\\\\", "").replace("\\|", "").count("|") for line in table_lines} <= {
        len(sheet.heads) + 2}


SHEET = Sheet(("one", "two"), (
    SheetRow("Metrics", "auc", (Cell("0.9", best=True), Cell("0.8", note="-0.1"))),
    SheetRow("Metrics", "same", (Cell("1"), Cell("1")), differs=False),
    SheetRow("Parameters", "a|b", (Cell("x"), Cell())),
))


def test_markdown_has_a_table_for_each_section() -> None:
    assert markdown(SHEET, shown_rows(SHEET, every=False), "Runs") == (
        "## Runs\n\n"
        "| Metrics | one | two |\n| --- | --- | --- |\n| auc | **0.9** | 0.8 (-0.1) |\n\n"
        "| Parameters | one | two |\n| --- | --- | --- |\n| a\\|b | x |  |\n"
    )


def test_only_what_differs_unless_asked_and_narrowed_by_name() -> None:
    assert [row.name for row in shown_rows(SHEET, every=False)] == ["auc", "a|b"]
    assert [row.name for row in shown_rows(SHEET, every=True, needle="SA")] == ["same"]
    assert [row.name for row in shown_rows(SHEET, every=True, needle="metr")] == ["auc", "same"]


def test_the_best_is_marked_without_colour_too() -> None:
    room = widths(SHEET, SHEET.rows, 60)
    assert "★ 0.9" in text_of(row_line(SHEET.rows[0], room, 0, 60, ascii_only=False))
    assert "* 0.9" in text_of(row_line(SHEET.rows[0], room, 0, 60, ascii_only=True))


def test_columns_share_the_room() -> None:
    long = Sheet(("a", "b", "c"), (SheetRow("T", "n", (Cell("x" * 90),) * 3),))
    names, each = widths(long, long.rows, 100)
    assert names + sum(each) + len(each) <= 100
