"""Things side by side over the whole screen: taken out, taken in, measured, copied, saved."""

from __future__ import annotations

from functools import partial

from opstui.domain.errors import OpstuiError
from opstui.domain.words import plural
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Prompt
from opstui.ui.keymap import Keymap
from opstui.ui.page import Page
from opstui.ui.saving import file_name, save_as
from opstui.ui.sheet import Comparing, comma_separated, markdown
from opstui.ui.sheet_area import SheetArea
from opstui.ui.theme import Brush
from opstui.ui.work import start_work

FORMS = (
    Choice("md", "Markdown", "a table for each section"),
    Choice("csv", "CSV", "values only"),
)


class Moving:
    """The keys that move about in a comparison."""

    def __init__(self, page: SheetPage) -> None:
        self.area = page.area

    @action("j,down", "Down", item=False, footer=False)
    async def down(self, _desk: Desk) -> None:
        """Scroll one row down."""
        self.area.scroll_by(1)

    @action("k,up", "Up", item=False, footer=False)
    async def up(self, _desk: Desk) -> None:
        """Scroll one row up."""
        self.area.scroll_by(-1)

    @action("h,left", "Left", item=False, footer=False)
    async def left(self, _desk: Desk) -> None:
        """Go to the column at the left."""
        self.area.move(-1)

    @action("l,right", "Right", item=False, footer=False)
    async def right(self, _desk: Desk) -> None:
        """Go to the column at the right."""
        self.area.move(1)

    @action("pagedown,space,ctrl+f", "Page down", item=False, footer=False)
    async def page_down(self, _desk: Desk) -> None:
        """Scroll down by a screenful."""
        self.area.scroll_by(self.area.list_height - 1)

    @action("pageup,ctrl+b", "Page up", item=False, footer=False)
    async def page_up(self, _desk: Desk) -> None:
        """Scroll up by a screenful."""
        self.area.scroll_by(1 - self.area.list_height)

    @action("g,home", "Top", item=False, footer=False)
    async def top(self, _desk: Desk) -> None:
        """Go to the first row."""
        self.area.scroll_rows(0)

    @action("G,end", "End", item=False, footer=False)
    async def bottom(self, _desk: Desk) -> None:
        """Go to the last row."""
        self.area.scroll_rows(self.area.end)


class SheetPage(Page):
    """One comparison until it is closed."""

    kind = "compare"
    noun = "Comparison"
    parts = (Moving,)

    def __init__(self, desk: Desk, keymap: Keymap, brush: Brush, comparing: Comparing) -> None:
        self.area = SheetArea(brush, comparing.title, comparing.sheet())
        super().__init__(desk, keymap, self.area)
        self.comparing = comparing

    def on_mount(self) -> None:
        """Draw what is known, and read the rest."""
        super().on_mount()
        self.complete()

    def complete(self) -> None:
        """Read what is not known yet."""
        self.area.waiting = True
        self.draw()
        start_work(self, self._complete, "complete", exclusive=True)

    async def _complete(self) -> None:
        try:
            await self.comparing.complete(self.draw)
        except OpstuiError as error:
            self.tell(str(error), "error")
        self.area.waiting = False
        self.draw()

    def draw(self) -> None:
        """Show what is known by now."""
        self.area.put(self.comparing.sheet())

    @action("a,*", "All rows", item=False)
    async def every(self, _desk: Desk) -> None:
        """Show rows too that are the same everywhere, or only those that differ."""
        self.area.every = not self.area.every
        self.area.redraw()

    @action("=", "Champion", item=False)
    async def champion(self, desk: Desk) -> None:
        """Take in what serves and measure the others by it."""
        await self.begin(partial(self._champion, desk))

    async def _champion(self, desk: Desk) -> None:
        reason = await self.comparing.champion(desk.choose)
        if reason:
            desk.say(reason, kind="warning")
        self.complete()

    @action("b", "Measure by", item=False)
    async def measure(self, _desk: Desk) -> None:
        """Measure the others by this column, or by none again."""
        self.comparing.measure_by(self.area.column)
        self.draw()

    @action("d,-", "Drop", item=False)
    async def drop(self, desk: Desk) -> None:
        """Take this column out of the comparison."""
        reason = self.comparing.drop(self.area.column)
        if reason:
            desk.say(reason, kind="warning")
        self.complete()

    @action("+", "Add", item=False)
    async def add(self, desk: Desk) -> None:
        """Take one more into the comparison."""
        await self.begin(partial(self._add, desk))

    async def _add(self, desk: Desk) -> None:
        chosen = await desk.choose("Compare also", await self.comparing.others())
        if chosen is not None:
            await self.comparing.add(chosen)
            self.area.column = len(self.comparing.sheet().heads) - 1
            self.complete()

    @action("m", "Charts", item=False)
    async def charts(self, desk: Desk) -> None:
        """Chart the metrics of what is compared."""
        await self.begin(partial(self.comparing.charts, desk))

    @action("/", "Find", item=False)
    async def find(self, desk: Desk) -> None:
        """Show only rows whose name holds a text; an empty one shows all again."""
        await self.begin(partial(self._find, desk))

    async def _find(self, desk: Desk) -> None:
        typed = await desk.ask(Prompt("Find rows", "text in the name", self.area.needle))
        if typed is not None:
            self.area.needle = typed.strip()
            self.area.scroll_rows(0)

    @action("y", "Copy", item=False)
    async def copy(self, desk: Desk) -> None:
        """Copy the rows that are shown as Markdown or CSV, over SSH too."""
        await self.begin(partial(self._copy, desk))

    async def _copy(self, desk: Desk) -> None:
        form = await desk.choose("Copy as", FORMS)
        if form is not None:
            desk.copy(self.told(form), plural(len(self.area.rows), "row"))

    @action("S", "Save", item=False)
    async def save(self, desk: Desk) -> None:
        """Save the rows that are shown to a file as Markdown or CSV."""
        name = file_name(self.comparing.title)
        await self.begin(
            partial(save_as, desk, "Save the comparison", name, FORMS, self.told)
        )

    def told(self, form: str) -> str:
        """The rows that are shown as Markdown or CSV."""
        sheet, rows = self.area.sheet, self.area.rows
        if form == "md":
            return markdown(sheet, rows, self.comparing.title)
        return comma_separated(sheet, rows)
