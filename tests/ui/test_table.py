from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opstui.ui.column import Column
from opstui.ui.measure import crop, fit, width_of
from opstui.ui.paint import Span, line, text_of
from opstui.ui.table import Layout, cells_of, heading, lay_out, measure, row

NAME = Column[tuple[str, str, str]]("name", "name", lambda r: r[0], grow=1)
AGE = Column[tuple[str, str, str]]("age", "age", lambda r: r[1], right=True, drop=1)
NOTE = Column[tuple[str, str, str]]("note", "note", lambda r: r[2], width=10, drop=2)
ROWS = [("feature/scaler", "4m", "a rather long note"), ("main", "12d", "")]


COLUMNS = (NAME, AGE, NOTE)


def settle(room: int, *, titles: bool = False, **chosen: int) -> Layout:
    return lay_out(COLUMNS, measure(COLUMNS, ROWS), room, titles=titles, chosen=chosen)


def drawn(layout: Layout, item: tuple[str, str, str], shift: int = 0) -> str:
    return text_of(row(layout, COLUMNS, cells_of(COLUMNS, item), shift))


def test_columns_line_up_and_fill_the_room() -> None:
    layout = settle(40)
    texts = [drawn(layout, item) for item in ROWS]
    assert texts[0] == "feature/scaler             4m a rather …"
    assert texts[1] == "main                      12d           "


def test_highest_drop_goes_first_when_room_is_short() -> None:
    assert [c.id for c in settle(25).columns] == ["name", "age"]
    assert [c.id for c in settle(15).columns] == ["name"]
    assert drawn(settle(10), ROWS[0]) == "feature/s…"


def test_column_without_content_takes_no_room() -> None:
    empty = Column[tuple[str, str, str]]("empty", "empty", lambda _r: "")
    layout = lay_out((NAME, empty), measure((NAME, empty), ROWS), 30, titles=True)
    assert [c.id for c in layout.columns] == ["name"]


def test_chosen_width_is_kept_while_others_share_the_rest() -> None:
    assert settle(40, note=4).widths == (31, 3, 4)
    narrow = settle(40, name=6)
    assert drawn(narrow, ROWS[0]).startswith("featu…  4m a rather …")


def test_what_is_cut_off_can_be_moved_into_sight() -> None:
    layout = settle(10)
    assert drawn(layout, ROWS[0], 2) == "…ture/sca…"
    assert drawn(layout, ROWS[0], 4) == drawn(layout, ROWS[0], 99) == "…re/scaler"
    assert drawn(layout, ROWS[1], 99) == "main      "


def test_sorted_title_carries_its_arrow() -> None:
    layout = settle(40, titles=True)
    assert text_of(heading(layout, "age", True)).split() == ["name", "ag↓", "note"]


def test_wide_characters_count_two_cells_and_are_never_cut_in_half() -> None:
    cell = line("日本語のブランチ")
    assert width_of(cell) == 16
    assert width_of(fit(cell, 8)) == 8
    assert text_of(crop(cell, 6)) == "日本 …"


@given(st.lists(st.text(max_size=12) | st.text(alphabet="a日e\u0301", max_size=12), max_size=5),
       st.integers(0, 40), st.integers(0, 30))
def test_fit_is_always_exactly_as_wide_as_asked(
    parts: list[str], width: int, shift: int
) -> None:
    assert width_of(fit(tuple(Span(part) for part in parts), width, shift=shift)) == width
