"""A container's log as lines with their times and outputs, from the engine's stream.

Source: Docker Engine API v1.41, `ContainerLogs` with `timestamps`, and "Attach to a container"
for the stream format: eight bytes before each piece, which output, three zeros, the length,
big-endian. A container with a terminal has no such frames.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from opstui.backends.docker import reading
from opstui.domain.container_use import Said, Window

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client
    from opstui.backends.docker.connection import Connection
    from opstui.domain.image import Container

GATHER = 0.03
"""Seconds to gather output: every line comes as a chunk of its own."""
HEADER = 8
ERRORS = 2
"""The number of the error output."""
LONGEST = 1 << 20
"""Bytes of a line without an end that are waited for."""
_STAMP = re.compile(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?"
)


class Sayings:
    """Takes the stream in any portions and gives the whole lines in it.

    The engine writes a time before each of its messages. A message is a line, or a part of one
    that is longer than 16 KB: times inside of a line are left out.
    """

    def __init__(self, *, framed: bool) -> None:
        self._framed = framed
        self._bytes = bytearray()
        self._open: dict[int, Said] = {}
        """By output: the line that is not finished."""

    def feed(self, data: bytes) -> list[Said]:
        """The lines that are finished by now."""
        self._bytes += data
        return self._from_frames() if self._framed else self._from_lines()

    def rest(self) -> list[Said]:
        """What was not finished, at the end of the stream."""
        if not self._framed and self._bytes:
            self._bytes += b"\n"
            return self._from_lines()
        kept, self._open = list(self._open.values()), {}
        return [Said(one.stamp, one.error, one.text + b"\n") for one in kept]

    def _from_frames(self) -> list[Said]:
        found: list[Said] = []
        data, at = self._bytes, 0
        while len(data) - at >= HEADER:
            end = at + HEADER + int.from_bytes(data[at + 4 : at + HEADER], "big")
            if end > len(data):
                break
            self._message(data[at], bytes(data[at + HEADER : end]), found)
            at = end
        del data[:at]
        return found

    def _message(self, output: int, message: bytes, found: list[Said]) -> None:
        match = _STAMP.match(message)
        text = message[match.end():] if match else message
        began = self._open.pop(output, None)
        stamp = began.stamp if began else _stamp(match)
        text = began.text + text if began else text
        said = Said(stamp, output == ERRORS, text)
        if text.endswith(b"\n") or len(text) > LONGEST:
            found.append(said)
        else:
            self._open[output] = said

    def _from_lines(self) -> list[Said]:
        end = self._bytes.rfind(b"\n") + 1
        whole = bytes(self._bytes[:end])
        del self._bytes[:end]
        found = []
        for line in (one + b"\n" for one in whole.split(b"\n")[:-1]):
            match = _STAMP.match(line)
            found.append(Said(_stamp(match), False, line[match.end():] if match else line))
        return found


def _stamp(match: re.Match[bytes] | None) -> bytes:
    """The time in UTC with nine digits; podman tells whole seconds, in the machine's own zone."""
    if match is None:
        return b"1970-01-01T00:00:00.000000000Z"
    digits = (match[2] or b"").ljust(9, b"0")
    if match[3] == b"Z":
        return match[1] + b"." + digits + b"Z"
    return reading.in_utc(match[1], match[3]) + b"." + digits + b"Z"


async def said(
    connection: Connection, container: Container, window: Window
) -> AsyncIterator[list[Said]]:
    """Both outputs in the order the engine got them, until the container ends."""
    gone = f"container {container.name}"

    def inspect(client: Client) -> dict[str, Any]:
        return client.container_facts(container.id)

    facts = await connection.ask("read the log", inspect, gone=gone)
    sayings = Sayings(framed=not (facts.get("Config") or {}).get("Tty"))
    params: dict[str, str | int] = {
        "stdout": 1, "stderr": 1, "follow": 1, "timestamps": 1, "tail": window.tail or "all",
    }
    if window.since:
        params["since"] = reading.seconds(window.since)
    path = f"/containers/{container.id}/logs"
    async with connection.stream("read the log", path, params, gone=gone) as chunks:
        async for chunk in chunks:
            await asyncio.sleep(GATHER)
            if found := sayings.feed(b"".join((chunk, *chunks.waiting()))):
                yield found
    if found := sayings.rest():
        yield found
