"""A run's log: bytes as they come, up to a limit; beyond it the end is kept as well."""

from __future__ import annotations

import os
from pathlib import Path

LIMIT = 64_000_000
"""Bytes of a log's beginning that are kept."""
TAIL = 256 * 1024
"""Bytes of its end that are kept when it is longer."""


class LogFile:
    """Written by the supervisor alone."""

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._limit = limit
        self._tail = b""
        self._left_out = 0
        self.size = os.fstat(self._handle).st_size
        """Bytes in the file, which is where the next step's part begins."""
        self.trouble = ""
        """Why writing failed, once it did."""

    def write(self, data: bytes) -> None:
        """Add to the log; a full disk is remembered in `trouble`, the output is then dropped."""
        room = max(0, self._limit - self.size)
        self._put(data[:room])
        rest = data[room:]
        if rest:
            tail = self._tail + rest
            self._left_out += max(0, len(tail) - TAIL)
            self._tail = tail[-TAIL:]

    def say(self, text: str) -> None:
        """Add a line of opstui's own."""
        self.write(text.encode("utf-8", "surrogateescape") + b"\n")

    def close(self) -> None:
        """Write what was kept of the end."""
        if self._left_out:
            note = f"\n[opstui: {self._left_out} bytes of the log were left out here]\n"
            self._put(note.encode())
        self._put(self._tail)
        self._tail = b""
        os.close(self._handle)

    def _put(self, data: bytes) -> None:
        while data and not self.trouble:
            try:
                done = os.write(self._handle, data)
            except OSError as error:
                self.trouble = f"the log could not be written: {error.strerror}"
                return
            self.size += done
            data = data[done:]
