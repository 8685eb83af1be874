"""A trail over everything: walked up and down, gone to, copied, saved."""

from __future__ import annotations

from functools import partial

from opstui.domain.errors import OpstuiError
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk
from opstui.ui.keymap import Keymap
from opstui.ui.page import Page
from opstui.ui.saving import save_as
from opstui.ui.theme import Brush
from opstui.ui.trail import Trail
from opstui.ui.trail_area import TrailArea
from opstui.ui.work import start_work

FORMS = (
    Choice("json", "JSON", "for programs"),
    Choice("mmd", "Mermaid", "a flow chart for documents"),
)


class Walking:
    """The keys that move about in a trail."""

    def __init__(self, page: TrailPage) -> None:
        self.area = page.area

    @action("j,down", "Down", item=False, footer=False)
    async def down(self, _desk: Desk) -> None:
        """Go to the next link."""
        self.area.move_to(self.area.index + 1)

    @action("k,up", "Up", item=False, footer=False)
    async def up(self, _desk: Desk) -> None:
        """Go to the link before."""
        self.area.move_to(self.area.index - 1)

    @action("g,home", "Top", item=False, footer=False)
    async def top(self, _desk: Desk) -> None:
        """Go to the first link."""
        self.area.move_to(0)

    @action("G,end", "End", item=False, footer=False)
    async def bottom(self, _desk: Desk) -> None:
        """Go to the last link."""
        self.area.move_to(len(self.area.rows) - 1)


class TrailPage(Page):
    """One trail until it is closed; `gone_to` is where the person wants to go then."""

    kind = "trail"
    noun = "Lineage"
    parts = (Walking,)

    def __init__(
        self, desk: Desk, keymap: Keymap, brush: Brush, trail: Trail, key: str = ""
    ) -> None:
        self.area = TrailArea(brush, trail, key)
        super().__init__(desk, keymap, self.area)
        self.gone_to: tuple[str, str] | None = None

    def on_mount(self) -> None:
        """Draw what is known, and ask for the rest."""
        super().on_mount()
        self.complete()

    def complete(self) -> None:
        """Ask for what is not known yet."""
        self.area.put(self.area.trail)
        start_work(self, partial(self._complete, self.area.trail), "complete", exclusive=True)

    async def _complete(self, trail: Trail) -> None:
        try:
            await trail.complete(partial(self.area.put, trail))
        except OpstuiError as error:
            self.tell(str(error), "error")
        self.area.put(trail)

    @action("enter", "Go there", item=False)
    async def go(self, _desk: Desk) -> None:
        """Close the page and go to this link in its list; esc or - there comes back."""
        row = self.area.row
        if row is None:
            return
        if row.target is None:
            self.tell(row.why_not or "this leads nowhere", "warning")
            return
        self.gone_to = row.target
        self.dismiss(None)

    @action("u", "Used by", item=False)
    async def turn(self, _desk: Desk) -> None:
        """Show only what was made from it, or the whole chain again."""
        self.area.trail = self.area.trail.turned()
        self.complete()

    @action("r", "Ask again", item=False)
    async def again(self, _desk: Desk) -> None:
        """Ask every system again."""
        self.complete()

    @action("y", "Copy", item=False)
    async def copy(self, desk: Desk) -> None:
        """Copy the chain as JSON or Mermaid, or what would mend a link, over SSH too."""
        await self.begin(partial(self._copy, desk))

    async def _copy(self, desk: Desk) -> None:
        row = self.area.row
        own = row.copies if row is not None else ()
        choices = [Choice(str(n), what, text[:60]) for n, (what, text) in enumerate(own)]
        chosen = await desk.choose("Copy", [*choices, *FORMS])
        if chosen is None:
            return
        if chosen.isdigit():
            what, text = own[int(chosen)]
            desk.copy(text, what)
        else:
            desk.copy(self.area.trail.told(chosen), "the chain")

    @action("S", "Save", item=False)
    async def save(self, desk: Desk) -> None:
        """Save the chain to a file as JSON or Mermaid."""
        trail = self.area.trail
        await self.begin(
            partial(save_as, desk, "Save the chain", trail.file_name, FORMS, trail.told)
        )
