"""What takes an engine a while, in memory: pruning, transfers, an image registry, builds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

from opstui.domain.build import BuildOrder, Recipe
from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.image_reference import Reference
from opstui.domain.page import Page
from opstui.domain.prune import Disk, Ended, Removal, Share
from opstui.domain.registry_tag import RegistryTag
from opstui.domain.transfer import Part
from tests.fakes import story
from tests.fakes.registry import NOW
from tests.fakes.systems import StoryEngine

OLD, NEW = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
DOCKERFILE = "FROM python:3.12-slim\nRUN pip install .\n"


class StoryWork:
    """Does at once what it is told, unless it is told to wait in the middle."""

    def __init__(self, engine: StoryEngine) -> None:
        self._engine = engine
        self.did: list[str] = []
        self.tagged = {"churn-api:1.4.0": OLD, "churn-api:prod": OLD, "churn-api:1.5.0": NEW}
        """By name: the digests that the registry has."""
        self.waits = asyncio.Event()
        self.waits.set()
        """Cleared: transfers, builds and removals stay in the middle until it is set."""
        self.error = ""
        self.trusted: set[str] = set()

    async def _middle(self, what: str) -> None:
        self.did.append(f"{what} begun")
        if self.error:
            raise OpstuiError(self.error)
        try:
            await self.waits.wait()
        except asyncio.CancelledError:
            self.did.append(f"{what} given up")
            raise

    # pruning

    async def disk(self) -> Disk:
        held = self._engine.held
        return Disk(sum(one.size for one in held),
                    {one.id: Share(one.size, one.size // 2) for one in held})

    async def remove_seen(self, image: Image) -> Removal:
        await self._middle(f"remove {image.name}")
        there = image.id in {one.id for one in self._engine.held}
        self._engine.held = tuple(one for one in self._engine.held if one.id != image.id)
        return Removal(image, Ended.REMOVED if there else Ended.GONE)

    # transfers

    async def pull(self, at: Reference, auth: str, tell: Callable[[Part], None]) -> str:
        tell(Part("a1b2c3d4e5f6", "Downloading", 30_000_000, 90_000_000))
        await self._middle(f"pull {at.text}")
        digest = at.digest or self.tagged[at.text]
        made = replace(
            story.IMAGES[0], id=f"sha256:{'9' * 64}", tags=(at.text,) if at.tag else (),
            digests=(f"{at.name}@{digest}",),
        )
        others = (replace(one, tags=tuple(tag for tag in one.tags if tag != at.text))
                  for one in self._engine.held)
        self._engine.held = (made, *others)
        return digest

    async def push(self, at: Reference, auth: str, tell: Callable[[Part], None]) -> str:
        tell(Part("a1b2c3d4e5f6", "Pushing", 30_000_000, 90_000_000))
        await self._middle(f"push {at.text}")
        self.tagged[at.text] = NEW
        return NEW

    # the registry

    async def tags(self, at: Reference, token: str = "") -> Page[RegistryTag]:
        names = [name for name in self.tagged if name.rpartition(":")[0] == at.name]
        return Page(tuple([self._row(at.tagged(name.rpartition(":")[2])) for name in names]))

    async def look(self, at: Reference) -> RegistryTag | None:
        return self._row(at) if at.text in self.tagged else None

    async def digest(self, at: Reference) -> str:
        if self.error:
            raise OpstuiError(self.error)
        return self.tagged.get(at.text, "")

    async def name(self, at: Reference, tag: str) -> None:
        self.did.append(f"name {at.text} {tag}")
        self.tagged[at.tagged(tag).text] = at.digest

    async def auth(self, at: Reference) -> str:
        return ""

    async def close(self) -> None:
        return

    def _row(self, at: Reference) -> RegistryTag:
        digest = self.tagged[at.text]
        commit = story.sha("release") if digest == OLD else story.SCALER
        return RegistryTag(
            at.name, at.tag, digest, 61_000_000, NOW - timedelta(days=3), ("linux/amd64",),
            ((REVISION_LABEL, commit),), layers=((NEW, 61_000_000),),
            config=story.IMAGES[1].id if digest == OLD else "",
        )

    # builds

    async def recipes(self, commit: str) -> tuple[str, ...]:
        return ("Dockerfile", "serving/Dockerfile")

    async def look_recipe(self, path: str) -> Recipe:
        return Recipe(path, DOCKERFILE, path, path in self.trusted)

    async def trust(self, recipe: Recipe) -> None:
        self.trusted.add(recipe.path)

    async def origin(self) -> str:
        return "https://git.example/team/churn-service.git"


class StoryBuilds:
    """The builds of a `StoryWork`: both registries and builds have something called `look`."""

    def __init__(self, work: StoryWork, engine: StoryEngine) -> None:
        self._work = work
        self._engine = engine
        self.recipes = work.recipes
        self.trust = work.trust
        self.origin = work.origin

    async def look(self, commit: str, path: str) -> Recipe:
        return await self._work.look_recipe(path)

    async def build(self, order: BuildOrder) -> AsyncIterator[str | bytes]:
        yield b"Step 1/2 : FROM python:3.12-slim\n"
        await self._work._middle(f"build {order.name} {order.path}")
        yield b"Successfully built 777777777777\n"
        made = replace(
            story.IMAGES[0], id=f"sha256:{'7' * 64}", tags=(order.name,),
            labels=tuple(sorted(order.labels().items())), created=NOW,
        )
        self._engine.held = (made, *self._engine.held)
        yield made.id
