"""Logs as bytes: lines found as they come, hostile ones included, and what is shown of them."""

from __future__ import annotations

import re
import tracemalloc
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.log_line import pieces, saved, searchable
from opstui.domain.log_search import LogSearch
from opstui.domain.log_text import LONGEST, LogText
from opstui.domain.needle import Needle

GITHUB = b"""\xef\xbb\xbf2026-11-23T10:00:11.0000000Z ##[group]Run make test
2026-11-23T10:00:11.1000000Z \x1b[36;1mmake test\x1b[0m
2026-11-23T10:00:11.2000000Z ##[endgroup]
2026-11-23T10:00:12.5000000Z 3 passed
2026-11-23T10:00:13.0000000Z ##[error]Process completed with exit code 2.
"""
GITLAB = (
    b"2024-05-22T12:43:46.962646Z 00O \x1b[0Ksection_start:1716381826:step_script\r\x1b[0K"
    b"Executing \"step_script\"\n"
    b"2024-05-22T12:43:46.962999Z 00O $ make test\n"
    b"2024-05-22T12:43:47.962999Z 01E boom\n"
    b"2024-05-22T12:43:47.963999Z 00O \x1b[0Ksection_end:1716381826:step_script\r\x1b[0K\n"
    b"2024-05-22T12:43:48.000000Z 00O ERROR: Job failed: exit code 1\n"
)


def of(data: bytes) -> LogText:
    text = LogText()
    text.append(data)
    return text


def shown(text: LogText, *, stamps: bool = False) -> list[str]:
    return ["".join(part for part, _ in pieces(text.raw(n), stamped=text.stamped, stamps=stamps))
            for n in range(len(text))]


def found(text: LogText, words: str, *, stamps: bool = False) -> list[int]:
    search = LogSearch(text, Needle(words), stamps=stamps)
    while search.step():
        pass
    return list(search.found)


def test_github_stamps_are_hidden_and_its_markers_read_as_words() -> None:
    text = of(GITHUB)
    assert text.stamped
    assert shown(text) == [
        "▾ Run make test", "make test", "3 passed", "Error: Process completed with exit code 2.",
    ]
    assert shown(text, stamps=True)[2] == "10:00:12.500 3 passed"
    assert pieces(text.raw(3), stamped=True, stamps=False)[0] == ("Error: ", "31")


def test_gitlab_stamps_and_sections_are_hidden() -> None:
    text = of(GITLAB)
    assert shown(text) == [
        'Executing "step_script"', "$ make test", "boom", "ERROR: Job failed: exit code 1",
    ]
    assert shown(text, stamps=True)[1] == "12:43:46.962 $ make test"


def test_a_programs_own_times_are_its_own() -> None:
    text = of(b"2026-11-23T10:00:11.0000000Z begun\nand more\n")
    assert not text.stamped
    assert shown(text)[0] == "2026-11-23T10:00:11.0000000Z begun"


def test_what_is_searched_is_what_is_read() -> None:
    stamp = b"2026-11-23T10:00:14.0000000Z "
    text = of(GITHUB + stamp + b"\x1b[31mre\x1b[1md\x1b[0m\n" + stamp + b"10%\r100%\n")
    assert found(text, "error: process") == [3]
    assert found(text, "10:00:12") == []
    assert found(text, "10:00:12", stamps=True) == [2]
    assert found(text, "red") == [4]
    assert found(text, "31m") == []
    assert found(text, "10%") == []
    assert found(text, "100%") == [5]
    assert found(of("Größe\nGRÖSSE\n".encode()), "grö") == [0, 1]
    assert found(of("Größe\nGRÖSSE\n".encode()), "GR") == [1]


def test_a_search_goes_on_where_lines_were_added() -> None:
    text = of(b"a\nb\nhal")
    search = LogSearch(text, Needle("half a"), stamps=False)
    assert not search.step()
    text.append(b"f a line\nhalf a line\n")
    assert not search.step()
    assert list(search.found) == [2, 3]


def test_progress_shows_its_last_state_and_backspaces_take_away() -> None:
    text = of(b"10%\r50%\r100%\nspin |\b/\b-\b\nab\b\bcd\nx\x1b[31m1\b\x1b[0m2\n")
    assert shown(text) == ["100%", "spin -", "cd", "x2"]


def test_an_unfinished_line_is_shown_as_far_as_it_came() -> None:
    text = of(b"one\nhal")
    assert shown(text) == ["one", "hal"]
    text.append(b"f\rwhole")
    assert shown(text) == ["one", "whole"]
    text.append(b"\ntwo\n")
    assert shown(text) == ["one", "whole", "two"]


def test_a_line_of_ten_megabytes_is_read_in_parts_and_none_is_lost() -> None:
    text = of(b"before\n")
    data = b"x" * 10_000_000
    for at in range(0, len(data), 65_536):
        text.append(data[at : at + 65_536])
    text.append(b"\nafter\n")
    assert shown(text)[0] == "before"
    assert shown(text)[-1] == "after"
    assert sum(map(len, shown(text)[1:-1])) == 10_000_000
    assert max(map(len, shown(text))) <= LONGEST


def test_a_progress_bar_of_ten_megabytes_is_one_line() -> None:
    text = of(b"\r".join(b"%d%%" % (n % 100) for n in range(2_000_000)) + b"\rdone\n")
    assert shown(text) == ["done"]


@pytest.mark.parametrize("raw", [
    b"\x1b]52;c;aGk=\x07x", b"\x1b]0;title\x1b\\x", b"\x1b[2J\x1b[5;1Hx", b"\x1bPq\x1b\\x",
    b"\x1bcx", b"\x9b31mx", b"\x1b]52;c;aGk=", b"\xff\xfe\x00x", b"\x07\x1b", b"\x1b[31",
    b"\xe2\x80\xaegnp.exe",
])
def test_nothing_a_terminal_acts_on_is_shown(raw: bytes) -> None:
    for part, sgr in pieces(raw, stamped=False, stamps=False):
        assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in part)
        assert "\u202e" not in part
        assert set(sgr) <= set("0123456789;:")


@given(st.binary(max_size=200), st.integers(1, 50))
def test_no_bytes_do_harm_and_no_cut_of_them_matters(data: bytes, size: int) -> None:
    whole, cut = of(data), LogText()
    for at in range(0, len(data), size):
        cut.append(data[at : at + size])
    assert shown(cut) == shown(whole)
    for said in shown(whole):
        assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in said)
    assert whole.whole(0, 1000) == data


@given(st.text(alphabet="ab\x1b[]0;1mJ\x07\\P\r\n\b\t\x9b", max_size=80))
def test_a_saved_log_has_colours_but_nothing_else_a_terminal_acts_on(text: str) -> None:
    kept = re.sub(rb"\x1b\[[0-9;:]*m", b"", saved(text.encode()))
    assert b"\x1b" not in kept
    assert not re.search(rb"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]", kept)


@given(st.text(alphabet="ab\x1b[0;1m\r\n#[]erro", max_size=80))
def test_a_search_sees_as_many_lines_as_there_are(text: str) -> None:
    raw = text.encode()
    assert searchable(raw, stamped=False, stamps=False).count(b"\n") == raw.count(b"\n")


def test_lines_of_opstuis_own_stand_between_and_do_not_disturb() -> None:
    text = of(b"a\nb")
    assert text.note() == 2
    text.append(b"c\n")
    assert shown(text) == ["a", "b", "", "c"]
    assert text.whole(0, 100) == b"a\nbc\n"


def test_of_too_much_the_end_is_kept() -> None:
    text = LogText(most=10_000)
    dropped = 0
    for n in range(10_000):
        dropped += text.append(b"line %d\n" % n)
    assert text.kept <= 10_000
    assert dropped == text.first > 0
    assert shown(text)[-1] == "line 9999"
    assert shown(text)[0] == f"line {dropped}"
    assert found(text, "line 9998") == [9998 - dropped]


def test_many_lines_cost_little_more_than_their_bytes() -> None:
    """A million of them 110 MB, by the same rule."""
    chunk = (b"x" * 79 + b"\n") * 12_500
    tracemalloc.start()
    try:
        text = LogText()
        for _ in range(16):
            text.append(chunk)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(text) == 200_000
    assert text.raw(199_999) == b"x" * 79
    assert kept < 22_000_000
    assert peak < 30_000_000
