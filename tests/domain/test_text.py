from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.text import clean, styled_pieces


@pytest.mark.parametrize(("text", "shown"), [
    ("plain", "plain"), ("two\nlines\tand", "two lines and"), ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]52;c;aGk=\x07x", "x"), ("\x1bP+q\x1b\\x", "x"), ("a\x08b", "a\ufffdb"),
    ("\u202egnp.exe", "\ufffdgnp.exe"), ("caf\udce9", "caf\ufffd"), ("日本", "日本"),
    ("\x9b31mx", "x"),
])
def test_nothing_a_terminal_acts_on_is_left(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(alphabet=st.characters(codec=None)))
def test_cleaned_text_has_no_controls_and_cleaning_again_changes_nothing(text: str) -> None:
    shown = clean(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown)
    assert clean(shown) == shown


@given(st.text(alphabet="ab\x1b[]0;1m\x07\\P\r\t"))
def test_pieces_of_a_log_are_clean(text: str) -> None:
    for piece, sgr in styled_pieces(text):
        assert clean(piece) == piece
        assert set(sgr) <= set("0123456789;:")


def test_colours_are_kept_and_reset() -> None:
    assert styled_pieces("a\x1b[1m\x1b[31mb\x1b[mc\x1b[0;32md\r\n") == [
        ("a", ""), ("b", "1;31"), ("c", ""), ("d", "32"),
    ]


def test_progress_bar_shows_its_last_state() -> None:
    assert styled_pieces("10%\r50%\r100%\n") == [("100%", "")]
