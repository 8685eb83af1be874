"""The event stream: when to read the lists again.

Docker says `destroy` where podman says `remove`, so every action counts, except the `exec_*`
ones that each health check causes. Only `Action` is read: `status` went with API 1.52.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from opstui.backends.docker.connection import Connection
from opstui.domain.errors import OpstuiError

GATHER = 0.15
"""Seconds to gather events in before telling: one `docker run` causes four."""
FIRST_WAIT, LONGEST_WAIT = 0.25, 30.0
"""Seconds between attempts to connect, doubled each time."""
LATER = 1.0
"""Seconds until the stream is opened: the SDK's import is not to hold up a start."""
STEADY = 5.0
"""Seconds after which a connection counts as a good one."""

_PARAMETERS: dict[str, str | int] = {"filters": json.dumps({"type": ["image", "container"]})}


async def follow(connection: Connection) -> AsyncIterator[None]:
    """Yields after a change, after each connection, and once when the connection was lost.

    A yield on connecting makes a replay needless: the stream stands before the lists are read,
    so nothing can fall between them, not even when the daemon was restarted and forgot.
    """
    wait = FIRST_WAIT
    await asyncio.sleep(LATER)
    while True:
        connected = 0.0
        try:
            async with connection.stream("follow the events", "/events", _PARAMETERS) as chunks:
                connected = time.monotonic()
                yield
                with connection.on_switch(chunks.close):
                    async for chunk in chunks:
                        if not _matters(chunk):
                            continue
                        await asyncio.sleep(GATHER)
                        chunks.waiting()
                        yield
        except OpstuiError:
            pass  # the lists that are read next say what is wrong
        if connected:
            yield
            if time.monotonic() - connected >= STEADY:
                wait = FIRST_WAIT
        switched = await connection.rest(wait)
        wait = FIRST_WAIT if switched else min(wait * 2, LONGEST_WAIT)


def _matters(chunk: bytes) -> bool:
    return any(not _is_exec(line) for line in chunk.splitlines() if line.strip())


def _is_exec(line: bytes) -> bool:
    try:
        return str(json.loads(line)["Action"]).startswith("exec")
    except (ValueError, KeyError, TypeError):
        return False  # half a line, or a new shape: rather read once too often
