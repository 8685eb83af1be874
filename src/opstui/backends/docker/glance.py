"""The first lists of an engine behind a unix socket, read without the SDK.

Importing the SDK takes longer than the lists do. What this can't do (any other address, an engine
that does not answer plainly) is left to the SDK, which also explains what is wrong.
"""

from __future__ import annotations

import asyncio
import json
import shlex
import time
from pathlib import Path
from typing import Any

from opstui.backends import plain_http
from opstui.backends.protocols import CallLog

LARGEST = 64 << 20
"""Bytes of a list."""
IMAGES, CONTAINERS = "/images/json", "/containers/json?all=1"
"""Docker Engine API, `ImageList` and `ContainerList`; without a version the engine's newest."""


async def lists(
    socket: Path, calls: CallLog, seconds: float, *targets: str
) -> list[list[dict[str, Any]]] | None:
    """The engine's lists, asked at the same time; None where one of them did not come."""
    answers = await asyncio.gather(*(_list(socket, calls, seconds, one) for one in targets))
    return [one for one in answers if one is not None] if None not in answers else None


async def _list(
    socket: Path, calls: CallLog, seconds: float, target: str
) -> list[dict[str, Any]] | None:
    began = time.monotonic()
    body = await plain_http.ask(
        lambda: asyncio.open_unix_connection(socket), "GET", target, {"Host": "docker"}, None,
        seconds=seconds, largest=LARGEST,
    )
    found = _parsed(body)
    if found is not None:
        calls.record(
            "docker", f"GET {target} → 200", shlex.join(
                ["curl", "--fail-with-body", "--unix-socket", str(socket),
                 f"http://localhost{target}"]
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
