"""Only some lines of a log: found in what there is, kept up with what comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.log_text import LogText
from opstui.ui.log_lines import LogLines
from opstui.ui.log_sift import Sifting
from opstui.ui.paint import line, text_of


def shown(lines: LogLines) -> list[str]:
    while lines.go_on():
        pass
    return [text_of(lines.line(n)) for n in range(len(lines))]


def log(*texts: str) -> LogLines:
    lines = LogLines(LogText())
    for text in texts:
        lines.append(f"{text}\n".encode())
    return lines


def test_lines_that_hold_a_text_or_do_not() -> None:
    lines = log("GET /a", "POST /b", "get /c")
    lines.sift(Sifting.typed("get"))
    assert shown(lines) == ["GET /a", "get /c"]
    lines.sift(Sifting.typed("GET"))
    assert shown(lines) == ["GET /a"]
    lines.sift(Sifting.typed("!get"))
    assert shown(lines) == ["POST /b"]
    lines.sift(Sifting.typed(""))
    assert shown(lines) == ["GET /a", "POST /b", "get /c"]


def test_what_comes_is_sifted_too_once_it_is_a_whole_line() -> None:
    lines = log("error 1", "fine")
    lines.sift(Sifting.typed("error"))
    assert shown(lines) == ["error 1"]
    lines.append(b"err")
    assert shown(lines) == ["error 1"]
    lines.append(b"or 2\nfine\nerror 3")
    assert shown(lines) == ["error 1", "error 2"]
    lines.end()
    assert shown(lines) == ["error 1", "error 2", "error 3"]


def test_colours_and_stamps_do_not_count_as_text() -> None:
    lines = LogLines(LogText())
    lines.append(b"2026-03-01T12:00:00.000000001Z 00O \x1b[31mer\x1b[0mror\n"
                 b"2026-03-01T12:00:00.000000002Z 00E fine\n")
    lines.sift(Sifting.typed("2026"))
    assert shown(lines) == []
    lines.sift(Sifting.typed("error"))
    assert shown(lines) == ["error"]
    lines.sift(Sifting.typed("fine"))
    assert shown(lines) == ["fine"]
    assert lines.margin_of(0).text == "!"


def test_lines_of_opstuis_own_always_stay() -> None:
    lines = log("one")
    lines.note(line("it ended with exit 1"))
    lines.append(b"two\n")
    lines.sift(Sifting.typed("two"))
    assert shown(lines) == ["it ended with exit 1", "two"]
    lines.note(line("started again"))
    assert shown(lines) == ["it ended with exit 1", "two", "started again"]


def test_a_log_that_loses_its_beginning_goes_on_being_sifted() -> None:
    lines = LogLines(LogText(2000), 2000)
    lines.sift(Sifting.typed("keep"))
    while lines.go_on():
        pass
    for n in range(500):
        lines.append(b"keep %d\n" % n if n % 10 == 0 else b"some other line %d\n" % n)
    texts = shown(lines)
    assert texts[-1] == "keep 490"
    assert texts == [f"keep {n}" for n in range(500 - 10 * len(texts), 500, 10)]


@given(st.lists(st.sampled_from(["a", "ab", "", "b a", "B"]), max_size=60),
       st.sampled_from(["a", "!a", "b", "!B"]), st.integers(1, 9))
def test_it_is_what_a_plain_loop_finds(texts: list[str], typed: str, step: int) -> None:
    lines = LogLines(LogText())
    data = "".join(f"{text}\n" for text in texts).encode()
    half = len(data) // 2
    lines.append(data[:half])
    lines.sift(Sifting.typed(typed))
    while lines.go_on():
        pass
    for at in range(half, len(data), step):
        lines.append(data[at : at + step])
    needle = typed.removeprefix("!")
    fold = needle == needle.lower()
    want = [text for text in texts
            if (needle in (text.lower() if fold else text)) != typed.startswith("!")]
    assert shown(lines) == want
