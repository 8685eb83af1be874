"""The keys that every list has to follow a thing through all systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.ui.action import action
from opstui.ui.desk import Desk
from opstui.ui.walk import show_trail

if TYPE_CHECKING:
    from opstui.ui.global_actions import Everywhere


class Threads:
    """Both ways along a chain."""

    def __init__(self, everywhere: Everywhere) -> None:
        self.house = everywhere.house

    @action("L", "Lineage", footer=False)
    async def lineage(self, item: object, desk: Desk) -> None:
        """Show its chain: commit, CI run, image, training run, model version, container."""
        await self._show(item, desk, used_by=False)

    @action("u", "Used by", footer=False)
    async def used_by(self, item: object, desk: Desk) -> None:
        """Show what was made from it and what runs it."""
        await self._show(item, desk, used_by=True)

    async def _show(self, item: object, desk: Desk, *, used_by: bool) -> None:
        house = self.house
        if house.belonging is None:
            desk.say("nothing is known of lineage here", kind="warning")
            return
        trail = house.belonging.trail(house.floor.pane.view, item, used_by=used_by)
        if isinstance(trail, str):
            desk.say(trail, kind="warning")
        else:
            await show_trail(house, trail)
