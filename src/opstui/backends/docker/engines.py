"""Which engines there are, and taking another one for all that shares the connection."""

from __future__ import annotations

import asyncio

from opstui.backends.docker.addresses import Address, ssh_hosts, typed, without_password
from opstui.backends.docker.connection import Connection
from opstui.domain.engine import KnownEngine


class DockerEngines:
    """Implements `engine_protocols.Engines`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def name(self) -> str:
        """What to call the engine that is talked to; empty for the usual one."""
        target = self._connection.target
        return "" if target is None or target.name == "default" else target.name

    async def known(self) -> tuple[KnownEngine, ...]:
        """Every engine that the person's own files and variables name, the active one marked."""
        target = self._connection.target
        found = await asyncio.to_thread(self._connection.known)
        if target is not None and target.url not in [one.url for one in found]:
            found = (target, *found)
        return tuple(_known(one, target) for one in found)

    async def hosts(self) -> tuple[str, ...]:
        """Addresses that could be typed: the hosts of the person's own ssh settings."""
        return await asyncio.to_thread(ssh_hosts)

    async def use(self, engine: str) -> KnownEngine:
        """Talk to another engine from now on, by its id, its address or a context's name.

        Raises OpstuiError for a name that is none; whether it answers is told by who asks it.
        """
        found = await asyncio.to_thread(self._find, engine)
        self._connection.switch(found)
        return _known(found, found)

    def _find(self, engine: str) -> Address:
        known = self._connection.known()
        named = next((one for one in known if engine in (_id(one), one.name)), None)
        return named or typed(engine)


def _id(address: Address) -> str:
    return f"{address.source} {without_password(address.url)}"


def _known(address: Address, target: Address | None) -> KnownEngine:
    return KnownEngine(
        _id(address), address.name, without_password(address.url), address.source,
        active=target is not None and address.url == target.url,
    )
