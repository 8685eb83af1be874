"""A container's log taken apart: times, outputs, lines that come in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.backends.docker.said import Sayings
from opstui.domain.container_use import Said

NOON = b"2026-03-01T12:00:00.000000001Z"
LATER = b"2026-03-01T12:00:00.250000000Z"


def frame(output: int, message: bytes) -> bytes:
    return bytes([output, 0, 0, 0]) + len(message).to_bytes(4, "big") + message


@pytest.mark.parametrize("step", [1, 3, 7, 1000])
def test_frames_may_be_cut_anywhere(step: int) -> None:
    data = frame(1, NOON + b" hello\n") + frame(2, LATER + b" oh no\n")
    sayings = Sayings(framed=True)
    found: list[Said] = []
    for at in range(0, len(data), step):
        found += sayings.feed(data[at : at + step])
    assert found == [Said(NOON, False, b"hello\n"), Said(LATER, True, b"oh no\n")]


def test_a_long_line_comes_as_several_messages_with_a_time_each() -> None:
    sayings = Sayings(framed=True)
    assert sayings.feed(frame(1, NOON + b" " + b"x" * 16384)) == []
    assert sayings.feed(frame(2, LATER + b" between\n")) == [Said(LATER, True, b"between\n")]
    assert sayings.feed(frame(1, LATER + b" end\n")) == [
        Said(NOON, False, b"x" * 16384 + b"end\n")
    ]


def test_what_is_not_finished_at_the_end_is_said_all_the_same() -> None:
    sayings = Sayings(framed=True)
    sayings.feed(frame(1, NOON + b" no end"))
    assert sayings.rest() == [Said(NOON, False, b"no end\n")]
    assert sayings.rest() == []


def test_a_terminal_has_no_frames_and_one_output() -> None:
    sayings = Sayings(framed=False)
    assert sayings.feed(NOON + b" 10 %\r20 %\r\n" + LATER + b" ha") == [
        Said(NOON, False, b"10 %\r20 %\r\n")
    ]
    assert sayings.feed(b"lf\r\n") == [Said(LATER, False, b"half\r\n")]


def test_podmans_times_are_made_comparable() -> None:
    sayings = Sayings(framed=True)
    found = sayings.feed(
        frame(1, b"2026-03-01T12:00:00Z one\n") + frame(1, b"2026-03-01T13:00:01.5+01:00 two\n")
    )
    assert [(one.stamp, one.text) for one in found] == [
        (b"2026-03-01T12:00:00.000000000Z", b"one\n"),
        (b"2026-03-01T12:00:01.500000000Z", b"two\n"),
    ]


def test_an_empty_line_is_a_line() -> None:
    assert Sayings(framed=True).feed(frame(1, NOON + b" \n")) == [Said(NOON, False, b"\n")]


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=8), st.data())
def test_lines_come_out_of_their_frames_whatever_the_portions(
    messages: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    wrote = [(output, text.replace(b"\n", b" ") + b"\n") for output, text in messages]
    sent = b"".join(frame(output, NOON + b" " + text) for output, text in wrote)
    sayings, got, at = Sayings(framed=True), [], 0
    while at < len(sent):
        step = data.draw(st.integers(1, 20))
        got += sayings.feed(sent[at : at + step])
        at += step
    assert got == [Said(NOON, output == 2, text) for output, text in wrote]
