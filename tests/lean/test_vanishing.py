"""A terminal that is gone: the program ends at once, also where nobody tells it."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.e2e.terminal import Terminal
from tests.lean.test_terminal import ROOT

DEAF = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); " \
    "os.execv(sys.executable, [sys.executable, '-m', 'tests.lean.program', 'lean'])"


@pytest.mark.parametrize("program", [
    ("-m", "tests.lean.program", "lean"), ("-c", DEAF),
], ids=["told", "deaf to SIGHUP"])
def test_ends_when_the_terminal_is_gone(program: tuple[str, ...]) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with Terminal((), ROOT, kept, (80, 24), program=(sys.executable, *program)) as terminal:
        terminal.sees("apple")
        terminal.vanish()
        assert terminal.process.wait(10) == -signal.SIGHUP
