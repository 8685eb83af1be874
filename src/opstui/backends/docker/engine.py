"""The container engine as the rest of the house sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from opstui.backends.asked import Asked
from opstui.backends.docker import containers, events, images, said
from opstui.backends.docker.connection import Connection
from opstui.backends.docker.glance import CONTAINERS, IMAGES
from opstui.backends.protocols import CallLog
from opstui.domain.container_use import Said, Window
from opstui.domain.image import Container, Image, Layer
from opstui.domain.image_name import check_name

SECONDS = 10.0
"""How long a connection or an answer may take; acts get at least a minute."""


class DockerEngine:
    """Implements `protocols.Engine` for Docker and for podman's Docker API.

    host:    an address from the settings (`unix://…`, `tcp://…`, `ssh://…`); empty looks at
             DOCKER_HOST, the docker context and the usual sockets, in this order.
    context: a docker context from the settings, used where neither names a host.
    asked:   the first questions, where they were sent before this existed.
    Nothing is read or connected before the first question.
    """

    def __init__(
        self, calls: CallLog, *, host: str = "", context: str = "", seconds: float = SECONDS,
        asked: Asked | None = None,
    ) -> None:
        self._connection = Connection(calls, host, context, seconds, asked)

    @property
    def connection(self) -> Connection:
        """What the other doors to the same engine ask through."""
        return self._connection

    async def where(self) -> str:
        """The address and what named it, such as `unix:///var/run/docker.sock, default`."""
        return (await self._connection.address()).text

    async def version(self) -> str:
        """The engine's own version and its API's, for `doctor`."""
        data = await self._connection.ask("ask for its version", lambda client: client.version())
        return f"{data.get('Version', '?')}, API {data.get('ApiVersion', '?')}"

    async def images(self) -> tuple[Image, ...]:
        """Every image with all its names, newest first, without intermediate ones."""
        found = await self._connection.glance(IMAGES, CONTAINERS)
        if found is not None:
            return images.images_of(*found)
        return await self._connection.ask("list the images", images.listed)

    async def containers(self) -> tuple[Container, ...]:
        """Every container, running first, then by name."""
        found = await self._connection.glance(CONTAINERS)
        if found is not None:
            return images.containers_of(*found)
        return await self._connection.ask("list the containers", images.containers)

    async def layers(self, image: Image) -> tuple[Layer, ...]:
        """The image's history, newest layer first."""
        return await self._connection.ask(
            "read the layers", lambda client: images.layers(client, image), gone=image.name
        )

    async def inspect(self, key: str) -> str:
        """The engine's JSON for an image (`sha256:…`) or container id, indented."""
        data = await self._connection.ask(
            "inspect it",
            lambda client: client.image_facts(key) if key.startswith("sha256:")
            else client.container_facts(key),
            gone=key.removeprefix("sha256:")[:12],
        )
        return json.dumps(data, indent=2, ensure_ascii=False)

    async def remove_image(self, image: Image) -> tuple[str, ...]:
        """Remove it with all its tags; refused while a container uses it or its names changed."""
        return await self._connection.ask(
            f"remove {image.name}", lambda client: images.remove(client, image), gone=image.name
        )

    async def tag(self, image: Image, name: str) -> None:
        """Give it one more `repository:tag`; a name another image has moves over."""
        check_name(name)
        await self._connection.ask(
            f"tag {image.name}", lambda client: images.tag(client, image, name), gone=image.name
        )

    async def start(self, container: Container) -> None:
        """Start it."""
        await self._connection.ask(
            f"start {container.name}", lambda client: containers.start(client, container),
            gone=f"container {container.name}",
        )

    async def stop(self, container: Container) -> None:
        """Stop it with its grace time; returns when it stopped."""
        await self._connection.ask(
            f"stop {container.name}", lambda client: containers.stop(client, container),
            gone=f"container {container.name}",
        )

    async def restart(self, container: Container) -> None:
        """Stop and start it."""
        await self._connection.ask(
            f"restart {container.name}", lambda client: containers.restart(client, container),
            gone=f"container {container.name}",
        )

    def logs(self, container: Container, window: Window) -> AsyncIterator[list[Said]]:
        """A part of its log and what follows; ends with the container or by cancelling."""
        return said.said(self._connection, container, window)

    def changes(self) -> AsyncIterator[None]:
        """Yields when a list may have changed; survives the engine's restart, never raises."""
        return events.follow(self._connection)

    async def close(self) -> None:
        """Let go of the sockets."""
        self._connection.close()
