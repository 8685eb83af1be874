"""The keys that open the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.ui.action import action
from opstui.ui.desk import Desk

if TYPE_CHECKING:
    from opstui.ui.house import House


class CommandKeys:
    """Every pane has them."""

    def __init__(self, house: House) -> None:
        self.house = house

    @action(":", "Command", item=False, footer=False, at_once=True)
    async def command(self, _desk: Desk) -> None:
        """Type a command, such as `:runs churn`; tab completes, up and down go through the past."""
        self.house.keys.commanding.open()

    @action("!", "Tools", item=False, footer=False)
    async def tools(self, desk: Desk) -> None:
        """Give the terminal to lazygit, an editor, a shell and the like, at what is selected."""
        if self.house.keys.tools is not None:
            await self.house.keys.tools(desk)

    @action("-", "Last list", item=False, footer=False)
    async def last(self, _desk: Desk) -> None:
        """Go back to where you were before a jump, or to what the last command but one showed."""
        if not self.house.walk.back():
            await self.house.keys.commanding.back()
