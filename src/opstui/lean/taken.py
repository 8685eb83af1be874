"""A terminal taken before anything heavy is imported, and given back whatever happens.

Imports almost nothing, so that a picture can stand on the screen within milliseconds of the
process's start. Written to is standard error, as Textual does.
"""

from __future__ import annotations

import _thread
import os
import termios

TYPE_CHECKING = False  # typing costs more than all else here
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

INPUT, OUTPUT = 0, 2
ENTER = b"\x1b[?1049h\x1b[?25l\x1b[?7l"
LEAVE = b"\x1b[?2026l\x1b[m\x1b[?7h\x1b[?1049l\x1b[?25h"
GLANCE = 0.01
"""Seconds in which a fast line has taken the picture."""
PATIENCE = 0.5
"""Seconds that a way out waits for a picture still on its way through a slow line."""


class Taken:
    """A terminal in our hands until `give_back` or `hand_over`."""

    def __init__(self) -> None:
        self.before: list[Any] | None = None
        """The terminal's attributes as they were; None while it is not taken."""
        self.painted = False
        """Whether it shows a picture on the alternate screen."""
        self._written = _thread.allocate_lock()
        """Held while something is on its way."""
        self._waiting: list[bytes] = []

    def take(self) -> None:
        """Keep typed keys for later instead of showing them; ctrl+c still ends the process."""
        self.before = termios.tcgetattr(INPUT)
        attributes = termios.tcgetattr(INPUT)
        attributes[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
        attributes[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        for key in (termios.VSUSP, termios.VQUIT):  # nobody could restore the terminal then
            attributes[6][key] = b"\0"
        termios.tcsetattr(INPUT, termios.TCSANOW, attributes)

    def paint(self, picture: bytes) -> None:
        """Show a picture on the alternate screen; a slow line holds nobody up."""
        self.painted = True
        self.draw(ENTER + picture)
        self._settle(GLANCE)  # otherwise imports would keep the interpreter from it

    def draw(self, data: bytes) -> None:
        """Write more, after all that is on its way already."""
        self._waiting.append(data)
        if self._written.acquire(blocking=False):
            _thread.start_new_thread(self._write, ())

    def _write(self) -> None:
        while True:
            try:
                while self._waiting:
                    _write_all(self._waiting.pop(0))
            finally:
                self._written.release()
            if not self._waiting or not self._written.acquire(blocking=False):
                return

    def guard(self) -> None:
        """Let signals that end the process give the terminal back first."""
        import signal  # costs milliseconds: the picture goes first

        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self._die)

    def _die(self, number: int, _frame: FrameType | None) -> None:
        import signal

        self.give_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def hand_over(self) -> list[Any] | None:
        """Leave it to somebody else, who gets the attributes that it had before."""
        before, self.before = self.before, None
        return before

    def wait(self) -> None:
        """Wait until the picture is written: nobody else may write before."""
        self._settle(-1)

    def give_back(self) -> None:
        """Restore it; nothing where it is not ours."""
        before, self.before = self.before, None
        if before is None:
            return
        if self.painted:
            self.painted = False
            self._settle(PATIENCE)
            _write_all(LEAVE)
        try:
            termios.tcsetattr(INPUT, termios.TCSANOW, before)
        except termios.error:
            pass  # the terminal itself is gone

    def _settle(self, seconds: float) -> None:
        """Wait until the picture is written."""
        if self._written.acquire(timeout=seconds):
            self._written.release()


def _write_all(data: bytes) -> None:
    try:
        while data:
            data = data[os.write(OUTPUT, data) :]
    except OSError:
        pass  # the terminal itself is gone
