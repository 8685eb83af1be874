"""How a container has been: its health, its ends, what it would leave behind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_ANONYMOUS = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One time that the engine looked whether it is well."""

    started: datetime | None
    took: timedelta | None
    exit_code: int
    """0 is healthy; 1 and others are not; -1 took too long."""
    output: str


@dataclass(frozen=True, slots=True)
class ContainerState:
    """What inspecting tells beside the list."""

    running: bool
    exit_code: int | None
    """Of its last end; None where it never ended, or runs."""
    out_of_memory: bool
    error: str
    """Why the engine could not start it; empty where it could."""
    started: datetime | None
    finished: datetime | None
    restarts: int
    """Times that the engine itself started it again."""
    policy: str
    """When it does: `always`, `unless-stopped`, `on-failure:3`; empty for never."""
    check: str
    """The command of its health check; empty without one."""
    streak: int
    """Failed checks in a row."""
    checks: tuple[HealthCheck, ...] = ()
    """The last ones that the engine keeps (five), newest first."""
    volumes: tuple[str, ...] = ()
    """Names of volumes that were made for it alone: nobody gave them a name."""


def state_of(inspected: str) -> ContainerState:
    """Read the engine's JSON. Source: Docker Engine API v1.41, `ContainerInspect`.

    Podman's has the same names; older ones say `Healthcheck` for `Health`.
    """
    data = _map(json.loads(inspected))
    state, host = _map(data.get("State")), _map(data.get("HostConfig"))
    health = _map(state.get("Health") or state.get("Healthcheck"))
    checks = [_map(one) for one in health.get("Log") or ()]
    policy = _map(host.get("RestartPolicy"))
    name, most = str(policy.get("Name") or ""), policy.get("MaximumRetryCount")
    running, finished = bool(state.get("Running")), when(state.get("FinishedAt"))
    test = _map(_map(data.get("Config")).get("Healthcheck")).get("Test") or ()
    return ContainerState(
        running=running,
        exit_code=None if running or finished is None else int(state.get("ExitCode") or 0),
        out_of_memory=bool(state.get("OOMKilled")), error=str(state.get("Error") or ""),
        started=when(state.get("StartedAt")), finished=finished,
        restarts=int(data.get("RestartCount") or 0),
        policy="" if name in ("", "no") else f"{name}:{most}" if most else name,
        check=_command(test), streak=int(health.get("FailingStreak") or 0),
        checks=tuple(_check(one) for one in reversed(checks)),
        volumes=tuple(
            str(mount.get("Name")) for mount in map(_map, data.get("Mounts") or ())
            if mount.get("Type") == "volume" and _ANONYMOUS.fullmatch(str(mount.get("Name")))
        ),
    )


def when(text: Any) -> datetime | None:
    """The engine's time; the year 1 stands for never."""
    try:
        found = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return found if found.year > 1 and found.tzinfo is not None else None


def _command(test: Any) -> str:
    words = [str(one) for one in test] if isinstance(test, list | tuple) else []
    if not words or words[0] == "NONE":
        return ""
    return " ".join(words[1:] if words[0] in ("CMD", "CMD-SHELL") else words)


def _check(data: Mapping[str, Any]) -> HealthCheck:
    started, ended = when(data.get("Start")), when(data.get("End"))
    took = ended - started if started and ended else None
    return HealthCheck(
        started, took, int(data.get("ExitCode") or 0), str(data.get("Output") or "").strip()
    )


def _map(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, Mapping) else {}
