"""The supervisor's one place to wait: for output, for ended children, for being told to stop."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from types import FrameType


class Watch:
    """Turns signals into something to wait for, and remembers whether the run was cancelled."""

    def __init__(self) -> None:
        self.cancelled = False
        self._ended: dict[int, int] = {}
        self._wake, write = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        # Handlers, not SIG_IGN: what is ignored stays ignored in the run's command.
        signal.signal(signal.SIGTERM, self._cancel)
        signal.signal(signal.SIGCHLD, self._pass)
        signal.signal(signal.SIGHUP, self._pass)
        signal.signal(signal.SIGINT, self._pass)

    def _cancel(self, number: int, frame: FrameType | None) -> None:
        self.cancelled = True

    def _pass(self, number: int, frame: FrameType | None) -> None:
        """The pipe says that something happened."""

    def wait(self, seconds: float, *files: int) -> list[int]:
        """Wait for a signal or for one of the files; returns the files that can be read."""
        ready, _, _ = select.select([self._wake, *files], [], [], max(0.0, seconds))
        if self._wake in ready:
            ready.remove(self._wake)
            with suppress(BlockingIOError):
                os.read(self._wake, 4096)
        self.reap()
        return ready

    def reap(self) -> None:
        """Collect every child that ended, adopted ones too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._ended[pid] = os.waitstatus_to_exitcode(status)

    def exit_code(self, pid: int) -> int | None:
        """The exit code of a child that ended, negative for a signal; None while it runs."""
        return self._ended.get(pid)
