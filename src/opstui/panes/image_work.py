"""What can be done with images that takes the engine a while: the keys of the images' list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.domain.image import Image
from opstui.domain.image_reference import Reference, reference
from opstui.panes.building import build_asked, why_not_build
from opstui.panes.engine_jobs import JobsView
from opstui.panes.pruning import prune
from opstui.panes.registry_tags import RegistryTagsView
from opstui.panes.transferring import ask_pull, push_after_asking
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk

if TYPE_CHECKING:
    from opstui.panes.images import ImagesView


def why_not_prune(part: ImageWork, _item: object) -> str:
    """One at a time, and only where there is a door to the engine for it."""
    if part.world.pruning is None:
        return "there is no engine for it"
    return "a prune is under way: J shows it" if part.world.jobs.under_way("prune") else ""


def why_no_transfer(part: ImageWork, _item: object) -> str:
    """Only where there are doors to the engine and to registries."""
    there = part.world.transfers is not None and part.world.image_registry is not None
    return "" if there else "there is no engine for it"


def why_no_registry(part: ImageWork, image: Image) -> str:
    """Names lead to registries."""
    if part.world.image_registry is None:
        return "image registries can't be asked here"
    return "" if image.tags or image.digests else "it has no name that leads to a registry"


class ImageWork:
    """Acts of the images' list that take a while."""

    def __init__(self, view: ImagesView) -> None:
        self.world = view.world

    @action("p", "Pull", changes=("images",), when=why_no_transfer, item=False)
    async def pull(self, desk: Desk) -> None:
        """Pull an image by tag or digest through the engine, with its progress."""
        await ask_pull(self.world, desk, "")

    @action("P", "Push", changes=("images",), when=why_no_transfer)
    async def push(self, image: Image, desk: Desk) -> None:
        """Push the image to the registry that its name names, with its progress."""
        await push_after_asking(self.world, desk, image)

    @action("T", "Registry tags", when=why_no_registry)
    async def tags(self, image: Image, desk: Desk) -> None:
        """List the tags of its repository at the registry."""
        at = await self._repository(image, desk)
        if at is not None:
            desk.open(RegistryTagsView(self.world, at), at.name)

    @action("x", "Prune", changes=("images",), when=why_not_prune, item=False)
    async def prune(self, desk: Desk) -> None:
        """Show which images nothing needs, by reason and bytes, and remove those you agree to."""
        await prune(self.world, desk)

    @action("B", "Build image", changes=("images",), when=why_not_build, item=False, footer=False)
    async def build(self, desk: Desk) -> None:
        """Build an image from a Dockerfile at a commit, labelled with it."""
        await build_asked(self.world, desk)

    @action("J", "Jobs", item=False, footer=False)
    async def jobs(self, desk: Desk) -> None:
        """Show what was pulled, pushed, built and pruned, and how far it is."""
        desk.open(JobsView(self.world), "jobs")

    async def _repository(self, image: Image, desk: Desk) -> Reference | None:
        """The one that is meant, where its names lead to several."""
        found = {at.name: at for name in (*image.tags, *image.digests) if (at := reference(name))}
        if len(found) == 1:
            return next(iter(found.values()))
        chosen = await desk.choose("Tags of which repository", [
            Choice(name, name, at.host) for name, at in found.items()
        ])
        return found.get(chosen) if chosen is not None else None
