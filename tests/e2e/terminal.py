"""The whole program on a pseudo-terminal: press keys, read the screen as a terminal shows it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

from tests.screen import Screen, Stream

PATIENCE = 60.0
"""Seconds until something that does not appear fails the test."""
ESCAPE_REST = 0.25
"""Seconds after escape: a terminal tells it from a sequence by time alone."""
KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "down": "\x1b[B", "up": "\x1b[A", "right": "\x1b[C",
    "space": " ", "ctrl+c": "\x03", "ctrl+p": "\x10", "backspace": "\x7f",
}
ALTERNATE, CURSOR, PASTE, MOUSE = 1049, 25, 2004, 1000
"""DEC private modes: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html"""

_FRAMES = str.maketrans("│╭╮╰╯─▌", " " * 7)
_ON_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A program, `opstui` unless another is named, on a terminal of its own."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environ: Mapping[str, str],
        size: tuple[int, int] = (120, 35), program: Sequence[str] = (),
    ) -> None:
        width, height = size
        self.screen = Screen(width, height)
        self._stream = Stream(self.screen)
        self._lock = threading.Lock()
        self.raw = bytearray()
        """Every byte the program wrote."""
        self.last = monotonic()
        """When it wrote the last one, or was last given something to react to."""
        self._master, terminal = pty.openpty()
        self._set_size(width, height)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-S", "-c", _ON_TERMINAL,
                 *(program or (sys.executable, "-m", "opstui")), *arguments],
                cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal,
                start_new_session=True,
                env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **environ},
            )
        finally:
            os.close(terminal)
        self._leave, self._left = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self._reader.join(5)
        for handle in (self._master, self._leave, self._left):
            with contextlib.suppress(OSError):
                os.close(handle)

    def _read(self) -> None:
        while True:
            if self._leave in select.select([self._master, self._leave], [], [])[0]:
                return
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self.raw += data
                self.last = monotonic()
                self._stream.feed(data)

    # what is on it

    @property
    def text(self) -> str:
        """The screen, line by line."""
        with self._lock:
            return "\n".join(self.screen.display)

    @property
    def written(self) -> int:
        """Bytes the program wrote so far."""
        with self._lock:
            return len(self.raw)

    def mode(self, number: int, *, unset: bool) -> bool:
        """Whether a DEC private mode is as it was before the program; `unset`: it was off."""
        on = self.raw.rfind(f"\x1b[?{number}h".encode())
        off = self.raw.rfind(f"\x1b[?{number}l".encode())
        return off >= on if unset else on >= off

    @property
    def restored(self) -> bool:
        """Whether the terminal was given back as it was found."""
        return (
            self.mode(ALTERNATE, unset=True) and self.mode(CURSOR, unset=False)
            and self.mode(PASTE, unset=True) and self.mode(MOUSE, unset=True)
        )

    def sees(self, *texts: str, within: float = PATIENCE) -> Terminal:
        """Wait until all of the texts stand on the screen."""
        return self.until(lambda screen: all(text in screen for text in texts), texts, within)

    def sees_no(self, *texts: str, within: float = PATIENCE) -> Terminal:
        """Wait until none of the texts stands on the screen."""
        return self.until(
            lambda screen: not any(text in screen for text in texts), ("no", *texts), within
        )

    def tells(self, sentence: str) -> Terminal:
        """Wait until a sentence stands on the screen, wherever its lines end."""
        return self.until(
            lambda screen: sentence in " ".join(screen.translate(_FRAMES).split()), sentence
        )

    def until(
        self, true: Callable[[str], bool], what: object, within: float = PATIENCE
    ) -> Terminal:
        """Wait until something is true of the screen."""
        end = monotonic() + within
        while not true(self.text):
            ended = self.process.poll() is not None
            if ended and not self._reader.is_alive() and true(self.text):
                break
            assert not ended or self._reader.is_alive(), f"ended without {what}\n{self.text}"
            assert monotonic() < end, f"never saw {what}\n{self.text}"
            sleep(0.02)
        return self

    def rests(self, quiet: float = 1.0, within: float = PATIENCE) -> Terminal:
        """Wait until the program has written nothing for `quiet` seconds."""
        end = monotonic() + within
        while monotonic() - self.last < quiet:
            assert monotonic() < end, f"never came to rest\n{self.text}"
            sleep(0.02)
        return self

    # what is done to it

    def press(self, *keys: str) -> Terminal:
        """Press keys by name, or type a text."""
        for key in keys:
            self.last = monotonic()
            os.write(self._master, KEYS.get(key, key).encode())
            if key == "esc":
                sleep(ESCAPE_REST)
        return self

    def resize(self, width: int, height: int) -> None:
        """Make the terminal another size; the kernel tells the program."""
        with self._lock:
            self.screen.resize(height, width)
        self.last = monotonic()
        self._set_size(width, height)

    def hang_up(self) -> None:
        """Lose the terminal, as a broken SSH connection does."""
        self.process.send_signal(signal.SIGHUP)

    def vanish(self) -> None:
        """Take the terminal itself away. A thread that waits in a read would keep it alive."""
        os.write(self._left, b" ")
        self._reader.join(5)
        os.close(self._master)
        self._master = -1

    def kill(self) -> None:
        """End the program with nothing left to say for it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def ends(self, within: float = PATIENCE) -> int:
        """Wait until the program has ended and all it wrote is read; its exit code."""
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still runs\n{self.text}") from None
        self._reader.join(5)
        return code

    def _set_size(self, width: int, height: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
