"""A terminal driver that sleeps until there is input and always gives the terminal back."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from opstui.lean.handover import hand_over_watches
from opstui.lean.taken import Taken

RESTORE = (
    "\x1b[?2026l\x1b[r\x1b[m\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1006l\x1b[?1002l\x1b[?1000l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Undoes every mode that the driver sets, in one write."""
ALTERNATE = "\x1b[?1049h"
ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class LeanDriver(LinuxDriver):
    """LinuxDriver without polling, without reports of every mouse motion, and with a way back.

    Any ending that a signal brings restores the terminal before the process dies of it.
    """

    on_start: Callable[[], None] = staticmethod(lambda: None)
    """Told whenever the terminal is taken: what it shows then is unknown."""
    taken: Taken | None = None
    """A terminal that was taken before this driver existed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._wake_read, self._wake_write = os.pipe()
        self._restored = False
        self._output = sys.__stderr__.fileno() if sys.__stderr__ is not None else 2

    def start_application_mode(self) -> None:
        """Take the terminal; from now on a signal gives it back first."""
        self._restored = False
        self.on_start()
        if self.taken is not None:
            self.taken.wait()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self.taken is not None:
            self.attrs_before = self.taken.hand_over()
            self.taken = None
        for number in ENDINGS:
            signal.signal(number, self._die)

    def write(self, data: str) -> None:
        """Write; a painted alternate screen is not entered, and so emptied, again."""
        if data == ALTERNATE and self.taken is not None and self.taken.painted:
            return
        super().write(data)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self._restored = True
        super().stop_application_mode()
        for number in ENDINGS:
            signal.signal(number, signal.SIG_DFL)

    def _die(self, number: int, _frame: FrameType | None) -> None:
        """Restore without the event loop, then die of the signal as if it was not caught."""
        if not self._restored:
            self._restored = True
            with suppress(OSError, termios.error):  # the terminal itself may be gone
                if self.attrs_before is not None:
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
                os.write(self._output, RESTORE.encode("ascii"))
        signal.signal(number, signal.SIG_DFL)
        hand_over_watches()
        os.kill(os.getpid(), number)

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")
            self.flush()

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1006l\x1b[?1002l\x1b[?1000l")
            self.flush()

    def disable_input(self) -> None:
        """Stop reading at once: the sleeping thread is woken through a pipe."""
        if self.exit_event.is_set():
            return
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self._disable_mouse_support()
        self.exit_event.set()
        os.write(self._wake_write, b"x")
        if self._key_thread is not None:
            self._key_thread.join()
        os.read(self._wake_read, 1)
        self.exit_event.clear()
        with suppress(termios.error):  # a terminal that is gone has nothing to flush
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def run_input_thread(self) -> None:
        """Wait for input without ever waking up for nothing."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        poller = select.poll()
        poller.register(self.fileno, select.POLLIN)
        poller.register(self._wake_read, select.POLLIN)
        while not self.exit_event.is_set():
            due = parser._timeout_time
            wait = None if due is None else max(0.0, due - monotonic()) * 1000 + 1
            for descriptor, event in poller.poll(wait):
                if descriptor != self.fileno:
                    continue
                data = os.read(self.fileno, 4096) if event & select.POLLIN else b""
                if not data:
                    self._vanished()
                    return
                for message in parser.feed(decode(data)):
                    self.process_message(message)
            for message in parser.tick():
                self.process_message(message)

    def _vanished(self) -> None:
        """The terminal is gone without a signal: end as if it had hung up."""
        os.kill(os.getpid(), signal.SIGHUP)
