"""How far the terminal is behind: what is under way, how long and how wide the line is."""

from __future__ import annotations

import pytest

from opstui.lean.flow import ANSWER, FIRST, LEAST, PATIENCE, QUESTION, Flow


class Line:
    """A line with a clock of its own: bytes a second, and seconds until an answer is back."""

    def __init__(self, rate: float, trip: float) -> None:
        self.now = 100.0
        self.rate, self.trip = rate, trip
        self.free = 0.0
        """When everything written has arrived."""
        self.answers: list[float] = []
        self.flow = Flow(lambda: self.now)
        self.most = 0
        self.frames = 0

    def write(self, count: int, question: str) -> None:
        self.free = max(self.free, self.now) + count / self.rate
        if question:
            self.answers.append(self.free + self.trip)

    def frame(self, count: int) -> None:
        self.frames += 1
        self.write(count, self.flow.sent(count))
        self.most = max(self.most, round((self.free - self.now) * self.rate))

    def pass_on(self, seconds: float) -> None:
        end = self.now + seconds
        while self.answers and self.answers[0] <= end:
            self.now = max(self.now, self.answers.pop(0))
            assert self.flow.without_answers(ANSWER) == ""
        self.now = end

    def hold_key(self, count: int, size: int) -> None:
        for _ in range(count):
            if self.flow.room:
                self.frame(size)
            self.pass_on(1 / 30)


def started(rate: float, trip: float, *, size: int = 8000) -> Line:
    line = Line(rate, trip)
    line.write(4, line.flow.ask())
    line.pass_on(1)
    line.frame(size)
    line.pass_on(20)
    return line


def test_first_frame_tells_how_long_and_how_wide_the_line_is() -> None:
    line = started(32_000, 0.05)
    assert line.flow.trip == pytest.approx(0.05, rel=0.05)
    assert line.flow.rate == pytest.approx(32_000, rel=0.05)
    assert line.flow.thin
    assert not started(10_000_000, 0.2).flow.thin


@pytest.mark.parametrize(("rate", "trip"), [
    (32_000, 0.05), (8_000, 0.3), (1_000, 0.5), (20_000, 0.02),
])
def test_on_a_thin_line_little_is_under_way_however_long_a_key_is_held(
    rate: float, trip: float
) -> None:
    line = started(rate, trip)
    line.most = line.frames = 0
    line.hold_key(300, 1200)
    assert line.frames < 300
    assert line.most <= line.flow.window + 1200
    assert line.frames >= 5


def test_a_wide_line_takes_every_frame_also_when_it_is_long() -> None:
    line = started(5_000_000, 0.2, size=40_000)
    line.frames = 0
    line.hold_key(60, 400)
    assert line.frames == 60


def test_a_line_that_becomes_thin_is_found_out_by_its_next_large_frames() -> None:
    line = started(5_000_000, 0.02)
    assert line.flow.window > LEAST
    line.rate = 16_000
    for _ in range(3):
        line.frame(6_000)
        line.pass_on(3)
    assert line.flow.thin
    line.rate = 5_000_000
    for _ in range(3):
        line.frame(6_000)
        line.pass_on(3)
    assert not line.flow.thin


def test_terminal_that_never_answers_is_asked_once_and_gets_every_frame() -> None:
    line = Line(32_000, 1e9)
    line.write(4, line.flow.ask())
    for _ in range(100):
        assert line.flow.room
        assert line.flow.sent(5_000) == ""
        line.now += 0.01
    assert line.flow.window == FIRST


def test_lost_answer_stops_the_frames_for_a_moment_only() -> None:
    line = started(32_000, 0.05)
    line.rate = 1.0  # as good as lost
    line.frame(9_000)
    assert not line.flow.room
    line.now += PATIENCE + 0.1
    assert line.flow.room


def test_rare_small_frames_ask_nothing() -> None:
    line = started(32_000, 0.05)
    for _ in range(20):
        assert line.flow.sent(300) == ""
        line.now += 1.0
    assert line.flow.sent(300) == ""
    line.now += 0.1
    assert line.flow.sent(300) == QUESTION


def test_answers_are_no_keys_also_when_they_come_in_two_pieces() -> None:
    flow = Flow()
    flow.ask()
    flow.ask()
    assert flow.without_answers(f"j{ANSWER}k\x1b[") == "jk"
    assert flow.waiting
    assert flow.without_answers("0nl") == "l"
    assert not flow.waiting
    assert flow.without_answers(ANSWER) == ANSWER
    flow.ask()
    assert flow.without_answers("\x1b") == "\x1b"
    assert flow.without_answers("\x1b[") == ""
    assert flow.without_answers("A") == "\x1b[A"
