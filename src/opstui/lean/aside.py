"""Another program has the terminal for a while; the event loop goes on, and nothing is drawn."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from types import FrameType
from typing import Any

from textual.app import App

BOTH = 0.1
"""Seconds in which a stop that was meant for everybody has reached this process too."""
OURS_NO_MORE = (signal.SIGINT, signal.SIGQUIT)
"""What the terminal sends to everybody in the foreground: the program's to deal with."""


def can_step_aside(app: App[Any]) -> bool:
    """Whether there is a terminal that another program could have."""
    driver = app._driver
    return driver is not None and driver.can_suspend


async def run_aside(
    app: App[Any], command: Sequence[str], *, folder: str | None = None,
    environ: Mapping[str, str] | None = None, farewell: Callable[[int], str] | None = None,
) -> int:
    """Run a program on the terminal, then take that back as it was; the exit code.

    A program that a signal ended has the signal's number as a negative code. Raises OSError
    where it could not be started; the terminal is back by then, too.

    farewell: what to say at its end, before waiting for enter; gets the exit code.
    """
    with app.batch_update(), app.suspend(), _for_others():
        result = await asyncio.to_thread(_run, command, folder, environ, farewell)
    if isinstance(result, OSError):
        raise result
    return result


def _run(
    command: Sequence[str], folder: str | None, environ: Mapping[str, str] | None,
    farewell: Callable[[int], str] | None,
) -> int | OSError:
    """The exit code, or why there is none: `App.suspend` must not be left by an error."""
    try:
        program = subprocess.Popen(command, cwd=folder, env=dict(environ) if environ else None)
        program.returncode = os.waitstatus_to_exitcode(_ended(program.pid))
        if farewell is not None:
            _wait_for_enter(farewell(program.returncode))
    except OSError as error:
        return error
    return program.returncode


def _wait_for_enter(text: str) -> None:
    """On the terminal as the program left it: lines end with both characters, and any will do."""
    if sys.__stdin__ is None or sys.__stdout__ is None:
        return
    os.write(sys.__stdout__.fileno(), f"\r\n{text}\r\n".encode())
    while os.read(sys.__stdin__.fileno(), 1) not in (b"\r", b"\n", b""):
        pass


def _ended(pid: int) -> int:
    """Wait for a process; stop where it alone is stopped, so that the shell is reached."""
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return status
        sleep(BOTH)  # where both were stopped, this ends once both go on
        if not _still_stopped(pid):
            continue
        if not orphaned():
            os.kill(os.getpid(), signal.SIGSTOP)
        os.kill(pid, signal.SIGCONT)


def _still_stopped(pid: int) -> bool:
    try:
        return os.waitid(os.P_PID, pid, os.WCONTINUED | os.WNOHANG) is None
    except ChildProcessError:
        return False  # it went on, and has ended


def orphaned() -> bool:
    """Whether nobody could continue this process if it stopped: no shell with job control."""
    session, group, parent = os.getsid(0), os.getpgrp(), os.getppid()
    try:
        while parent > 1 and os.getsid(parent) == session:
            if os.getpgid(parent) != group:
                return False
            parent = _parent(parent)
    except OSError:
        return False  # nothing tells: as with any other program
    return True


def _parent(pid: int) -> int:
    """Field 4 of `/proc/PID/stat`: proc(5)."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@contextmanager
def _for_others() -> Iterator[None]:
    """Leave keys that send signals to the program, and the terminal as it found it."""
    number = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
    stops = () if not orphaned() else (signal.SIGTSTP,)
    before = {one: signal.signal(one, _nothing) for one in (*OURS_NO_MORE, *stops)}
    settings: list[Any] | None = None
    with suppress(termios.error):
        settings = termios.tcgetattr(number)
    try:
        yield
    finally:
        _take_foreground(number)
        with suppress(termios.error):
            if settings is not None:
                termios.tcsetattr(number, termios.TCSANOW, settings)
            termios.tcflush(number, termios.TCIFLUSH)
        for one, handler in before.items():
            signal.signal(one, handler)


def _take_foreground(number: int) -> None:
    """A shell that was killed leaves the terminal to a group that is no more."""
    with suppress(OSError):
        if os.tcgetpgrp(number) == os.getpgrp():
            return
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(number, os.getpgrp())
        signal.signal(signal.SIGTTOU, before)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler, not SIG_IGN: programs that are started would inherit that."""
