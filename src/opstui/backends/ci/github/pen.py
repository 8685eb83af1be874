"""Writing to GitHub: one thing after another, a second apart, as its best practices ask.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opstui.backends.ci.web.answer import Answer
    from opstui.backends.ci.web.door import Door

APART = 1.0
"""Seconds between two writes."""
Pause = Callable[[float], Awaitable[object]]


class Pen:
    """Sends the changes to one server in turn."""

    def __init__(
        self, door: Door, pause: Pause = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._pause = pause
        self._clock = clock
        self._turn = asyncio.Lock()
        self._last = -APART

    async def post(self, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send one change, once."""
        async with self._turn:
            wait = self._last + APART - self._clock()
            if wait > 0:
                await self._pause(wait)
            try:
                return await self._door.send("POST", path, body)
            finally:
                self._last = self._clock()
