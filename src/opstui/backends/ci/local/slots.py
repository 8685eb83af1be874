"""How many runs of a repository go at once, in the order they were started."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

from opstui.backends.ci.local.folder import RunFolder, take_lock


class Queue:
    """The line before a repository's slots: a file for each that waits, a lock for each slot."""

    def __init__(self, path: Path, slots: int) -> None:
        """path: the folder of the repository's runs. slots: at least 1."""
        self._path = path
        self._queue = path / "queue"
        self._slots = max(1, slots)

    def enter(self, run_id: str, wait: Callable[[float], bool]) -> int | None:
        """Wait for this run's turn and a slot; its descriptor holds the slot until closed.

        wait: waits about that many seconds; False gives up, and the result is None.
        """
        try:
            while True:
                slot = self._try(run_id)
                if slot is not None:
                    return slot
                if not wait(0.1 if self._first() == run_id else 0.3):
                    return None
        finally:
            (self._queue / run_id).unlink(missing_ok=True)

    def _first(self) -> str:
        return min((entry.name for entry in self._queue.iterdir()), default="")

    def _try(self, run_id: str) -> int | None:
        first = self._first()
        if first and first < run_id:
            if not RunFolder(self._path / first).path.exists() or not self._waits(first):
                (self._queue / first).unlink(missing_ok=True)
            return None
        for number in range(self._slots):
            slot = take_lock(self._path / f"slot-{number}", fcntl.LOCK_EX | fcntl.LOCK_NB)
            if slot is not None:
                return slot
        return None

    def _waits(self, run_id: str) -> bool:
        return RunFolder(self._path / run_id).alive()
