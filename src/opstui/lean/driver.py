"""A terminal driver that sleeps until there is input and always gives the terminal back."""

from __future__ import annotations

import asyncio
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
from textual.message import Message

from opstui.lean.flow import Flow
from opstui.lean.handover import hand_over_watches
from opstui.lean.outlet import Outlet
from opstui.lean.taken import Taken

RESTORE = (
    "\x1b[?2026l\x1b[r\x1b[m\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1006l\x1b[?1002l\x1b[?1000l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Undoes every mode that the driver sets, in one write."""
ALTERNATE = "\x1b[?1049h"
ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LAST_WORDS = 2.0
"""Seconds that a terminal which is behind gets for what was written before leaving."""
LAST_ANSWERS = 0.5
"""Seconds that answers under way are waited for, so that no shell finds them among its keys."""
DEAF = 0.1
"""Seconds; a terminal that takes nothing for so long when a signal ends us is not restored."""


class LeanDriver(LinuxDriver):
    """LinuxDriver without threads, without polling, without reports of every mouse motion.

    Input is read in the event loop, as soon as it is there. Any ending that a signal brings
    restores the terminal before the process dies of it.
    """

    on_start: Callable[[], None] = staticmethod(lambda: None)
    """Told whenever the terminal is taken: what it shows then is unknown."""
    on_room: Callable[[], None] = staticmethod(lambda: None)
    """Told when the terminal may have caught up."""
    on_ending: Callable[[], None] = staticmethod(lambda: None)
    """Told when a signal ends the process, once the terminal is given back; has to be quick."""
    taken: Taken | None = None
    """A terminal that was taken before this driver existed."""
    away = False
    """Whether another program has the terminal."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._restored = False
        self._reading = False
        self._output = sys.__stderr__.fileno() if sys.__stderr__ is not None else 2
        self._parser = XTermParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._tick: asyncio.TimerHandle | None = None
        self.flow = Flow()
        self._outlet = Outlet(self._output, self._emptied)

    @property
    def room(self) -> bool:
        """Whether the terminal is so little behind that another frame may be written."""
        return self.flow.room and not self._outlet.busy

    # taking the terminal and giving it back

    def start_application_mode(self) -> None:
        """Take the terminal; from now on a signal gives it back first."""
        self._restored = self.away = False
        self.on_start()
        if self.taken is not None:
            self.taken.wait()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self._writer_thread.stop()
            self._writer_thread = None
        if self.taken is not None:
            self.attrs_before = self.taken.hand_over()
            self.taken = None
        for number in ENDINGS:
            signal.signal(number, self._die)
        self._reading = True
        self._loop.add_reader(self.fileno, self._readable)
        self.write(self.flow.ask())

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self._restored = True
        self.write("\x1b[m")
        super().stop_application_mode()
        for number in ENDINGS:
            signal.signal(number, signal.SIG_DFL)

    def close(self) -> None:
        """Let the last words reach the terminal."""
        self._outlet.drain(LAST_WORDS)

    def suspend_application_mode(self) -> None:
        """Leave the terminal to somebody else."""
        super().suspend_application_mode()
        self.away = True

    def _die(self, number: int, _frame: FrameType | None) -> None:
        """Restore without the event loop, then die of the signal as if it was not caught."""
        if not self._restored:
            self._restored = True
            self._await_answers(DEAF)
            with suppress(OSError, termios.error):  # the terminal itself may be gone
                if self.attrs_before is not None:
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
                ready = select.poll()
                ready.register(self._output, select.POLLOUT)
                if ready.poll(1000 * DEAF):
                    os.write(self._output, RESTORE.encode("ascii"))
        self.on_ending()
        signal.signal(number, signal.SIG_DFL)
        hand_over_watches()
        os.kill(os.getpid(), number)

    # writing

    def write(self, data: str) -> None:
        """Write; a painted alternate screen is not entered, and so emptied, again."""
        if self.away or (
            data == ALTERNATE and self.taken is not None and self.taken.painted
        ):
            return
        self._outlet.write(data.encode("utf-8", "replace"), at_once=self.flow.answers)

    def frame(self, text: str) -> None:
        """Write a frame, and ask for the terminal's answer where that tells something."""
        data = text.encode("utf-8", "replace")
        question = self.flow.sent(len(data)) if self.input_tty else ""
        self._outlet.write(data + question.encode("ascii"), at_once=self.flow.answers)

    def _emptied(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self.on_room)

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1006l\x1b[?1002l\x1b[?1000l")

    # reading

    def _run_input_thread(self) -> None:
        """Nothing: the event loop reads."""

    def send_message(self, message: Message) -> None:
        """Hand a message to the app."""
        self._app.post_message(message)

    def _readable(self) -> None:
        try:
            data = os.read(self.fileno, 4096)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._vanished()
            return
        self._take(self._decode(data))

    def _take(self, text: str) -> None:
        behind = self.flow.waiting
        text = self.flow.without_answers(text)
        for message in self._parser.feed(text) if text else ():
            self.process_message(message)
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        due = self._parser._timeout_time
        if due is not None:
            self._tick = self._loop.call_later(max(0.0, due - monotonic()) + 0.001, self._ticked)
        if behind:
            self.on_room()

    def _ticked(self) -> None:
        """An escape that nothing followed is a key."""
        self._tick = None
        for message in self._parser.tick():
            self.process_message(message)

    def disable_input(self) -> None:
        """Stop reading at once."""
        if not self._reading:
            return
        self._reading = False
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self._disable_mouse_support()
        self._loop.remove_reader(self.fileno)
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        self._await_answers(LAST_ANSWERS)
        with suppress(termios.error):  # a terminal that is gone has nothing to flush
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def _await_answers(self, seconds: float) -> None:
        ready = select.poll()
        ready.register(self.fileno, select.POLLIN)
        end = monotonic() + seconds
        with suppress(OSError):
            while self.flow.answers and self.flow.waiting and (left := end - monotonic()) > 0:
                if ready.poll(1000 * left) and not self._swallow():
                    break
        self.flow.forget()

    def _swallow(self) -> bool:
        data = os.read(self.fileno, 4096)
        self.flow.without_answers(self._decode(data))
        return bool(data)

    def _vanished(self) -> None:
        """The terminal is gone without a signal: end as if it had hung up."""
        self._loop.remove_reader(self.fileno)
        os.kill(os.getpid(), signal.SIGHUP)
