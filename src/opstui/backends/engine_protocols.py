"""What else may be asked of a container engine: one small protocol for each idea."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol

from opstui.domain.build import BuildOrder, Recipe
from opstui.domain.container_use import Use
from opstui.domain.engine import KnownEngine
from opstui.domain.image import Container, Image
from opstui.domain.image_reference import Reference
from opstui.domain.page import Page
from opstui.domain.prune import Disk, Removal
from opstui.domain.registry_tag import RegistryTag
from opstui.domain.served import ServedNames, Within
from opstui.domain.transfer import Part


class Inside(Protocol):
    """A look inside containers, for what their list does not tell."""

    async def within(
        self, containers: Sequence[Container], names: ServedNames
    ) -> Mapping[str, Within]:
        """By container id: the variables asked for, and when it started last.

        A container that is gone is left out, and so are many that ended. What was read once is
        remembered.
        """
        ...


class Pruning(Protocol):
    """Removing images one by one, each by its id and only as it was seen."""

    async def disk(self) -> Disk:
        """What images take and share, and what was built on what."""
        ...

    async def remove_seen(self, image: Image) -> Removal:
        """Remove the image after reading it again: one that got a name or a container since is
        skipped, one that is gone is done. Raises OpstuiError where the engine does not answer."""
        ...


class Containers(Protocol):
    """What may be asked of single containers beside their list."""

    def uses(self, container: Container) -> AsyncGenerator[Use, None]:
        """A measurement now and one every few seconds; ends with it or by cancelling."""
        ...

    async def shell(self, container: Container) -> tuple[str, ...]:
        """The words of the most comfortable shell in it; OpstuiError where there is none."""
        ...

    async def program(self, container: Container, words: tuple[str, ...]) -> tuple[str, ...]:
        """The program to give the terminal to, so that it is joined to a command in there."""
        ...

    async def remove(self, container: Container, *, force: bool, volumes: bool) -> None:
        """Remove it by its id; a running one only by `force`, which kills it.

        volumes: also those that were made for it alone and have no name.
        """
        ...


class Engines(Protocol):
    """Which engines there are, and taking another one for every list of images or containers."""

    @property
    def name(self) -> str:
        """What to call the engine that is talked to; empty for the usual one of this machine."""
        ...

    async def known(self) -> tuple[KnownEngine, ...]:
        """Every engine that the person's own files and variables name, the active one marked."""
        ...

    async def hosts(self) -> tuple[str, ...]:
        """Addresses that could be typed: the hosts of the person's own ssh settings."""
        ...

    async def use(self, engine: str) -> KnownEngine:
        """Talk to another engine from now on, by its id, its address or a context's name.

        Raises OpstuiError for a name that is none; whether it answers is told by who asks it.
        """
        ...


class Transfers(Protocol):
    """Pulling and pushing. Cancelling the task that awaits one makes the engine give up."""

    async def pull(self, at: Reference, auth: str, tell: Callable[[Part], None]) -> str:
        """Pull a tag or digest; returns the digest. auth: as `ImageRegistry.auth` gives it."""
        ...

    async def push(self, at: Reference, auth: str, tell: Callable[[Part], None]) -> str:
        """Push a tag that an image of the engine has; returns the digest."""
        ...


class ImageRegistry(Protocol):
    """Image registries, each named by the references that are asked about."""

    async def tags(self, at: Reference, token: str = "") -> Page[RegistryTag]:
        """A page of the repository's tags with what each names."""
        ...

    async def look(self, at: Reference) -> RegistryTag | None:
        """What a tag or digest names; None where there is no such."""
        ...

    async def digest(self, at: Reference) -> str:
        """The digest that a tag names now; empty where there is no such tag."""
        ...

    async def name(self, at: Reference, tag: str) -> None:
        """Let a tag name a digest that is in the repository already."""
        ...

    async def auth(self, at: Reference) -> str:
        """The person's login for this registry as the engine takes it, or empty. A secret."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class Builds(Protocol):
    """Building images from Dockerfiles in the repository's commits."""

    async def recipes(self, commit: str) -> tuple[str, ...]:
        """Paths of the Dockerfiles at a commit, those nearest to the top first."""
        ...

    async def look(self, commit: str, path: str) -> Recipe:
        """A Dockerfile's text at a commit, and whether the person trusted exactly this one."""
        ...

    async def trust(self, recipe: Recipe) -> None:
        """Remember that the person saw exactly this Dockerfile and wants it built."""
        ...

    async def origin(self) -> str:
        """Address of the repository's remote without credentials; empty without one."""
        ...

    def build(self, order: BuildOrder) -> AsyncIterator[str | bytes]:
        """What the build prints as bytes, then the image's id as text. Cancelling ends it."""
        ...
