"""What can be done with images that takes the engine a while: the keys of the images' list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.panes.engine_jobs import JobsView
from opstui.panes.pruning import prune
from opstui.ui.action import action
from opstui.ui.desk import Desk

if TYPE_CHECKING:
    from opstui.panes.images import ImagesView


def why_not_prune(part: ImageWork, _item: object) -> str:
    """One at a time, and only where there is a door to the engine for it."""
    if part.world.pruning is None:
        return "there is no engine for it"
    return "a prune is under way: J shows it" if part.world.jobs.under_way("prune") else ""


class ImageWork:
    """Acts of the images' list that take a while."""

    def __init__(self, view: ImagesView) -> None:
        self.world = view.world

    @action("x", "Prune", changes=("images",), when=why_not_prune, item=False, footer=False)
    async def prune(self, desk: Desk) -> None:
        """Show which images nothing needs, by reason and bytes, and remove those you agree to."""
        await prune(self.world, desk)

    @action("J", "Jobs", item=False, footer=False)
    async def jobs(self, desk: Desk) -> None:
        """Show what was pulled, pushed, built and pruned, and how far it is."""
        desk.open(JobsView(self.world), "jobs")
