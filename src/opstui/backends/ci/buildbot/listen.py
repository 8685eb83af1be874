"""News of a Buildbot master by server-sent events.

Protocol: https://docs.buildbot.net/latest/developer/www-server.html#message-api. The master
never says that it is still there, so a stream that was quiet for long is opened again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from opstui.backends.ci.web.door import Door
from opstui.domain.errors import OpstuiError

QUIET = 300.0
"""Seconds without news after which the stream is opened again."""
AGAIN, LONGEST = 2.0, 120.0
"""Seconds before it is opened again after it broke: at first, and at most."""
MORE = ("buildrequests/*/*", "steps/*/finished")
"""Beside builds: the queue, and steps, since a failed one makes the run red at once."""


async def news(door: Door) -> AsyncIterator[None]:
    """Yields when builds, requests or steps changed, and after each gap in the news."""
    pause = AGAIN
    while True:
        try:
            async with aclosing(_events(door)) as events:
                async for kind, data in events:
                    pause = AGAIN
                    if kind == "handshake":
                        for path in MORE:
                            await door.get(f"/sse/add/{data}/{path}")
                    elif kind == "event" and _tells(data):
                        yield
        except OpstuiError:
            pause = min(pause * 2, LONGEST)
        await asyncio.sleep(max(pause, min(door.rest(), LONGEST)))
        yield


async def _events(door: Door) -> AsyncGenerator[tuple[str, str], None]:
    kind = ""
    async with aclosing(door.lines("/sse/listen/builds/*/*", quiet=QUIET)) as lines:
        async for line in lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, value


def _tells(data: str) -> bool:
    """Whether it is about something that the list shows."""
    try:
        key = json.loads(data)["key"]
        return key[0] != "builds" or key[-1] in ("new", "finished", "update")
    except (ValueError, TypeError, LookupError):
        return False
