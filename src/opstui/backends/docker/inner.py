"""What may be asked of single containers beside their list: use, a shell, removal."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from opstui.backends.docker import shells, stats
from opstui.backends.docker.connection import Connection
from opstui.domain.container_use import Use
from opstui.domain.image import Container

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client


class DockerContainers:
    """Implements `engine_protocols.Containers`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def uses(self, container: Container) -> AsyncGenerator[Use, None]:
        """A measurement now and one every few seconds until it ends."""
        return stats.uses(self._connection, container)

    async def shell(self, container: Container) -> tuple[str, ...]:
        """The shell in it that is the most comfortable."""
        return await self._connection.ask(
            f"run a shell in {container.name}", lambda client: shells.shell(client, container),
            gone=f"container {container.name}",
        )

    async def program(self, container: Container, words: tuple[str, ...]) -> tuple[str, ...]:
        """The program to give the terminal to, so that it is joined to a command in there."""
        address = await self._connection.address()
        return shells.program(address, container, words, os.environ.get("PATH", os.defpath))

    async def remove(self, container: Container, *, force: bool, volumes: bool) -> None:
        """Remove it by its id; a running one only by `force`, which kills it.

        volumes: also those that were made for it alone and have no name.
        """
        def remove(client: Client) -> None:
            client.container_facts(container.id)
            client.remove_container(container.id, v=volumes, force=force)

        await self._connection.ask(
            f"remove {container.name}", remove, gone=f"container {container.name}"
        )
