from __future__ import annotations

from opstui.domain.log_text import LogText
from opstui.ui.document import Document, wrapped
from opstui.ui.log_lines import LogLines
from opstui.ui.measure import width_of
from opstui.ui.paint import Line, ansi, line, text_of
from opstui.ui.text import LineList

MANY = [line(f"line {n}") for n in range(100)]


def of(lines: list[Line]) -> Document:
    return Document(LineList(lines))


def log(text: str) -> Document:
    held = LogText()
    held.append(text.encode())
    return Document(LogLines(held))


def jump(document: Document, *, forward: bool = True) -> int | None:
    """As `n` and `N` do."""
    finder = document.finder
    assert finder is not None
    while finder.step():
        pass
    target = document.next_of(finder, forward=forward, done=True)
    if target is not None:
        document.show(target)
    return target


def test_window_stays_inside_the_text() -> None:
    document = of(MANY)
    document.scroll(500, 20, 10)
    assert text_of(document.window(20, 10)[-1]) == "line 99"
    document.scroll(-5, 20, 10)
    assert text_of(document.window(20, 10)[0]) == "line 0"


def test_following_keeps_the_end_in_sight_until_scrolled_up() -> None:
    document = log("".join(f"line {n}\n" for n in range(100)))
    lines = document.log
    assert lines is not None
    document.following = True
    lines.log.append(b"new\n")
    assert text_of(document.window(20, 10)[-1]) == "new"
    document.following = False
    document.scroll(0, 20, 10)
    lines.log.append(b"newer\n")
    assert text_of(document.window(20, 10)[0]) == "line 0"


def test_search_goes_round_both_ways_and_marks() -> None:
    document = of(MANY)
    document.needle = "line 5"
    assert [jump(document) for _ in range(3)] == [5, 50, 51]
    document.window(20, 10)
    assert jump(document, forward=False) == 50
    assert jump(document, forward=False) == 5
    assert jump(document, forward=False) == 59
    document.scroll(5, 20, 10)
    assert ("line 5", "match") in document.window(20, 10)[0]
    document.needle = "nowhere"
    assert jump(document) is None


def test_it_says_which_of_how_many_matches_is_marked() -> None:
    document = log("a\nb\na\na\n")
    document.needle = "a"
    document.window(20, 2)
    jump(document)
    jump(document)
    assert document.finder is not None
    assert (document.place_of(document.finder), len(document.finder.found)) == (2, 3)


def test_search_minds_case_only_with_a_capital() -> None:
    for document in (of([line("Error here"), line("error there")]), log("Error here\nerror there")):
        document.needle = "Error"
        assert [jump(document), jump(document)] == [0, 0]
        document.needle = "error"
        document.window(20, 2)
        assert [jump(document), jump(document), jump(document)] == [0, 1, 0]


def test_every_match_of_a_line_is_marked_over_its_colours() -> None:
    document = of([line("ab", ("ca", "bad"), "bc")])
    document.needle = "bc"
    assert document.window(20, 1)[0] == (
        ("a", "plain"), ("b", "match"), ("c", "match"), ("a", "bad"), ("bc", "match"),
    )


def test_wrapping_breaks_at_spaces_and_loses_nothing() -> None:
    rows = wrapped(line("the quick brown fox ", ("jumps over", "bad"), " the lazy dog"), 12)
    assert all(width_of(row) <= 12 for row in rows)
    assert "".join(text_of(row) for row in rows).replace(" ", "") == \
        "thequickbrownfoxjumpsoverthelazydog"
    assert any(span.style == "bad" for row in rows for span in row)


def test_a_row_that_is_just_full_is_not_cut_for_the_blank_behind_it() -> None:
    rows = wrapped(line("runs on it, with its network"), 16)
    assert [text_of(row) for row in rows] == ["runs on it, with", "its network"]


def test_a_wrapped_text_is_scrolled_row_by_row_to_its_end_and_back() -> None:
    document = of([line(f"{n} bbb ccc") for n in range(5)])
    document.toggle_wrap()
    seen = [text_of(document.window(5, 4)[0]).strip()]
    for _ in range(30):
        document.scroll_by(1, 5, 4)
        seen.append(text_of(document.window(5, 4)[0]).strip())
    assert seen[:5] == ["0 bbb", "ccc", "1 bbb", "ccc", "2 bbb"]
    assert [text_of(row).strip() for row in document.window(5, 4)] == [
        "3 bbb", "ccc", "4 bbb", "ccc",
    ]
    document.scroll_by(-3, 5, 4)
    assert text_of(document.window(5, 4)[0]).strip() == "ccc"
    document.scroll_by(-100, 5, 4)
    assert text_of(document.window(5, 4)[0]).strip() == "0 bbb"


def test_a_wrapped_log_that_grows_is_followed_to_its_last_row() -> None:
    document = log("aaa bbb ccc\n")
    document.toggle_wrap()
    document.following = True
    assert [text_of(row).strip() for row in document.window(5, 2)] == ["bbb", "ccc"]
    assert document.log is not None
    document.log.log.append(b"ddd eee\n")
    assert [text_of(row).strip() for row in document.window(5, 2)] == ["ddd", "eee"]


def test_long_line_is_reached_sideways() -> None:
    document = of([line("0123456789")])
    document.left = 4
    assert text_of(document.window(10, 1)[0]) == "456789"


def test_a_log_that_loses_its_beginning_keeps_what_is_read_in_sight() -> None:
    held = LogText(most=1000)
    held.append(b"".join(b"line %03d\n" % n for n in range(100)))
    document = Document(LogLines(held))
    document.scroll(60, 20, 5)
    document.window(20, 5)
    document.needle = "line 062"
    jump(document)
    document.dropped(held.append(b"".join(b"more %03d\n" % n for n in range(30))))
    assert held.first > 0
    shown = [text_of(row) for row in document.window(20, 5)]
    assert shown[0] == "line 060"
    assert jump(document) == document.shown[2]


def test_only_colours_of_a_log_survive() -> None:
    shown = ansi("a\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2Jb\x1b[5;1Hc")
    assert text_of(shown) == "aredbc"
    assert ("red", "sgr:31") in shown
