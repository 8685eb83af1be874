"""What runs inside containers: a few named variables, and when they were started.

An environment holds passwords. Nothing of it is kept but the variables that were asked for, and
of these only what is the address of a model. Source: Docker Engine API v1.41, `ContainerInspect`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from opstui.backends.docker.connection import Connection
from opstui.domain.image import Container
from opstui.domain.served import ServedNames, Within, kept

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

RUNNING = ("running", "paused", "restarting")
"""States of a container that serves, or is about to."""
ENDED = 30
"""Containers that do not run and are asked about all the same: a service that fell is one."""


class Environments:
    """Implements `engine_protocols.Inside`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, tuple[str, ServedNames, Within]] = {}
        """By id: the list's own sentence when it was read, what was asked for, the answer."""

    async def within(
        self, containers: Sequence[Container], names: ServedNames
    ) -> Mapping[str, Within]:
        """By container id; each is asked for once in its life, of those that ended only some."""
        running = [one for one in containers if one.state in RUNNING]
        running += [one for one in containers if one.state not in RUNNING][:ENDED]
        self._known = {one.id: self._known[one.id] for one in containers if one.id in self._known}
        for one in running:
            if self._fresh(one, names):
                continue
            found = await self._connection.ask(
                f"look inside {one.name}", partial(_inside, key=one.id, names=names)
            )
            if found is not None:
                self._known[one.id] = (one.note, names, found)
        return {one.id: self._known[one.id][2] for one in running if one.id in self._known}

    def _fresh(self, container: Container, names: ServedNames) -> bool:
        """Whether what is known still holds: a variable never changes, a start does.

        A container that was started again says `Up 3 seconds`, where it had said more before.
        """
        known = self._known.get(container.id)
        return (known is not None and known[1] == names
                and ("second" not in container.note or known[0] == container.note))


def _inside(client: Client, key: str, names: ServedNames) -> Within | None:
    """None where the container is gone by now."""
    from docker.errors import NotFound

    try:
        facts: Mapping[str, Any] = client.container_facts(key)
    except NotFound:
        return None
    config = facts.get("Config") or {}
    return Within(
        kept((str(one) for one in config.get("Env") or ()), names),
        _when(str((facts.get("State") or {}).get("StartedAt") or "")),
        str(config.get("Image") or ""),
    )


def _when(text: str) -> datetime | None:
    """The engine's time; the year 1 stands for never."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year > 1 and found.tzinfo is not None else None
