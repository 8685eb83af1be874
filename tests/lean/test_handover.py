"""Whoever waits for a program does not wait for the kernel to take its watches apart."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from opstui.lean import handover

PROGRAM = """
import os
from pathlib import Path
from opstui.backends.kernel import Kernel
from opstui.lean.handover import hand_over_watches

if {watching}:
    kernel = Kernel()
    kernel.watch(Path("/"))
hand_over_watches()
children = Path(f"/proc/self/task/{{os.getpid()}}/children").read_text().split()
print(*children, flush=True)
input()
os._exit(0)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other kernels have no inotify")


def started(*, watching: bool) -> tuple[subprocess.Popen[str], list[int]]:
    """A program that is about to end, and its children."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(watching=watching)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    return program, [int(word) for word in program.stdout.readline().split()]


def end(program: subprocess.Popen[str]) -> None:
    program.communicate("\n")
    assert program.returncode == 0


def test_the_holder_has_the_watches_and_ends_after_the_program() -> None:
    program, [holder] = started(watching=True)
    held = Path(f"/proc/{holder}/fd")
    until(lambda: holds(held), "that it holds the watch")
    assert {str((held / number).readlink()) for number in "12"} == {os.devnull}
    end(program)
    until(lambda: not held.exists(), "the holder's end")


def test_nobody_is_started_where_nothing_is_watched() -> None:
    program, children = started(watching=False)
    assert children == []
    end(program)


def test_without_a_holder_it_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "HOLDER", "/no/such/program")
    monkeypatch.setattr(handover, "_what", lambda number: handover.WATCH if number == 2 else "")
    handover.hand_over_watches()


def holds(folder: Path) -> bool:
    try:
        return any(str(one.readlink()) == handover.WATCH for one in folder.iterdir())
    except FileNotFoundError:
        return False


def until(true: Callable[[], bool], what: str) -> None:
    ends = monotonic() + 10
    while not true():
        assert monotonic() < ends, what
        sleep(0.01)
