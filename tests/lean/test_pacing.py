"""A terminal behind a thin line: frames are left out, nothing piles up, the last one is whole."""

from __future__ import annotations

import os
import sys
from time import monotonic, sleep

import pytest

from tests.e2e.terminal import Terminal
from tests.lean.test_terminal import ROOT

RATE = 3_000
"""Bytes a second that the line carries."""
PRESSES = 90
QUESTION = b"\x1b[5n"


class Thin(Terminal):
    """Reads no faster than the line, and answers questions like a terminal, once it got there."""

    answers = True
    backlog = 0
    """Most bytes that were waiting to be read at once."""

    def _read(self) -> None:
        allowed, at, seen = 0.0, monotonic(), b""
        while True:
            now = monotonic()
            allowed, at = min(400.0, allowed + (now - at) * RATE), now
            if allowed < 100:
                sleep(0.004)
                continue
            try:
                data = os.read(self._master, int(allowed))
            except OSError:
                return
            if not data:
                return
            allowed -= len(data)
            seen = seen[-3:] + data
            with self._lock:
                self.raw += data
                self.last = monotonic()
                self._stream.feed(data)
            for _ in range(seen.count(QUESTION) if self.answers else 0):
                os.write(self._master, b"\x1b[0n")
                seen = b""


class Mute(Thin):
    """The same, but it knows no questions."""

    answers = False


def opened(kind: type[Thin]) -> Thin:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return kind((), ROOT, kept, (160, 45), program=(sys.executable, "-m", "tests.ui.list_program"))


def hold(terminal: Thin) -> int:
    """Hold a key for three seconds; bytes that were still to come when it was let go."""
    for _ in range(PRESSES):
        terminal.press("j")
        sleep(1 / 30)
    before = terminal.written
    terminal.until(lambda text: f"fruit-{PRESSES:03d}" in chosen(text), "the last row chosen")
    return terminal.written - before


def chosen(text: str) -> str:
    return next((line for line in text.split("\n") if line.startswith("│▌")), "")


def test_held_key_leaves_frames_out_and_ends_where_it_was_let_go() -> None:
    with opened(Thin) as terminal:
        terminal.sees("about fruit-000")
        terminal.rests(0.5)
        before = terminal.raw.count(QUESTION)
        late = hold(terminal)
        assert 5 < terminal.raw.count(QUESTION) - before < PRESSES * 0.8  # each frame asks
        assert late < 2_500  # nothing had piled up behind the line
        terminal.sees(f"about fruit-{PRESSES:03d}")


@pytest.mark.parametrize("kind", [Thin, Mute], ids=lambda kind: kind.__name__)
def test_every_key_of_a_flood_is_carried_out(kind: type[Thin]) -> None:
    with opened(kind) as terminal:
        terminal.sees("about fruit-000")
        terminal.press("j" * 50, "k" * 20, "j" * 5)
        terminal.until(lambda text: "fruit-035" in chosen(text), "fruit-035 chosen")


def frames_of_a_held_key(**environ: str) -> int:
    """How often the cursor's row was drawn while a key was held for a second."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    program = (sys.executable, "-m", "tests.ui.list_program")
    with Terminal((), ROOT, {**kept, **environ}, (160, 45), program=program) as terminal:
        terminal.sees("about fruit-000")
        terminal.rests(0.5)
        before = terminal.raw.count("▌".encode())
        for _ in range(30):
            terminal.press("j")
            sleep(1 / 30)
        terminal.until(lambda text: "fruit-030" in chosen(text), "the last row chosen")
        return terminal.raw.count("▌".encode()) - before


def test_fewer_frames_are_drawn_where_fewer_are_asked_for() -> None:
    assert frames_of_a_held_key(TEXTUAL_FPS="6") < 20 < frames_of_a_held_key()
