"""Removing images by id, each looked at again just before, and what they take on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opstui.backends.docker import reading
from opstui.backends.docker.connection import Connection
from opstui.backends.docker.images import containers
from opstui.backends.docker.reading import full_id
from opstui.domain.image import Image
from opstui.domain.prune import Disk, Ended, Removal, Share

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

UNTOLD = -1
"""What the engine says where it did not work something out."""


class DockerPruning:
    """Implements `engine_protocols.Pruning` for Docker and for podman's Docker API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def disk(self) -> Disk:
        """Two requests: `/system/df`, and all images with the intermediate ones."""
        return await self._connection.ask("ask what images take on the disk", _disk)

    async def remove_seen(self, image: Image) -> Removal:
        """Remove it by id unless it changed since it was seen."""
        return await self._connection.ask(
            f"remove {image.name}", lambda client: _remove(client, image)
        )


def _disk(client: Client) -> Disk:
    told = client.df()
    every = client.images(all=True)
    return Disk(
        layers=int(told.get("LayersSize") or 0),
        shares={full_id(str(one.get("Id", ""))): _share(one) for one in told.get("Images") or ()},
        parents={
            full_id(str(one.get("Id", ""))): full_id(str(one["ParentId"]))
            for one in every if one.get("ParentId")
        },
    )


def _share(one: dict[str, Any]) -> Share:
    shared = one.get("SharedSize")
    told = isinstance(shared, int) and shared != UNTOLD
    return Share(int(one.get("Size") or 0), shared if told else None)


def _remove(client: Client, image: Image) -> Removal:
    """By id: a name may lead to another image by now.

    Source: Docker Engine API, `DELETE /images/{name}`: unforced, the engine removes an image by
    id only while it has one name in one repository.
    """
    from docker.errors import APIError

    try:
        now = client.image_facts(image.id)
        if changed := _changed(client, image, now):
            return Removal(image, Ended.SKIPPED, changed)
        names = (*reading.real(now.get("RepoTags")), *reading.real(now.get("RepoDigests")))
        repositories = {_repository(name) for name in names}
        client.remove_image(image.id, force=len(names) > 1 or len(repositories) > 1)
    except APIError as error:
        if error.status_code == 404:
            return Removal(image, Ended.GONE)
        if error.status_code == 409:
            return Removal(image, Ended.REFUSED, str(error.explanation or error))
        raise
    return Removal(image, Ended.REMOVED)


def _changed(client: Client, image: Image, now: dict[str, Any]) -> str:
    """What happened to it since it was seen, or empty."""
    names = reading.real(now.get("RepoTags"))
    if added := sorted(set(names) - set(image.tags)):
        return f"it is also called {', '.join(added)} by now"
    users = reading.users_of_images(containers(client)).get(image.id, ())
    return f"it is used by {', '.join(users)} by now" if users else ""


def _repository(name: str) -> str:
    return name.partition("@")[0] if "@" in name else name.rpartition(":")[0]
