"""A room with a number: one list at a time, tabs beside it, deeper lists behind `enter`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.message import Message

from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.ui import sight
from opstui.ui.bare_list import BareList
from opstui.ui.ground import Ground
from opstui.ui.level import Level
from opstui.ui.pane_list import PaneList
from opstui.ui.pane_spec import PaneSpec
from opstui.ui.polls import Polls, Presence
from opstui.ui.shape import Shape
from opstui.ui.theme import Brush
from opstui.ui.view import View
from opstui.ui.work import start_work

TOLD = 0.4
"""Seconds between words about a load that takes long."""
NONE: frozenset[str] = frozenset()


class Pane(Ground):
    """Loads the view in sight, keeps every level as it was left, and tells what happened."""

    DEFAULT_CSS = "Pane { width: 1fr; height: 1fr; }"

    class Loaded(Message):
        """The view of this kind has news; others may show them too."""

        def __init__(self, pane: Pane, kind: str) -> None:
            super().__init__()
            self.pane = pane
            self.kind = kind

    def __init__(
        self, spec: PaneSpec, brush: Brush, clock: Callable[[], datetime], presence: Presence
    ) -> None:
        super().__init__(id=f"pane-{spec.number}")
        self.spec = spec
        self.brush = brush
        self.clock = clock
        levels = spec.levels or [Level(view, clock) for view in spec.tabs]
        self.stacks = [[level] for level in levels]
        self.tab = 0
        self.busy_keys: set[tuple[str, str]] = set()
        self.shapes: defaultdict[str, Shape] = defaultdict(Shape)
        """What the person made of the columns, by the views' kinds."""
        kind = BareList if spec.strip else PaneList
        self.list = kind(brush, id=f"list-{spec.number}")
        self.list.pane = self
        self.polls = Polls(
            lambda: self.level, partial(self.reload, glance=True), self.set_timer, presence
        )
        self._begun = False
        self.lit: Mapping[str, frozenset[str]] = {}
        """By kind of list, the keys of what belongs to the selected thing."""

    def compose(self) -> ComposeResult:
        """The list."""
        yield self.list

    def on_mount(self) -> None:
        """Draw; the first pane loads at once, the others once they are told to."""
        self.show_level()
        if self.spec.number == 1:
            self.begin()

    def begin(self) -> None:
        """Start to load and to listen, once."""
        if self._begun:
            return
        self._begun = True
        for stack in self.stacks:
            start_work(self, partial(self._listen, stack[0]), f"listen-{stack[0].view.kind}")
        self.reload()
        for stack in self.stacks:
            if stack[0].view.early:
                read_early(self, stack[0])

    # what is in sight

    @property
    def level(self) -> Level:
        """The list in sight."""
        return self.stacks[self.tab][-1]

    @property
    def view(self) -> View[Any]:
        """The view in sight."""
        return self.level.view

    def worst(self) -> Status:
        """The pane's own health, for the header and for narrow screens' tabs."""
        return sight.health(self.level)

    def show_level(self) -> None:
        """Draw the level in sight from its snapshot."""
        level = self.level
        busy = {key for kind, key in self.busy_keys if kind == self.view.kind}
        rows = sight.rows(level, self.shapes[self.view.kind], busy)
        self.list.row_lines.lit = self.lit.get(self.view.kind, NONE)
        self.list.show(rows, level.place)

    # moving between lists

    def open_child(self) -> bool:
        """Go into the item under the cursor; False where it has no list inside."""
        item = self.list.item
        toggle = self.view.toggle
        if item is not None and toggle is not None and toggle(item):
            self.show_level()
            return True
        child = self.view.child(item) if item is not None else None
        if child is None:
            return False
        self.open_view(child, self.view.name(item))
        return True

    def open_view(self, view: View[Any], name: str) -> None:
        """Show a list inside the one in sight; esc goes back."""
        self.stacks[self.tab].append(Level(view, self.clock, name=name))
        self.show_level()
        self.reload()

    def back(self) -> bool:
        """Clear the marks, else the filter, else leave the list; False at the top."""
        level = self.level
        if level.place.marked:
            level.place.marked.clear()
            self.list.redraw()
            return True
        if level.place.filter:
            self.filter("")
            return True
        if len(self.stacks[self.tab]) == 1:
            return False
        level.turn += 1  # what it still loads is for nobody
        self.stacks[self.tab].pop()
        self.show_level()
        self.reload()
        return True

    def turn_tab(self, step: int) -> bool:
        """Show the tab beside this one; False where there is only one."""
        if len(self.stacks) == 1:
            return False
        self.tab = (self.tab + step) % len(self.stacks)
        self.show_level()
        self.reload()
        return True

    def find_kind(self, kind: str) -> bool:
        """Bring the list of this kind into sight if the pane has it."""
        for n, stack in enumerate(self.stacks):
            for depth, level in enumerate(stack):
                if level.view.kind == kind:
                    self.tab = n
                    del stack[depth + 1 :]
                    self.show_level()
                    return True
        return False

    # loading

    def reload(self, *, fresh: bool = False, more: bool = False, glance: bool = False) -> None:
        """Read the source again. A load under way is overtaken only when `fresh`.

        glance: it is only time for a look.
        """
        level = self.level
        if level.loading and level.begun is None and not fresh:
            level.outdated |= not more and not glance
            return
        work = partial(self._load, level, fresh=fresh, more=more, glance=glance)
        start_work(self, work, "load", exclusive=True)

    async def _load(self, level: Level, *, fresh: bool, more: bool, glance: bool) -> None:
        telling = self.set_interval(TOLD, self.show_level) if level.view.slow else None
        try:
            loaded = await level.load(fresh=fresh, more=more, glance=glance)
        finally:
            if telling is not None:
                telling.stop()
        if loaded:
            doubt(self, level)
            if level.news:
                if level is self.level:
                    self.show_level()
                self.post_message(self.Loaded(self, level.view.kind))
            if level.outdated and level is self.level:
                self.reload()
            elif level.outdated and level.view.early:
                read_early(self, level)
            else:
                self.polls.plan()

    async def _listen(self, level: Level) -> None:
        changes = level.view.changes()
        if changes is None:
            return
        try:
            async for _ in changes:
                self._news(level)
        except OpstuiError as error:
            level.snapshot = level.snapshot.failed(str(error))
            self.show_level()

    def _news(self, level: Level) -> None:
        if level is self.stacks[self.tab][0]:
            self.reload()
        if level is not self.level:
            level.outdated = True
            if level.view.early:
                read_early(self, level)

    # arranging

    def filter(self, text: str) -> None:
        """Show what matches only."""
        level = self.level
        if self.view.server_filter(text):
            level.place.filter = text
            level.place.index, level.place.key = 0, ""
            self.reload(fresh=True)
        level.place.filter = text
        self.show_level()

    def sort(self, column: str) -> None:
        """Sort by a column; once more turns the direction around, an empty one goes back."""
        place = self.level.place
        best = next((c.best_first for c in self.view.columns() if c.id == column), False)
        place.descending = not place.descending if column == place.sort else best
        place.sort = column
        if self.view.server_sort(column, place.descending):
            self.reload(fresh=True)
        self.show_level()

    @contextmanager
    def busy(self, kind: str, key: str) -> Iterator[None]:
        """Mark a row while something is done to it."""
        self.busy_keys.add((kind, key))
        self.show_level()
        try:
            yield
        finally:
            self.busy_keys.discard((kind, key))
            self.show_level()


def read_early(pane: Pane, level: Level) -> None:
    """Read a list that is not in sight, for others."""
    if level is not pane.level and not level.loading:
        work = partial(pane._load, level, fresh=False, more=False, glance=False)
        start_work(pane, work, f"early-{level.view.kind}", exclusive=True)


def doubt(pane: Pane, level: Level) -> None:
    """Whether a list that was opened inside fails or answers alone: its outermost one finds out.

    That one says for others whether the backend answers, and is not read meanwhile.
    """
    for stack in pane.stacks:
        inside = any(one is level for one in stack[1:])
        if inside and bool(level.fails) != bool(stack[0].fails):
            read_early(pane, stack[0])
