"""The same cells as on a bare terminal inside a real tmux and a real GNU screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep

import pytest

from tests.e2e.gnu_screen import own_screen
from tests.e2e.terminal import PATIENCE, Terminal
from tests.e2e.tmux import Tmux, own_tmux
from tests.lean.test_terminal import ROOT, start
from tests.screen import Screen, Stream

SIZE = (100, 30)
STEPS = [
    ("j",), ("j",) * 12, ("G",), ("k",) * 3, ("+",), ("j",) * 30, ("+",), ("g",), ("?",), ("q",),
    ("L",), ("j", "j"), ("2",), ("j",),
]
"""Moves, scrolls, a dialog, another theme."""
Looks = list[list[tuple[object, ...]]]


def program(kind: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.lean.program", kind)


def environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items()
            if name not in ("COLUMNS", "LINES", "TMUX", "STY", "COLORTERM")}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT), kept.get("PYTHONPATH", "")]),
            "TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "256"}


def seen_in_tmux(tmux: Tmux) -> Looks:
    screen = Screen(*SIZE)
    text = tmux("capture-pane", "-e", "-p", "-N").rstrip("\n")
    Stream(screen).feed(text.replace("\n", "\r\n").encode())
    return screen.looks()


@pytest.fixture
def bare() -> Iterator[Terminal]:
    with start("lean", SIZE, TERM="xterm-256color", TEXTUAL_COLOR_SYSTEM="256") as terminal:
        terminal.sees("about apple", "nut 0")
        yield terminal


def same(bare: Terminal, press: Callable[[Sequence[str]], object], look: Callable[[], Looks],
         text: Callable[[], str]) -> None:
    for step in STEPS:
        bare.press(*step).rests(0.25)
        press(step)
        end = monotonic() + PATIENCE / 4
        while (found := look()) != (wanted := bare.screen.looks()):
            rows = [y for y, row in enumerate(wanted) if row != found[y]]
            assert monotonic() < end, f"after {step}: {rows}\n{bare.text}\n--\n{text()}"
            sleep(0.2)


@pytest.mark.parametrize("term", ["tmux-256color", "screen-256color"])
def test_tmux_shows_the_same_cells(term: str, bare: Terminal) -> None:
    command = ("env", f"TERM={term}", *program("lean"))
    with own_tmux(command, ROOT, environ(), SIZE) as tmux:
        tmux.sees("about apple", "nut 0")
        same(bare, lambda step: tmux.press(*step), lambda: seen_in_tmux(tmux), lambda: tmux.text)


@pytest.mark.parametrize(("term", "bce"), [
    ("screen-256color", False), ("screen-256color-bce", True), ("screen-256color", True),
])
def test_gnu_screen_shows_the_same_cells(term: str, bce: bool, bare: Terminal) -> None:
    with own_screen(
        program("lean"), ROOT, environ(), size=SIZE, term=term, bce=bce
    ) as terminal:
        terminal.sees("about apple", "nut 0")
        same(bare, lambda step: terminal.press(*step).rests(0.25), terminal.screen.looks,
             lambda: terminal.text)
