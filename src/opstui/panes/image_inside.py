"""Keys of the images' list that look into an image."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.words import age, size
from opstui.operations.image_inside import Inside
from opstui.panes.image_difference import DifferenceView, others
from opstui.panes.image_files import FilesView
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Detail, no_lines

if TYPE_CHECKING:
    from opstui.panes.images import ImagesView


def why_no_files(part: ImageInside, image: Image) -> str:
    """Where nothing reads images, nothing is known of their files."""
    return "" if part.world.contents is not None else "the files of images can't be read here"


class ImageInside:
    """What is in an image."""

    def __init__(self, view: ImagesView) -> None:
        self.world = view.world

    @action("f", "Files", when=why_no_files, footer=False)
    async def files(self, image: Image, desk: Desk) -> None:
        """Show all files in the image, each with the layer that it comes from."""
        desk.open(FilesView(self.world, Inside(self.world.contents, image)),
                  f"{image.name} files")

    @action("=", "Difference", footer=False)
    async def difference(self, image: Image, desk: Desk) -> None:
        """Compare two marked images, or this one with another: layers, packages, files, config."""
        marked = [one for one in desk.marked() if isinstance(one, Image)]
        if len(marked) > 2:
            raise OpstuiError(f"{len(marked)} images are marked", hint="mark two to compare them")
        if len(marked) == 2:
            this, other = marked
        else:
            this = marked[0] if marked else image
            offered = {one.id: one for one in others(this, self.world.board.images)}
            chosen = await desk.choose(f"Compare {this.name} with", [
                Choice(id, one.name, _note(self, one)) for id, one in offered.items()
            ])
            if chosen is None:
                return
            other = offered[chosen]
        desk.open(DifferenceView(self.world, this, other), f"{this.name} against {other.name}")

    @action("i", "Inspect", footer=False)
    async def inspect(self, image: Image, desk: Desk) -> None:
        """Read the engine's JSON as a tree that folds, with search; secrets are masked."""
        await desk.read(f"inspect of {image.name}", inspected(self, image))


def _note(part: ImageInside, image: Image) -> str:
    """What helps to choose it."""
    told = (f"used by {', '.join(image.used_by)}" if image.used_by else "", size(image.size),
            age(image.created, part.world.clock()))
    return "  ".join(one for one in told if one)


def inspected(part: ImageInside, image: Image) -> Detail:
    """The engine's JSON for an image."""

    async def load() -> object:
        return json.loads(await part.world.engine.inspect(image.id))

    return Detail(f"image/{image.id}/tree", "Inspect", no_lines, tree=load)
