"""What the keys do everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.ui import news
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk
from opstui.ui.theme import LOOKS
from opstui.ui.threads import Threads

if TYPE_CHECKING:
    from opstui.ui.house import House


class Everywhere:
    """The actions that every pane has."""

    parts = (Threads,)

    def __init__(self, house: House) -> None:
        self.house = house

    @action("enter", "Open", item=False, footer=False, at_once=True)
    async def open(self, _desk: Desk) -> None:
        """Go into the selected item: the list inside it, or its details."""
        self.house.floor.open()

    @action("escape", "Back", item=False, footer=False, at_once=True)
    async def back(self, _desk: Desk) -> None:
        """Go back: from a jump, the details, a list inside, a filter, zoom."""
        if not (self.house.walk.just_arrived and self.house.walk.back()):
            self.house.floor.back()

    @action("tab", "Next pane", item=False, footer=False, at_once=True)
    async def next_pane(self, _desk: Desk) -> None:
        """Focus the next pane."""
        self.house.floor.step_pane(1)

    @action("shift+tab", "Previous pane", item=False, footer=False, at_once=True)
    async def previous_pane(self, _desk: Desk) -> None:
        """Focus the previous pane."""
        self.house.floor.step_pane(-1)

    @action("]", "Next tab", item=False, footer=False, at_once=True)
    async def next_tab(self, _desk: Desk) -> None:
        """Show the next tab of the details, or of the pane that has several lists."""
        self.house.floor.turn_tab(1)

    @action("[", "Previous tab", item=False, footer=False, at_once=True)
    async def previous_tab(self, _desk: Desk) -> None:
        """Show the previous tab."""
        self.house.floor.turn_tab(-1)

    @action("+", "Zoom", item=False, footer=False, at_once=True)
    async def zoom(self, _desk: Desk) -> None:
        """Give the focused pane the whole screen, or give it back."""
        self.house.floor.toggle_zoom()

    @action("/", "Filter", item=False, footer=False, at_once=True)
    async def filter(self, _desk: Desk) -> None:
        """Filter the list, or search the text; `!word` leaves out, esc clears."""
        self.house.open_filter()

    @action("s", "Sort", item=False, footer=False)
    async def sort(self, desk: Desk) -> None:
        """Choose the column to sort by; the same one again turns the order around."""
        pane = self.house.floor.pane
        choices = [
            Choice(column.id, column.title or column.id, "↕" if pane.level.place.sort == column.id
                   else "")
            for column in pane.view.columns()
            if column.sort is not None
        ]
        column = await desk.choose("Sort by", [*choices, Choice("", "as it comes")])
        if column is not None:
            pane.sort(column)

    @action("C,|", "Columns", item=False, footer=False)
    async def columns(self, desk: Desk) -> None:
        """Hide a column, show it again, or have all as they were."""
        pane = self.house.floor.pane
        columns, shape = pane.view.columns(), pane.shapes[pane.view.kind]
        choices = [
            Choice(column.id, column.title or column.id,
                   "hidden" if column.id in shape.hidden else "shown")
            for column in columns
        ]
        column = await desk.choose("Columns", [*choices, Choice("", "all as they were")])
        if column == "":
            shape.reset()
        elif column is not None:
            shape.toggle(column)
            if not shape.visible(columns):
                shape.toggle(column)
                desk.say("one column has to stay", kind="warning")
        pane.show_level()

    @action("y", "Copy", footer=False)
    async def copy(self, item: object, desk: Desk) -> None:
        """Copy the item's name, id or other facts to your clipboard, over SSH too."""
        copies = [(what, text) for what, text in self.house.floor.pane.view.copies(item) if text]
        if len(copies) > 1:
            choices = [Choice(str(n), what, text[:60]) for n, (what, text) in enumerate(copies)]
            chosen = await desk.choose("Copy", choices)
            copies = [copies[int(chosen)]] if chosen is not None else []
        for what, text in copies:
            desk.copy(text, what)

    @action("o", "Web page", footer=False)
    async def open_url(self, item: object, desk: Desk) -> None:
        """Open the item's web page, or copy its address where there is no browser."""
        url = await self.house.floor.pane.view.url(item)
        if not url:
            desk.say("this has no web page", kind="warning")
        elif self.house.browser:
            self.house.app.open_url(url)
        else:
            desk.copy(url, "address")

    @action("r", "Refresh", item=False, footer=False, at_once=True)
    async def refresh(self, _desk: Desk) -> None:
        """Read the pane's source again."""
        news.asked(self.house.floor.pane)

    @action("R", "Refresh all", item=False, footer=False, at_once=True)
    async def refresh_all(self, _desk: Desk) -> None:
        """Read every source again."""
        for pane in self.house.floor.panes:
            news.asked(pane)

    @action("@", "Calls", item=False, footer=False, at_once=True)
    async def calls(self, _desk: Desk) -> None:
        """Show every call that was made to a backend."""
        self.house.floor.go_kind("calls")

    @action("A", "Journal", item=False, footer=False, at_once=True)
    async def journal(self, _desk: Desk) -> None:
        """Show the journal of what was done."""
        self.house.floor.go_kind("journal")

    @action("ctrl+t", "Look", item=False, footer=False)
    async def look(self, desk: Desk) -> None:
        """Choose a theme: dark, light, or the terminal's own sixteen colours."""
        chosen = await desk.choose("Theme", [Choice(name, name) for name in LOOKS])
        if chosen is not None:
            self.house.take_look(chosen)

    @action("?", "Help", item=False, footer=False)
    async def help(self, desk: Desk) -> None:
        """Show what every key does here, and every command."""
        from opstui.ui.help import show_help

        await show_help(self.house, desk)

    @action("ctrl+p", "Palette", item=False, footer=False)
    async def palette(self, _desk: Desk) -> None:
        """Find an action by its name."""
        await self.house.keys.palette()
