"""Writing to a terminal without waiting for it."""

from __future__ import annotations

import os
import select
import threading
from collections import deque
from collections.abc import Callable

SMALL = 4096
"""Bytes that a terminal which is ready takes at once."""


class Outlet:
    """Small pieces go out at once, everything else from a thread of its own, in order.

    descriptor: the terminal.
    emptied: told from that thread whenever it has written everything.
    """

    def __init__(self, descriptor: int, emptied: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._emptied = emptied
        self._poller = select.poll()
        self._poller.register(descriptor, select.POLLOUT)
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._writer: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether something was written that the terminal did not take yet."""
        return bool(self._waiting)

    def write(self, data: bytes, *, at_once: bool = True) -> None:
        """Write.

        at_once: the terminal is known to keep up, so that the pause for a thread is not needed.
        """
        with self._changed:
            if at_once and len(data) <= SMALL and not self._waiting and self._poller.poll(0):
                self._out(data)
                return
            self._waiting.append(data)
            if self._writer is None:
                self._writer = threading.Thread(target=self._run, name="outlet", daemon=True)
                self._writer.start()
            self._changed.notify_all()

    def drain(self, seconds: float) -> bool:
        """Wait until everything is written, so long at most; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                data = self._waiting[0]
            self._out(data)
            with self._changed:
                self._waiting.popleft()
                done = not self._waiting
                self._changed.notify_all()
            if done:
                self._emptied()

    def _out(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            return  # the terminal is gone; whoever reads from it learns so
