"""The same screen as stock Textual, cell for cell, and a terminal that is always given back."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.e2e.terminal import Terminal

ROOT = Path(__file__).parents[2]
STEPS = [
    (), ("down",), ("down",) * 12, ("G",), ("k",) * 3, ("g",), ("tab",), ("down",) * 3, ("?",),
    ("q",), ("1",), ("enter",), ("j",) * 5, ("w",), ("esc",), ("p",), ("tab",), ("esc",), ("+",),
    ("G",), ("+",), ("/",), ("fruit-1",), ("enter",), ("esc",), ("s",), ("esc",), ("L",), ("j",),
    ("enter",), ("L",), ("j", "j"), ("enter",), ("down",) * 6,
]


def start(kind: str, size: tuple[int, int], **environ: str) -> Terminal:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    program = (sys.executable, "-m", "tests.lean.program", kind)
    return Terminal((), ROOT, {**kept, **environ}, size, program=program)


def settle(terminal: Terminal) -> list[list[tuple[object, ...]]]:
    """The screen once nothing was written for a moment."""
    terminal.rests(0.25)
    return terminal.screen.looks()


@pytest.fixture(params=[(120, 35), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Terminal, Terminal]]:
    with start("stock", request.param) as stock, start("lean", request.param) as lean:
        for terminal in (stock, lean):
            terminal.sees("about apple") if request.param[0] > 100 else terminal.sees("apple")
        yield stock, lean


def test_same_cells_as_stock_textual_and_far_fewer_bytes(
    pair: tuple[Terminal, Terminal]
) -> None:
    stock, lean = pair
    for step in STEPS:
        stock.press(*step)
        lean.press(*step)
        end, wanted, got = monotonic() + 20, settle(stock), settle(lean)
        while got != wanted and monotonic() < end:  # one may be slower than the moment
            sleep(0.3)
            wanted, got = settle(stock), settle(lean)
        assert got == wanted, f"after {step}\n{stock.text}\n--\n{lean.text}"
    assert lean.written < stock.written / 4


@pytest.mark.parametrize("ending", ["q", signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_terminal_is_given_back(ending: str | signal.Signals) -> None:
    with start("lean", (80, 24)) as terminal:
        terminal.sees("apple")
        assert not terminal.restored
        if isinstance(ending, str):
            terminal.press(ending)
        else:
            terminal.process.send_signal(ending)
        code = terminal.ends(5)
        assert code == (0 if isinstance(ending, str) else -ending)
        assert terminal.restored


def test_nothing_is_sent_and_nobody_wakes_while_nothing_changes() -> None:
    with start("lean", (120, 35)) as terminal:
        terminal.sees("about apple")
        settle(terminal)
        before = terminal.written
        sleep(3)
        assert terminal.written == before


def test_moving_the_mouse_is_not_reported() -> None:
    with start("lean", (80, 24)) as terminal:
        terminal.sees("apple")
        assert b"\x1b[?1003h" not in terminal.raw
        assert b"\x1b[?1002h" in terminal.raw
