"""Remembers for each repository how its lists are arranged, from one start to the next."""

from __future__ import annotations

from pathlib import Path

from opstui.backends.small_file import read_small, replace_small
from opstui.ui.arranged import Arranged, read


class Remembered:
    """One small file; one that is damaged counts as none, and `note` says so."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.note = ""
        self.before = self._read()
        """What was remembered at the start."""

    def _read(self) -> Arranged:
        text = read_small(self._path)
        if text is None:
            return Arranged()
        try:
            return read(text)
        except (ValueError, TypeError, RecursionError):
            self.note = f"how lists were arranged can't be read from {self._path}: forgotten"
            return Arranged()

    def keep(self, now: Arranged) -> bool:
        """Remember it; False where nothing changed, or nothing could be written."""
        if now == self.before and not self.note:
            return False
        self.before, self.note = now, ""
        text = now.text()
        if text:
            return replace_small(self._path, text)
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return False
        return True
