"""The keys that leave, for good or for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.ui.action import action
from opstui.ui.desk import Desk

if TYPE_CHECKING:
    from opstui.ui.house import House


class Leaving:
    """The actions that end or pause opstui; every pane has them."""

    def __init__(self, house: House) -> None:
        self.house = house

    @action("q", "Quit", item=False, footer=False)
    async def quit(self, _desk: Desk) -> None:
        """Leave opstui; asks while something is still being done."""
        await self.house.keys.leave()

    @action("ctrl+z", "Suspend", item=False, footer=False)
    async def suspend(self, _desk: Desk) -> None:
        """Go back to the shell for a while; `fg` comes back."""
        self.house.app.action_suspend_process()

    @action("ctrl+c", "Quit?", item=False, footer=False)
    async def interrupt(self, _desk: Desk) -> None:
        """Say how to quit; pressed twice it quits. It never cancels a job."""
        await self.house.keys.interrupt()
