"""Press keys, wait until something is seen: never sleep for a fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from textual.app import App
from textual.pilot import Pilot

PATIENCE = 10.0
"""Seconds until a condition that does not come true fails the test."""


class Driver:
    """A person at the keyboard of an app under test."""

    def __init__(self, app: App[Any], pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> Driver:
        await self.pilot.press(*keys)
        return self

    async def type(self, text: str) -> Driver:
        await self.pilot.press(*text)
        return self

    @property
    def screen_text(self) -> str:
        """All text on the screen, line by line."""
        size = self.app.size
        rows = [
            "".join(segment.text for segment in strip)
            for strip in self.app.screen._compositor.render_strips()
        ]
        return "\n".join(row[: size.width] for row in rows)

    async def until(self, true: Callable[[], bool], what: str) -> Driver:
        """Wait until a condition holds."""
        ends = monotonic() + PATIENCE
        while not true():
            assert monotonic() < ends, f"never saw: {what}\n{self.screen_text}"
            await self.pilot.pause(0.01)
        return self

    async def sees(self, text: str) -> Driver:
        """Wait until a text stands on the screen."""
        return await self.until(lambda: text in self.screen_text, text)

    async def sees_no(self, text: str) -> Driver:
        """Wait until a text is gone from the screen."""
        return await self.until(lambda: text not in self.screen_text, f"no {text}")

    async def settles(self) -> Driver:
        """Wait until no load, action or timer is about to change the screen."""
        await self.pilot.pause()
        await asyncio.sleep(0)
        await self.pilot.pause()
        return self


@asynccontextmanager
async def driving(
    app: App[Any], width: int = 120, height: int = 40
) -> AsyncIterator[Driver]:
    """Run an app without a terminal, at a size."""
    async with app.run_test(size=(width, height)) as pilot:
        yield Driver(app, pilot)
