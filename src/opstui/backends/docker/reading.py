"""The engine's JSON as nouns. Source: Docker Engine API v1.41, `/images/json`, `/containers/json`.

Podman's answers have the same shape; where they differ the reading here takes both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from opstui.domain.image import Container, Image, Layer
from opstui.domain.status import Status

Json = Mapping[str, Any]

_HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)")
_EXIT = re.compile(r"\((-?\d+)\)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_ANYWHERE = ("", "0.0.0.0", "::")

_STATES = {
    "paused": Status.BLOCKED,
    "restarting": Status.WARNED,
    "created": Status.QUEUED,
    "initialized": Status.QUEUED,
    "configured": Status.QUEUED,
    "removing": Status.WARNED,
    "stopping": Status.WARNED,
    "dead": Status.FAILED,
}


def full_id(text: str) -> str:
    """An image id with its `sha256:`, which podman leaves out in places."""
    return text if not text or ":" in text else f"sha256:{text}"


def image(data: Json, users: Mapping[str, tuple[str, ...]]) -> Image:
    """One line of the list of images."""
    key = full_id(str(data.get("Id", "")))
    return Image(
        id=key,
        tags=tuple(sorted(real(data.get("RepoTags")))),
        digests=tuple(sorted(real(data.get("RepoDigests")))),
        size=int(data.get("Size") or 0),
        created=when(data.get("Created")),
        labels=labels(data.get("Labels")),
        used_by=users.get(key, ()),
    )


def real(names: Any) -> tuple[str, ...]:
    """Names without the placeholders of older engines, `<none>:<none>`."""
    return tuple(str(name) for name in names or () if not str(name).startswith("<none>"))


def container(data: Json) -> Container:
    """One line of the list of containers."""
    state = str(data.get("State") or "").lower()
    note = str(data.get("Status") or "")
    health = found.group(1) if (found := _HEALTH.search(note)) else ""
    return Container(
        id=str(data.get("Id", "")),
        name=_name(data),
        image=str(data.get("Image") or ""),
        image_id=full_id(str(data.get("ImageID") or "")),
        state=state,
        status=_status(state, health, note),
        health=health,
        ports=_ports(data.get("Ports")),
        created=when(data.get("Created")),
        note=note,
        labels=labels(data.get("Labels")),
    )


def layer(data: Json) -> Layer:
    """One line of an image's history."""
    return Layer(
        command=str(data.get("CreatedBy") or data.get("Comment") or ""),
        size=int(data.get("Size") or 0), created=when(data.get("Created")),
    )


def users_of_images(containers: tuple[Container, ...]) -> dict[str, tuple[str, ...]]:
    """Image id to the names of its containers."""
    users: dict[str, tuple[str, ...]] = {}
    for one in containers:
        users[one.image_id] = (*users.get(one.image_id, ()), one.name)
    return users


def when(seconds: Any) -> datetime | None:
    """A time in seconds since 1970; builds that hide their time say 0 or less: None."""
    if not isinstance(seconds, int | float) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def seconds(time: str) -> str:
    """RFC 3339 as seconds since 1970, the only way that logs may be asked since a time.

    `2026-03-01T12:00:00.123456789Z` is `1772366400.123456789`: nanoseconds matter.
    """
    found = _TIME.fullmatch(time)
    if found is None:
        return ""
    whole = datetime.fromisoformat(f"{found[1]}{found[3].replace('Z', '+00:00')}")
    return f"{int(whole.timestamp())}{found[2] or ''}"


def in_utc(time: bytes, zone: bytes) -> bytes:
    """`2026-03-01T13:00:00` at `+01:00` as `2026-03-01T12:00:00`."""
    there = datetime.fromisoformat((time + zone).decode())
    return there.astimezone(UTC).replace(tzinfo=None).isoformat().encode()


def labels(data: Any) -> tuple[tuple[str, str], ...]:
    """Labels, sorted by name."""
    return tuple(sorted((str(name), str(value)) for name, value in (data or {}).items()))


def _name(data: Json) -> str:
    """Its own name; legacy links add others, which have a second slash."""
    names = [str(name) for name in data.get("Names") or ()]
    own = [name for name in names if name.count("/") <= 1] or names
    return own[0].lstrip("/") if own else str(data.get("Id", ""))[:12]


def _status(state: str, health: str, note: str) -> Status:
    if state == "running":
        return {"unhealthy": Status.FAILED, "starting": Status.RUNNING}.get(health, Status.UP)
    if state in ("exited", "stopped"):
        code = _EXIT.search(note)
        return Status.FAILED if code and int(code.group(1)) else Status.DOWN
    return _STATES.get(state, Status.UNKNOWN)


def _ports(data: Any) -> tuple[str, ...]:
    """Published ports only; the same port on all IPv4 and all IPv6 addresses is one `*`."""
    found: list[str] = []
    for port in data or ():
        if not (public := port.get("PublicPort")):
            continue
        ip = str(port.get("IP") or "")
        shown = "*" if ip in _ANYWHERE else f"[{ip}]" if ":" in ip else ip
        found.append(f"{shown}:{public}→{port.get('PrivatePort')}/{port.get('Type') or 'tcp'}")
    return tuple(dict.fromkeys(found))
