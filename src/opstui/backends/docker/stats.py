"""What a container uses, from the engine's stream of measurements.

Source: Docker Engine API v1.41, `ContainerStats`; the arithmetic is the docker command line's
(docker/cli, `cli/command/container/stats_helpers.go`), so that both tell the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from opstui.domain.container_use import Use

if TYPE_CHECKING:
    from opstui.backends.docker.connection import Connection
    from opstui.domain.image import Container

Json = Mapping[str, Any]


async def uses(connection: Connection, container: Container) -> AsyncGenerator[Use, None]:
    """A measurement now and one about every second (podman: every five) until it ends."""
    path = f"/containers/{container.id}/stats"
    rest = b""
    async with connection.stream(
        "measure it", path, {"stream": 1}, gone=f"container {container.name}"
    ) as chunks:
        async for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if line.strip() and (found := _parsed(line)) is not None:
                    yield found
            await asyncio.sleep(0)


def _parsed(line: bytes) -> Use | None:
    try:
        data = json.loads(line)
    except ValueError:
        return None
    return use(data) if isinstance(data, dict) else None


def use(data: Json) -> Use | None:
    """One measurement; None for the empty one that is sent of a container that ended."""
    now, before = _part(data, "cpu_stats"), _part(data, "precpu_stats")
    memory = _part(data, "memory_stats")
    if not memory.get("usage") and not _part(now, "cpu_usage").get("total_usage"):
        return None
    received, sent = _networks(data.get("networks"))
    read, written = _disks(_part(data, "blkio_stats").get("io_service_bytes_recursive"))
    return Use(
        at=_when(data.get("read")), cpu=cpu(now, before), processors=processors(now),
        memory=used(memory), limit=int(memory.get("limit") or 0), received=received, sent=sent,
        read=read, written=written, pids=int(_part(data, "pids_stats").get("current") or 0),
    )


def cpu(now: Json, before: Json) -> float | None:
    """The share of all processors' time, times the processors: 100 is one of them, busy.

    `calculateCPUPercentUnix` of docker/cli. The first measurement has nothing before it.
    """
    if not before.get("system_cpu_usage"):
        return None
    mine = _total(now) - _total(before)
    all_of_them = float(now.get("system_cpu_usage") or 0) - float(before["system_cpu_usage"])
    if mine <= 0 or all_of_them <= 0:
        return 0.0
    return mine / all_of_them * processors(now) * 100


def processors(now: Json) -> int:
    """`online_cpus`, which older engines lack: then as many as are counted one by one."""
    return int(now.get("online_cpus") or len(_part(now, "cpu_usage").get("percpu_usage") or ()))


def used(memory: Json) -> int:
    """The usage without inactive file cache: `calculateMemUsageUnixNoCache` of docker/cli.

    It is called `total_inactive_file` by cgroup v1 and `inactive_file` by v2; podman leaves the
    details out.
    """
    usage = int(memory.get("usage") or 0)
    stats = _part(memory, "stats")
    cache = int(stats.get("total_inactive_file", stats.get("inactive_file")) or 0)
    return usage - cache if cache < usage else usage


def _networks(networks: Any) -> tuple[int | None, int | None]:
    """Bytes received and sent over all of them; None where it has none of its own."""
    if not isinstance(networks, Mapping) or not networks:
        return None, None
    every = [one for one in networks.values() if isinstance(one, Mapping)]
    return (sum(int(one.get("rx_bytes") or 0) for one in every),
            sum(int(one.get("tx_bytes") or 0) for one in every))


def _disks(entries: Any) -> tuple[int | None, int | None]:
    """Bytes read and written; the operation is `Read` in cgroup v1 and `read` in v2."""
    if not isinstance(entries, list) or not entries:
        return None, None
    sums = {"r": 0, "w": 0}
    for entry in entries:
        letter = str(entry.get("op") or " ")[0].lower()
        if letter in sums:
            sums[letter] += int(entry.get("value") or 0)
    return sums["r"], sums["w"]


def _total(stats: Json) -> float:
    return float(_part(stats, "cpu_usage").get("total_usage") or 0)


def _part(data: Json, name: str) -> Json:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _when(text: Any) -> datetime:
    """The engine's time; now where it says none, as the year 1 of a container that ended."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.now(UTC)
    return found if found.year > 1 and found.tzinfo is not None else datetime.now(UTC)
