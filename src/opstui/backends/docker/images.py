"""What can be asked of and done to images."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.backends.docker import reading
from opstui.backends.docker.reading import Json
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container, Image, Layer
from opstui.domain.image_name import check_name

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client


def listed(client: Client) -> tuple[Image, ...]:
    """Two requests, however many images: the images, and the containers that use them."""
    return images_of(client.images(), client.containers(all=True))


def containers(client: Client) -> tuple[Container, ...]:
    """Every container, running or not, running first, then by name."""
    return containers_of(client.containers(all=True))


def images_of(images: Iterable[Json], users: Iterable[Json]) -> tuple[Image, ...]:
    """The engine's two lists as one: every image with the names of its containers."""
    named = reading.users_of_images(containers_of(users))
    return tuple(sorted((reading.image(data, named) for data in images), key=_newest_first))


def containers_of(found: Iterable[Json]) -> tuple[Container, ...]:
    """The engine's list, running ones first, then by name."""
    read = [reading.container(data) for data in found]
    return tuple(sorted(read, key=lambda one: (one.state != "running", one.name)))


def layers(client: Client, image: Image) -> tuple[Layer, ...]:
    """The history; the engine gives the newest first."""
    return tuple(reading.layer(data) for data in client.image_history(image.id))


def remove(client: Client, image: Image) -> tuple[str, ...]:
    """Remove by id what the person saw: refused when it is used or has other names by now."""
    now = client.image_facts(image.id)
    names = reading.real(now.get("RepoTags"))
    if added := sorted(set(names) - set(image.tags)):
        raise OpstuiError(
            f"{image.name} is also called {', '.join(added)} by now", where=client.address.text,
            hint="refresh the list and look again",
        )
    users = reading.users_of_images(containers(client)).get(image.id, ())
    if users:
        raise OpstuiError(
            f"{image.name} is used by {', '.join(users)}", where=client.address.text,
            hint="remove the containers first",
        )
    repositories = {name.rpartition(":")[0] for name in names}
    repositories |= {name.partition("@")[0] for name in reading.real(now.get("RepoDigests"))}
    # unforced, the engine removes an image by id only while it has one name in one repository
    done = client.remove_image(image.id, force=len(names) > 1 or len(repositories) > 1)
    return tuple(
        f"{word} {line[said]}" for line in done or ()
        for said, word in (("Untagged", "untagged"), ("Deleted", "deleted")) if said in line
    )


def tag(client: Client, image: Image, name: str) -> None:
    """Add `repository:tag`; a name that another image has moves to this one."""
    check_name(name)
    client.image_facts(image.id)
    repository, _, word = name.rpartition(":")
    client.tag(image.id, repository, word)


def _newest_first(image: Image) -> tuple[float, str, str]:
    created: datetime | None = image.created
    return (-created.timestamp() if created else 0.0, image.name, image.id)
