"""Hearing of runs that other programs start, without looking for them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from opstui.backends.kernel import ATTRIB, DELETE_SELF, MOVE_SELF, WATCHED, Kernel

GATHER = 0.1
"""Seconds in which what happens together is heard as one."""


class Ear:
    """Hears that something was made or touched in a folder.

    While the folder does not exist, the nearest folder above it is watched. One watch is all it
    takes. Where the kernel has no events it is deaf, and on a network home it does not
    hear what other machines do: somebody should look now and then all the same.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._news = asyncio.Event()
        self._there = False
        self._kernel: Kernel | None = None
        with suppress(OSError):
            self._kernel = Kernel()
            asyncio.get_running_loop().add_reader(self._kernel.descriptor, self._read)
            self._attend()

    def close(self) -> None:
        """Hear no more."""
        if self._kernel is not None:
            asyncio.get_running_loop().remove_reader(self._kernel.descriptor)
            self._kernel.close()
            self._kernel = None

    async def rest(self, seconds: float) -> None:
        """Return a moment after something happened, else after so many seconds."""
        if not self._there:
            self._attend()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        if self._news.is_set():
            await asyncio.sleep(GATHER)
            self._news.clear()

    def _attend(self) -> None:
        """Watch the folder, or what is there on the way to it."""
        if self._kernel is None:
            return
        with suppress(OSError):
            for path in (self._folder, *self._folder.parents):
                if self._kernel.watch(path, WATCHED | ATTRIB):
                    self._there = path == self._folder
                    return

    def _read(self) -> None:
        if self._kernel is None:
            return
        try:
            events = self._kernel.read()
        except OSError:
            self.close()
            return
        if any(folder == self._folder and bits & (DELETE_SELF | MOVE_SELF)
               for folder, _, bits in events):
            self._there = False
        if events:
            if not self._there:
                self._attend()
            self._news.set()
