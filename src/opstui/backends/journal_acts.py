"""Which acts of the journal are under way now, in any process of this machine.

Every act holds the lock (`flock`) of a small file of its own from before its intent until after
its result. The kernel lets go of it however the process ends, so an act without a result whose
lock is free was cut: by `kill -9`, a lost terminal, a machine that went down.
"""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path

_ID = re.compile(r"[0-9a-f]{12}")


class ActLocks:
    """The files, in one folder beside the journal. Blocking; call it in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def begin(self, act: str) -> None:
        """Hold the act's lock; raises OSError where its file can't be made."""
        if act in self._held or not _ID.fullmatch(act):
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._folder / act, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        self._held[act] = file

    def end(self, act: str) -> None:
        """Let go of it, also where another process had begun it and died."""
        if not _ID.fullmatch(act):
            return
        (self._folder / act).unlink(missing_ok=True)
        file = self._held.pop(act, None)
        if file is not None:
            os.close(file)

    def under_way(self, act: str) -> bool:
        """Whether some live process holds it."""
        if act in self._held:
            return True
        if not _ID.fullmatch(act):
            return False
        try:
            file = os.open(self._folder / act, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False
