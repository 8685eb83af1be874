"""Panes at the left, details at the right: who has which room, and how a person moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message

from opstui.ui import news
from opstui.ui.arranged import Arranged
from opstui.ui.arrangement import arrange
from opstui.ui.detail_area import DetailArea
from opstui.ui.ground import Ground
from opstui.ui.paint import line
from opstui.ui.pane import Pane
from opstui.ui.rows import RowList


class Floor(Ground):
    """Arranges the panes and the details, and moves the focus between them."""

    DEFAULT_CSS = """
    Floor { height: 1fr; width: 1fr; layout: horizontal; }
    Floor > #left { width: auto; height: 1fr; layout: vertical; overflow: hidden hidden; }
    Floor > Pane { dock: top; width: 100%; }
    """

    class Moved(Message):
        """Focus, selection or a pane's health changed: bars may read differently."""

    def __init__(self, panes: Sequence[Pane], main: int, detail: DetailArea) -> None:
        super().__init__(id="floor")
        self.panes = list(panes)
        self.main = main
        """How many panes stand side by side; the ones after them are shown alone."""
        self.detail = detail
        self.zoomed = False
        self.opened = Arranged()
        """How everything was arranged at the start."""
        self.tabs = False
        """Whether the screen is so narrow that a line of tabs stands for the other panes."""
        self.home = next((n for n, pane in enumerate(panes) if not pane.spec.strip), 0)
        """The pane that has the focus at first."""
        self.active = self._came_from = self.home
        self._strip = 0
        """Rows that the strip had when everybody got their room."""
        for pane in self.panes:
            pane.list.follower = self._follow

    def compose(self) -> ComposeResult:
        """The panes above each other, the details beside them, the strip above all."""
        yield from self.panes[: self.home]
        with Ground(id="left"):
            yield from self.panes[self.home :]
        yield self.detail

    # where things stand

    @property
    def pane(self) -> Pane:
        """The pane that has the focus, or had it before the details."""
        return self.panes[self.active]

    @property
    def item(self) -> Any:
        """What is selected in it, or None."""
        return self.pane.list.item

    @property
    def in_detail(self) -> bool:
        """Whether the details have the keys."""
        return self.screen.focused is self.detail

    def place(self, *, in_detail: bool | None = None) -> None:
        """Give everybody their room."""
        if not self.size:
            return
        inside = self.in_detail if in_detail is None else in_detail
        rows = arrange(
            self.screen.size.width, self.size.height, main=self.main, total=len(self.panes),
            active=self.active, in_detail=inside, zoomed=self.zoomed,
            strip=rows_of_strip(self.panes),
        )
        self._strip = rows_of_strip(self.panes) or 0
        for pane, share in zip(self.panes, rows.heights, strict=True):
            pane.display = share > 0
            pane.styles.height = max(1, share)
            pane.polls.wake(share > 0 or rows.narrow)
        left = self.query_one("#left")
        left.display = rows.list_width > 0 and any(rows.heights[self.home :])
        left.styles.width = rows.list_width if rows.detail else "1fr"
        self.detail.display = rows.detail
        self.tabs = rows.narrow
        self.post_message(self.Moved())

    def focus_active(self) -> None:
        """Give the keys to the active pane's list."""
        self.screen.set_focus(self.pane.list)  # at once: the next key may be here already
        self.pane.list.redraw()
        self.show_details()

    def show_details(self) -> None:
        """Show what the active pane knows about its selected item."""
        view, item = self.pane.view, self.item
        details = view.details(item) if item is not None else ()
        heading = line((view.name(item), "title")) if item is not None else ()
        self.detail.show(heading, details)
        self.post_message(self.Moved())

    # moving

    def go(self, index: int) -> None:
        """Focus a pane."""
        if index != self.active and self.active < self.main:
            self._came_from = self.active
        self.active = index
        self.place(in_detail=False)
        self.focus_active()

    def go_kind(self, kind: str, key: str = "") -> None:
        """Focus the pane that has this kind, on the item with this key."""
        for index, pane in enumerate(self.panes):
            if pane.find_kind(kind):
                if key:
                    if pane.view.uncover is not None:
                        pane.view.uncover(key)
                    pane.level.place.filter = ""
                    pane.level.place.key = pane.level.place.sought = key
                    pane.show_level()
                pane.reload()
                self.go(index)
                return

    def step_pane(self, step: int) -> None:
        """The pane above or below."""
        self.go((self.active + step) % self.main if self.active < self.main else self._came_from)

    def turn_tab(self, step: int) -> None:
        """The details' tab beside this one, or the pane's."""
        if self.in_detail or not self.pane.turn_tab(step):
            self.detail.turn_tab(step)
        else:
            self.show_details()

    def open(self) -> None:
        """Into the list inside the item, else into its details."""
        if self.in_detail:
            return
        self.detail.settle()
        if self.pane.open_child():
            self.show_details()
        elif self.detail.details:
            self.place(in_detail=True)
            self.screen.set_focus(self.detail)

    def back(self) -> None:
        """Out of the search, the details, the filter, the list, the zoom: one at a time."""
        if self.in_detail and self.detail.document.needle:
            self.detail.document.needle = ""
            self.detail.redraw()
        elif self.in_detail:
            self.place(in_detail=False)
            self.focus_active()
        elif self.pane.back():
            self.show_details()
        elif self.zoomed:
            self.toggle_zoom()
        elif self.active >= self.main:
            self.go(self._came_from)

    def toggle_zoom(self) -> None:
        """The whole screen for what has the focus, or not."""
        self.zoomed = not self.zoomed
        self.place()

    # what the others tell

    @on(Pane.Loaded)
    def _loaded(self, event: Pane.Loaded) -> None:
        news.followed(self.panes, event.kind)
        if event.pane.spec.strip and rows_of_strip(self.panes) != self._strip:
            self.place()
        level = self.pane.level
        own = event.kind == level.view.kind and not (level.told and level.same)
        if own or event.kind in level.view.follows:
            self.show_details()
        self.post_message(self.Moved())

    def _follow(self, rows: RowList) -> None:
        if rows is self.pane.list:
            self.show_details()

    @on(RowList.NearEnd)
    def _near_end(self, event: RowList.NearEnd) -> None:
        for pane in self.panes:
            level = pane.level
            if pane.list is event.rows and level.snapshot.token and not level.loading:
                pane.reload(more=True)

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.open()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click focuses a pane too; news of a focus that has gone on since is too late."""
        for index, pane in enumerate(self.panes):
            if event.widget is pane.list is self.screen.focused and index != self.active:
                self.go(index)
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Another size is another arrangement."""
        self.place()


def rows_of_strip(panes: Sequence[Pane]) -> int | None:
    """How many rows the strip above the others has; None where there is no strip."""
    first = panes[0]
    return len(first.level.snapshot.items) if first.spec.strip else None
