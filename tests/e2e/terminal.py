"""The whole program on a pseudo-terminal: press keys, read the screen as a terminal shows it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

import pexpect
import pyte

PATIENCE = 30.0
"""Seconds until something that does not appear fails the test."""
KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "down": "\x1b[B", "up": "\x1b[A", "right": "\x1b[C",
    "space": " ", "ctrl+c": "\x03", "ctrl+p": "\x10", "backspace": "\x7f",
}


class Terminal:
    """`opstui` on a terminal of its own."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environ: Mapping[str, str],
        size: tuple[int, int] = (120, 35), program: Sequence[str] = (),
    ) -> None:
        width, height = size
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self.raw = bytearray()
        """Every byte the program wrote."""
        command = [*(program or (sys.executable, "-m", "opstui")), *arguments]
        self.child = pexpect.spawn(
            command[0], command[1:], cwd=str(folder), dimensions=(height, width), timeout=None,
            env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.child.close(force=True)
        self._reader.join(5)

    def _read(self) -> None:
        while True:
            try:
                data = self.child.read_nonblocking(65536, timeout=None)
            except (pexpect.EOF, OSError, ValueError):
                return
            with self._lock:
                self.raw += data
                self._stream.feed(data)

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

    def press(self, *keys: str) -> Terminal:
        """Press keys by name, or type a text."""
        for key in keys:
            self.child.send(KEYS.get(key, key))
            if key == "esc":
                sleep(0.15)  # a terminal tells escape from a sequence by time alone
        return self

    def sees(self, *texts: str, within: float = PATIENCE) -> Terminal:
        """Wait until all of the texts stand on the screen."""
        return self._until(lambda screen: all(text in screen for text in texts), texts, within)

    def sees_no(self, *texts: str, within: float = PATIENCE) -> Terminal:
        """Wait until none of the texts stands on the screen."""
        return self._until(lambda screen: all(t not in screen for t in texts), texts, within)

    def ends(self, within: float = PATIENCE) -> int:
        """Wait until the program has ended; its exit code."""
        end = monotonic() + within
        while self.child.isalive():
            assert monotonic() < end, f"still runs\n{self.text}"
            sleep(0.02)
        return self.child.exitstatus if self.child.exitstatus is not None else -1

    def _until(self, true: object, what: object, within: float) -> Terminal:
        assert callable(true)
        end = monotonic() + within
        while not true(self.text):
            assert monotonic() < end, f"never saw {what}\n{self.text}"
            assert self.child.isalive(), f"ended without {what}\n{self.text}"
            sleep(0.02)
        return self
