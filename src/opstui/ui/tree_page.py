"""JSON over the whole screen as a tree: folded, searched, copied from, read again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from opstui.domain.errors import OpstuiError
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Prompt
from opstui.ui.keymap import Keymap
from opstui.ui.moving import Moving
from opstui.ui.page import Page
from opstui.ui.theme import Brush
from opstui.ui.tree import Tree, written
from opstui.ui.tree_area import TreeArea
from opstui.ui.work import start_work


class TreePage(Page):
    """One tree until it is closed."""

    kind = "tree"
    noun = "Tree"
    parts = (Moving,)

    def __init__(
        self, desk: Desk, keymap: Keymap, brush: Brush, title: str,
        load: Callable[[], Awaitable[object]],
    ) -> None:
        """load: reads the JSON, as Python has it; may raise OpstuiError."""
        self.area = TreeArea(brush, title)
        super().__init__(desk, keymap, self.area)
        self._load = load

    def on_mount(self) -> None:
        """Read it."""
        super().on_mount()
        start_work(self, self._read, "tree", exclusive=True)

    async def _read(self) -> None:
        try:
            value = await self._load()
        except OpstuiError as error:
            if self.area.held is None:
                self.area.problem = str(error)
                self.area.redraw()
            else:
                self.tell(str(error), "error")
            return
        tree = self.area.held or Tree(value)
        tree.renew(value)
        self.area.put(tree)

    @action("space,enter", "Fold", item=False)
    async def fold(self, desk: Desk) -> None:
        """Show what is inside, or put it away; a value is said in full."""
        tree, node = self.area.held, self.area.node
        if tree is None or node is None:
            return
        if node.folds:
            tree.toggle(node)
            self.area.redraw()
        else:
            desk.say(node.text(bare=tree.bare))

    @action("l,right", "Unfold", item=False, footer=False)
    async def unfold(self, _desk: Desk) -> None:
        """Show what is inside; where it is shown already, go into it."""
        tree, node = self.area.held, self.area.node
        if tree is None or node is None or not node.folds:
            return
        if tree.is_open(node):
            self.area.scroll_by(1)
        else:
            tree.toggle(node)
            self.area.redraw()

    @action("h,left", "Fold away", item=False, footer=False)
    async def fold_away(self, _desk: Desk) -> None:
        """Put away what is inside; where it is put away already, go to what it is inside of."""
        tree, node = self.area.held, self.area.node
        if tree is None or node is None:
            return
        if node.folds and tree.is_open(node):
            tree.toggle(node)
        elif len(node.path) > 1:
            self.area.path = node.path[:-1]
        self.area.redraw()

    @action("*", "Fold all", item=False)
    async def fold_all(self, _desk: Desk) -> None:
        """Unfold everything, or fold everything."""
        if self.area.held is not None:
            self.area.held.toggle_all()
            self.area.redraw()

    @action("/", "Find", item=False)
    async def find(self, desk: Desk) -> None:
        """Find a name or a value, also in what is folded away."""
        await self.begin(partial(self._find, desk))

    async def _find(self, desk: Desk) -> None:
        typed = await desk.ask(Prompt("Find", "text in a name or value", self.area.needle))
        if typed is not None:
            self.area.needle = typed.strip()
            self._go_on(forward=True)

    @action("n", "Next", item=False)
    async def find_next(self, _desk: Desk) -> None:
        """Go to the next row that holds the text."""
        self._go_on(forward=True)

    @action("N", "Previous", item=False, footer=False)
    async def find_previous(self, _desk: Desk) -> None:
        """Go to the previous row that holds the text."""
        self._go_on(forward=False)

    def _go_on(self, *, forward: bool) -> None:
        area, tree = self.area, self.area.held
        if tree is not None and area.needle:
            start = area.node.path if area.node is not None else ()
            found = tree.find(area.needle, start, forward=forward)
            if found is None:
                self.tell(f"“{area.needle}” does not occur", "warning")
            else:
                tree.reveal(found.path)
                area.path = found.path
        area.redraw()

    @action("y", "Copy", item=False)
    async def copy(self, desk: Desk) -> None:
        """Copy the value, its path as jq takes it, or its name; over SSH too."""
        await self.begin(partial(self._copy, desk))

    async def _copy(self, desk: Desk) -> None:
        tree, node = self.area.held, self.area.node
        if tree is None or node is None:
            return
        texts = {"value": node.whole(bare=tree.bare), "path": written(node.path),
                 "name": node.name}
        chosen = await desk.choose("Copy", [
            Choice(what, what, " ".join(text.split())[:60]) for what, text in texts.items()
        ])
        if chosen is not None:
            desk.copy(texts[chosen], chosen)

    @action("x", "Secrets", item=False)
    async def secrets(self, _desk: Desk) -> None:
        """Show what is masked because its name or shape tells a secret, or mask it again."""
        if self.area.held is not None:
            self.area.held.bare = not self.area.held.bare
            self.area.redraw()

    @action("r", "Refresh", item=False, footer=False)
    async def again(self, _desk: Desk) -> None:
        """Read it again; what is unfolded stays so."""
        start_work(self, self._read, "tree", exclusive=True)
