"""What can be asked of and done to images."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.backends.docker import reading
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container, Image, Layer

if TYPE_CHECKING:
    from opstui.backends.docker.client import Client

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}")
"""`[host[:port]/]repository:tag`; source: the grammar in distribution/reference, reference.go."""


def listed(client: Client) -> tuple[Image, ...]:
    """Two requests, however many images: the images, and the containers that use them."""
    found = client.images()
    users = reading.users_of_images(containers(client))
    images = [reading.image(data, users) for data in found]
    return tuple(sorted(images, key=_newest_first))


def containers(client: Client) -> tuple[Container, ...]:
    """Every container, running or not, running first, then by name."""
    found = [reading.container(data) for data in client.containers(all=True)]
    return tuple(sorted(found, key=lambda one: (one.state != "running", one.name)))


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
    done = client.remove_image(image.id, force=len(names) > 1)
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


def check_name(name: str) -> None:
    """Raise OpstuiError where `name` is not `repository:tag`."""
    if not _NAME.fullmatch(name) or len(name) > 255:
        raise OpstuiError(
            f"{name!r} is not a name for an image",
            hint="write repository:tag in lower case, such as churn-api:1.4.0 or "
            "registry.example:5000/team/churn-api:1.4.0",
        )


def _newest_first(image: Image) -> tuple[float, str, str]:
    created: datetime | None = image.created
    return (-created.timestamp() if created else 0.0, image.name, image.id)
