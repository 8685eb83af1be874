"""The first lists of an engine behind a unix socket, read without the SDK.

Importing the SDK takes longer than the lists do. What this can't do (any other address, an engine
that does not answer plainly) is left to the SDK, which also explains what is wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import time
from typing import TYPE_CHECKING, Any

from opstui.backends.asked import Asked
from opstui.backends.docker.addresses import candidates
from opstui.backends.plain_http import ask, request
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.backends.protocols import CallLog

LARGEST = 64 << 20
"""Bytes of a list."""
IMAGES, CONTAINERS = "/images/json", "/containers/json?all=1"
"""Docker Engine API, `ImageList` and `ContainerList`; without a version the engine's newest."""


def socket_of(host: str, context: str) -> str:
    """The unix socket of the engine that is meant, or empty where it is no such thing."""
    try:
        addresses = candidates(host, context)
    except OpstuiError:
        return ""  # told by whoever connects
    sockets = [one.socket for one in addresses]
    if len(sockets) > 1:
        sockets = [one for one in sockets if one is not None and os.path.lexists(one)]
    return str(sockets[0]) if sockets and sockets[0] is not None else ""


def written(target: str) -> bytes:
    """The characters of a question."""
    return request("GET", target, {"Host": "docker"}, None)


async def lists(
    socket: str, calls: CallLog, seconds: float, *targets: str, asked: Asked | None = None
) -> list[list[dict[str, Any]]] | None:
    """The engine's lists, asked at the same time; None where one of them did not come."""
    answers = await asyncio.gather(*(_list(socket, calls, seconds, one, asked) for one in targets))
    return [one for one in answers if one is not None] if None not in answers else None


async def _list(
    socket: str, calls: CallLog, seconds: float, target: str, asked: Asked | None
) -> list[dict[str, Any]] | None:
    began = time.monotonic()
    found = _parsed(await ask(
        socket, written(target), seconds=seconds, largest=LARGEST, asked=asked
    ))
    if found is not None:
        calls.record(
            "docker", f"GET {target} → 200", shlex.join(
                ["curl", "--fail-with-body", "--unix-socket", socket, f"http://localhost{target}"]
            ), "200", ok=True, milliseconds=(time.monotonic() - began) * 1000,
        )
    return found


def _parsed(body: bytes | None) -> list[dict[str, Any]] | None:
    try:
        found = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
    good = isinstance(found, list) and all(isinstance(one, dict) for one in found)
    return found if good else None
