"""What the list sends over the line, counted on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

ROOT = Path(__file__).parents[2]
BEGIN = b"\x1b[?2026h"
"""What goes before every frame."""


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    program = (sys.executable, "-m", "tests.ui.list_program")
    with Terminal((), ROOT, kept, (160, 45), program=program) as terminal:
        terminal.sees("about fruit-000, asked")
        terminal.press("+").sees("fruit-030")
        terminal.rests(0.5)
        yield terminal


def sent(terminal: Terminal, *keys: str) -> bytes:
    """What is written until all is at rest after these keys."""
    before = terminal.written
    terminal.press(*keys)
    terminal.rests(0.8)
    return bytes(terminal.raw[before:])


def test_a_refresh_sends_only_what_changed(terminal: Terminal) -> None:
    terminal.sees("fruit-003").press("c").sees("fruit-003")
    terminal.rests(0.8)
    assert 0 < len(sent(terminal, "c")) <= 400
    assert sent(terminal, "e") == b""
    assert sent(terminal, "r") == b""


def asked(terminal: Terminal) -> int:
    found = re.search(r"asked (\d+) times", terminal.text)
    assert found is not None, terminal.text
    return int(found[1])


def test_queued_keys_become_few_frames_and_ask_for_details_once(terminal: Terminal) -> None:
    terminal.press("+").sees("about fruit-000")
    terminal.rests(0.8)
    before, count = terminal.written, asked(terminal)
    terminal.press("j" * 60)
    terminal.sees("about fruit-060, asked")
    assert terminal.raw[before:].count(BEGIN) < 20
    terminal.rests(0.8)
    assert asked(terminal) == count + 1


def test_a_key_sends_one_short_frame(terminal: Terminal) -> None:
    first = sent(terminal, "j")
    assert len(first) < 600
    for _ in range(40):
        terminal.press("j")
    terminal.rests(0.8)
    scrolled = sent(terminal, "j")
    assert len(scrolled) < 600
