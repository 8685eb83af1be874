"""What can be done to containers, and their logs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from opstui.backends.docker import reading
from opstui.backends.docker.connection import Connection
from opstui.backends.docker.frames import Frames
from opstui.domain.image import Container

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

GRACE = 10
"""Seconds between asking a container to stop and killing it, where it does not say itself."""
GATHER = 0.03
"""Seconds to gather output: every line comes as a chunk of its own."""


def start(client: Client, container: Container) -> None:
    """Start it."""
    client.container_facts(container.id)
    client.start(container.id)


def stop(client: Client, container: Container) -> None:
    """Stop it with its own grace time."""
    client.stop(container.id, timeout=_grace(client, container))


def restart(client: Client, container: Container) -> None:
    """Stop and start it, with the same grace time."""
    client.restart(container.id, timeout=_grace(client, container))


def _grace(client: Client, container: Container) -> int:
    """Its StopTimeout; -1, wait for ever, is cut to ten minutes so that the call ends."""
    seconds = (client.container_facts(container.id).get("Config") or {}).get("StopTimeout")
    if not isinstance(seconds, int):
        return GRACE
    return 600 if seconds < 0 else seconds


async def logs(
    connection: Connection, container: Container, tail: int, since: str
) -> AsyncIterator[bytes]:
    """Both outputs in the order the engine got them, until the container ends."""
    gone = f"container {container.name}"

    def inspect(client: Client) -> dict[str, Any]:
        return client.container_facts(container.id)

    facts = await connection.ask("read the log", inspect, gone=gone)
    frames = None if (facts.get("Config") or {}).get("Tty") else Frames()
    params: dict[str, str | int] = {"stdout": 1, "stderr": 1, "follow": 1, "tail": tail}
    if since:
        params["since"] = reading.seconds(since)
    path = f"/containers/{container.id}/logs"
    async with connection.stream("read the log", path, params, gone=gone) as chunks:
        async for chunk in chunks:
            await asyncio.sleep(GATHER)
            data = b"".join((chunk, *chunks.waiting()))
            data = data if frames is None else frames.feed(data)
            if data:
                yield data
