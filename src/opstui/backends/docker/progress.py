"""The engine's stream of JSON while it works, as what happened. Source: moby, pkg/jsonmessage."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Any

from opstui.domain.transfer import Part


@dataclass(frozen=True, slots=True)
class Told:
    """One message."""

    part: Part | None = None
    text: str = ""
    """What a build printed."""
    error: str = ""
    digest: str = ""
    """What was pulled or pushed, `sha256:…`."""
    image: str = ""
    """The id of what was built."""


async def told(chunks: AsyncIterable[bytes]) -> AsyncIterator[Told]:
    """Every message; one may come in several chunks, and a chunk may hold several."""
    left = b""
    async for chunk in chunks:
        *whole, left = (left + chunk).split(b"\n")
        for line in whole:
            if (one := _read(line)) is not None:
                yield one
    if (one := _read(left)) is not None:
        yield one


def _read(line: bytes) -> Told | None:
    if not line.strip():
        return None
    try:
        data = json.loads(line)
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    detail = data.get("errorDetail")
    error = detail.get("message") if isinstance(detail, dict) else ""
    aux = data.get("aux")
    aux = aux if isinstance(aux, dict) else {}
    status = str(data.get("status") or "")
    return Told(
        part=_part(data, status), text=str(data.get("stream") or ""),
        error=str(error or data.get("error") or ""),
        digest=str(aux.get("Digest") or "") or _digest(status), image=str(aux.get("ID") or ""),
    )


def _part(data: dict[str, Any], status: str) -> Part | None:
    name = str(data.get("id") or "")
    if not name or not status or status.startswith("Pulling from"):
        return None
    counted = data.get("progressDetail")
    counted = counted if isinstance(counted, dict) else {}
    return Part(name, status, int(counted.get("current") or 0), int(counted.get("total") or 0))


def _digest(status: str) -> str:
    """A pull ends with `Digest: sha256:…`."""
    word, _, digest = status.partition(": ")
    return digest.strip() if word == "Digest" else ""
