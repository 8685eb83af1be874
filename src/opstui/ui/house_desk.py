"""The desk that a House gives to actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from opstui.ui import news
from opstui.ui.desk import Choice, Detail, Form, Program, Prompt, Question

if TYPE_CHECKING:
    from opstui.ui.dialog import Dialog
    from opstui.ui.house import House
    from opstui.ui.plot import Plot
    from opstui.ui.sheet import Comparing
    from opstui.ui.view import View

R = TypeVar("R")


class HouseDesk:
    """Answers what actions ask, by dialogs on the screen; each is imported when first asked for."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def show(self, dialog: Dialog[R]) -> R:
        """Put a dialog on the screen and wait for its answer."""
        answer = self._house.app.push_screen(dialog, wait_for_dismiss=True)
        self._house.keys.settled()
        return await answer

    @property
    def read_only(self) -> bool:
        """Whether anything shared may be changed."""
        return self._house.keys.read_only

    async def confirm(self, question: Question) -> bool:
        """Ask; False is the default."""
        from opstui.ui.confirm import Confirm

        house = self._house
        dialog = Confirm(self, house.keys.keymap, house.brush, question)
        return await self.show(dialog)

    async def ask(self, prompt: Prompt) -> str | None:
        """Ask for a text; several lines are written in the person's own editor."""
        house = self._house
        if prompt.multiline:
            from opstui.ui.editor import edit

            return await edit(prompt.value, house)
        from opstui.ui.ask import Ask

        return await self.show(Ask(self, house.keys.keymap, house.brush, prompt))

    async def form(self, form: Form) -> Mapping[str, str] | None:
        """Ask for several texts."""
        from opstui.ui.form import FormDialog

        house = self._house
        return await self.show(FormDialog(self, house.keys.keymap, house.brush, form))

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        """A menu; the chosen id, or None."""
        from opstui.ui.choose import Choose

        house = self._house
        dialog = Choose(self, house.keys.keymap, house.brush, title, choices)
        return await self.show(dialog)

    async def hand_over(self, program: Program) -> int:
        """Give the terminal to a program until it ends; its exit code."""
        from opstui.ui.handing_over import hand_over

        return await hand_over(self._house, program)

    def marked(self) -> Sequence[Any]:
        """The marked items of the list in sight."""
        return self._house.floor.pane.list.listing.marked()

    async def compare(self, comparing: Comparing) -> None:
        """Show things side by side over everything until it is closed."""
        from opstui.ui.sheet_page import SheetPage

        house = self._house
        await self.show(SheetPage(self, house.keys.keymap, house.brush, comparing))

    async def plot(self, plot: Plot) -> None:
        """Show charts over everything until they are closed."""
        from opstui.ui.chart_page import ChartPage

        house = self._house
        await self.show(ChartPage(self, house.keys.keymap, house.brush, plot))

    async def read(self, title: str, body: Detail) -> None:
        """Show a document over everything until it is closed."""
        from opstui.ui.log_reader import LogReader
        from opstui.ui.reader import Reader

        house = self._house
        if body.tree is not None:
            from opstui.ui.tree_page import TreePage

            await self.show(TreePage(self, house.keys.keymap, house.brush, title, body.tree))
            return
        if body.checks is not None:
            from opstui.ui.checks_page import ChecksPage

            await self.show(ChecksPage(self, house.keys.keymap, house.brush, title, body.checks))
            return
        kind = Reader if body.log is None else LogReader
        await self.show(kind(self, house.keys.keymap, house.brush, title, body))

    def say(self, text: str, *, kind: str = "information") -> None:
        """A notice that goes by itself."""
        from opstui.ui.dialog import Dialog

        top = self._house.app.screen
        if not (isinstance(top, Dialog) and top.tell(text, kind)):
            self._house.say(text, kind)

    def ring(self, text: str) -> None:
        """A notice, the bell, and the terminal's notification."""
        from opstui.ui.bell import bell

        _send(self._house, bell(text, self._house.environ))
        self._house.say(text, "information")

    def changed(self, *kinds: str) -> None:
        """Tell the panes of these kinds to read their source again."""
        news.changed(self._house.floor.panes, *kinds)

    def restart(self, kind: str, *, forget: bool = False) -> None:
        """Let the panes of this kind read their source again from its beginning."""
        if forget:
            news.forget(self._house.floor.panes, kind)
            self._house.floor.show_details()
        for pane in self._house.floor.panes:
            if pane.view.kind == kind:
                pane.reload(fresh=True)

    def go(self, kind: str, key: str) -> None:
        """Focus the pane of this kind and select the item with this key."""
        self._house.walk.go(kind, key)

    def open(self, view: View[Any], name: str) -> None:
        """Show a list inside the one in sight."""
        floor = self._house.floor
        floor.pane.open_view(view, name)
        floor.show_details()

    async def pick(
        self, title: str, choices: Sequence[Choice], picked: Sequence[str]
    ) -> Sequence[str] | None:
        """A menu of which any number is picked."""
        from opstui.ui.pick import Pick

        house = self._house
        dialog = Pick(self, house.keys.keymap, house.brush, title, choices, picked)
        return await self.show(dialog)

    def copy(self, text: str, what: str) -> None:
        """Copy to the person's clipboard, over SSH too, and say so."""
        from opstui.ui.clipboard import osc52

        house = self._house
        _send(house, osc52(text, house.environ))
        first = text.splitlines()[0] if text else ""
        self.say(f"copied {what}: {first[:120]}")

    @contextmanager
    def busy(self, kind: str, key: str) -> Iterator[None]:
        """Mark a row as being worked on."""
        house = self._house
        pane = next(
            (p for p in house.floor.panes for stack in p.stacks for level in stack
             if level.view.kind == kind), house.floor.pane,
        )
        with pane.busy(kind, key):
            yield


def _send(house: House, sequence: str) -> None:
    """Write to the terminal beside the frames."""
    driver = house.app._driver
    if driver is not None and not house.away:
        driver.write(sequence)
        driver.flush()
