from __future__ import annotations

from opstui.ui.document import Document, wrapped
from opstui.ui.measure import width_of
from opstui.ui.paint import ansi, line, text_of

MANY = [line(f"line {n}") for n in range(100)]


def test_window_stays_inside_the_text() -> None:
    document = Document(MANY)
    document.scroll(500, 20, 10)
    assert text_of(document.window(20, 10)[-1]) == "line 99"
    document.scroll(-5, 20, 10)
    assert text_of(document.window(20, 10)[0]) == "line 0"


def test_following_keeps_the_end_in_sight_until_scrolled_up() -> None:
    document = Document(MANY)
    document.following = True
    document.extend([line("new")])
    assert text_of(document.window(20, 10)[-1]) == "new"
    document.following = False
    document.scroll(0, 20, 10)
    document.extend([line("newer")])
    assert text_of(document.window(20, 10)[0]) == "line 0"


def test_search_goes_round_both_ways_and_marks() -> None:
    document = Document(MANY)
    assert document.find("line 5", 20)
    assert document.match == 5
    assert document.find("line 5", 20)
    assert document.match == 50
    assert document.find("line 5", 20, forward=False)
    assert document.match == 5
    document.scroll(5, 20, 10)
    assert ("line 5", "match") in document.window(20, 10)[0]
    assert not document.find("nowhere", 20)


def test_search_minds_case_only_with_a_capital() -> None:
    document = Document([line("Error here"), line("error there")])
    assert document.find("Error", 20)
    assert document.match == 0
    assert document.find("Error", 20)
    assert document.match == 0


def test_wrapping_breaks_at_spaces_and_loses_nothing() -> None:
    rows = wrapped(line("the quick brown fox ", ("jumps over", "bad"), " the lazy dog"), 12)
    assert all(width_of(row) <= 13 for row in rows)
    assert "".join(text_of(row) for row in rows).replace(" ", "") == \
        "thequickbrownfoxjumpsoverthelazydog"
    assert any(span.style == "bad" for row in rows for span in row)


def test_wrapped_document_grows_by_wrapped_lines() -> None:
    document = Document([line("aaa bbb ccc")])
    document.toggle_wrap()
    assert len(document.rows(5)) == 3
    document.extend([line("ddd eee")])
    assert len(document.rows(5)) == 5


def test_long_line_is_reached_sideways() -> None:
    document = Document([line("0123456789")])
    document.left = 4
    assert text_of(document.window(10, 1)[0]) == "456789"


def test_only_colours_of_a_log_survive() -> None:
    shown = ansi("a\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2Jb\x1b[5;1Hc")
    assert text_of(shown) == "aredbc"
    assert ("red", "sgr:31") in shown
