"""From a key to the action it means, and carrying that out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from opstui.domain.errors import OpstuiError
from opstui.ui import news
from opstui.ui.action import Bound, actions_of, all_declared
from opstui.ui.command_keys import CommandKeys
from opstui.ui.desk import Choice, Desk, Question
from opstui.ui.detail_area import DetailArea
from opstui.ui.global_actions import Everywhere
from opstui.ui.house_desk import HouseDesk
from opstui.ui.keymap import Keymap, shown
from opstui.ui.leaving import Leaving
from opstui.ui.pane_list import PaneList
from opstui.ui.rows import RowList
from opstui.ui.view import View
from opstui.ui.work import start_work

if TYPE_CHECKING:
    from opstui.ui.commanding import Commanding
    from opstui.ui.commands import Command, History
    from opstui.ui.house import House

Work = Callable[[], Coroutine[Any, Any, None]]

TYPED_AHEAD = 0.25
"""Seconds that the next key waits for an action to open its dialog."""


class Keys:
    """Knows the scopes of the moment and performs actions, one caught error type."""

    def __init__(self, house: House, keymap: Keymap, *, read_only: bool) -> None:
        self.house = house
        self.keymap = keymap
        self.read_only = read_only
        self.desk = HouseDesk(house)
        self.everywhere = (
            *actions_of(Everywhere(house), "everywhere"),
            *actions_of(CommandKeys(house), "everywhere"),
            *actions_of(Leaving(house), "everywhere"),
        )
        self.running = 0
        """Actions under way that change something."""
        self.more_commands: Callable[[], tuple[Command, ...]] = tuple
        """Gives the commands beside the house's own, once they are asked for."""
        self.history: History | None = None
        """Where the lines of commands are kept beyond this session."""
        self.custom: Sequence[tuple[Sequence[str], Bound]] = ()
        """The person's own commands, each with the kinds of lists that have it."""
        self.guard = ""
        """A name that has to be typed before anything is changed; empty where there is none."""
        self.spared: frozenset[str] = frozenset()
        """Kinds whose changes it does not guard."""
        self.read_only_asked = False
        """The person switched read-only on; nothing in this session switches it off."""
        self.tools: Callable[[Desk], Coroutine[Any, Any, None]] | None = None
        """The menu of other programs, where there is one."""
        self._settled = asyncio.Event()
        self._interrupted = -10.0

    @cached_property
    def commanding(self) -> Commanding:
        """The line behind `:`."""
        from opstui.ui.commanding import Commanding  # not before it is asked for

        return Commanding(self.house)

    def view_actions(self) -> tuple[Bound, ...]:
        """What the view in sight offers."""
        view = self.house.floor.pane.view
        own = tuple(bound for kinds, bound in self.custom if not kinds or view.kind in kinds)
        return (*actions_of(view, view.kind), *own)

    def scopes(self) -> list[Sequence[Bound]]:
        """Where a key is looked up, innermost first."""
        focused = self.house.focused
        moving = actions_of(focused, "list") if isinstance(focused, RowList | DetailArea) else ()
        return [moving, self.view_actions(), self.everywhere]

    def sections(self) -> list[tuple[str, Sequence[Bound], Any]]:
        """The scopes with titles, for help."""
        moving, view, everywhere = self.scopes()
        floor = self.house.floor
        return [
            (floor.pane.view.title, view, floor.item), ("Moving", moving, floor.item),
            ("Everywhere", everywhere, floor.item),
        ]

    async def press(self, key: str) -> bool:
        """Carry out a key; False where it means nothing here."""
        floor = self.house.floor
        numbers = [str(pane.spec.number) for pane in floor.panes]
        if key in numbers:
            floor.go(numbers.index(key))
            return True
        bound = self.keymap.find(self.scopes(), key)
        if bound is None:
            return False
        if bound.kind == "list":
            await bound.run(None, self.desk)
        else:
            await self.perform(bound)
        return True

    async def perform(self, bound: Bound) -> None:
        """Carry out an action on what is selected now; a refresh can't change its target."""
        item = self.house.floor.item
        reason = bound.why_not(item, read_only=self.read_only)
        if reason:
            self.house.say(f"{bound.action.label}: {reason}", "warning")
        elif bound.action.at_once:
            await self._perform(bound, item)
        else:
            await self._begin(partial(self._perform, bound, item))

    async def begin(self, work: Work) -> None:
        """Do something that no action is declared for, as if it was one."""
        await self._begin(partial(self._carry, work))

    async def _carry(self, work: Work) -> None:
        try:
            await work()
        except OpstuiError as error:
            self.house.say(str(error), "error")
        finally:
            self.settled()

    async def _begin(self, work: Work) -> None:
        """Start an action; a key typed ahead waits a moment for the dialog that it is meant for."""
        self._settled = asyncio.Event()
        start_work(self.house, work, "action")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), TYPED_AHEAD)

    def settled(self) -> None:
        """The action that was begun last has its dialog on the screen, or is done."""
        self._settled.set()

    async def _perform(self, bound: Bound, item: Any) -> None:
        changes = bound.action.changes
        self.running += bool(changes)
        try:
            if not await self._let_through(bound, item):
                return
            await bound.run(item, self.desk)
        except OpstuiError as error:
            self.house.say(str(error), "error")
        finally:
            self.running -= bool(changes)
            self.settled()
        if changes:
            news.changed(self.house.floor.panes, *changes)

    async def _let_through(self, bound: Bound, item: Any) -> bool:
        """Whether an action may be begun: a guarded one only once the name was typed."""
        action = bound.action
        if not self.guard or not set(action.changes) - self.spared or action.at_once:
            return True
        view = self.house.floor.pane.view
        name = view.name(item) if action.item and item is not None else view.title
        return await self.guarded(action.label, name, action.help)

    async def guarded(self, label: str, name: str, help: str) -> bool:
        """Whether the guarded name was typed; True where nothing is guarded."""
        return not self.guard or await self.desk.confirm(Question(
            label, name,
            f"{help}.\nThe profile {self.guard} is protected: type its name to go on.",
            f"profile {self.guard}", yes="Go on", danger=True, typed=self.guard,
        ))

    async def palette(self) -> None:
        """Every action by name, with its key, so that the palette teaches the keys."""
        from opstui.ui.choose import Choose  # not before it is asked for

        offers: dict[str, Bound] = {}
        choices: list[Choice] = []
        item = self.house.floor.item
        for bound in (bound for scope in self.scopes()[1:] for bound in scope):
            keys = " ".join(shown(key) for key in self.keymap.keys(bound))
            reason = bound.why_not(item, read_only=self.read_only)
            note = f"{reason}  {keys}" if reason else keys
            choices.append(Choice(bound.id, f"{bound.action.label}: {bound.action.help}", note))
            offers[bound.id] = bound
        dialog = Choose(
            self.desk, self.keymap, self.house.brush, "Actions", choices, search=True
        )
        chosen = await self.desk.show(dialog)
        if chosen is not None:
            await self.perform(offers[chosen])

    async def leave(self) -> None:
        """Quit, asking while something is being done."""
        if self.running and not await self.desk.confirm(Question(
            "Quit", "An action is still running",
            "Leaving now may cut it in the middle; the journal will show it without an end.",
            self.house.place, yes="Quit", danger=True,
        )):
            return
        self.house.app.exit()

    async def interrupt(self) -> None:
        """The second time within two seconds it quits."""
        now = monotonic()
        if now - self._interrupted < 2:
            await self.leave()
            return
        self._interrupted = now
        self.house.say("press q to quit, or ctrl+c once more", "information")


def scopes_of(views: Sequence[type[View[Any]]]) -> list[tuple[str, tuple[Bound, ...]]]:
    """Every scope of keys there is, by title: for the keymap's check and the key table."""
    from opstui.ui.chart_page import ChartPage  # not before they are asked for
    from opstui.ui.checks_page import ChecksPage
    from opstui.ui.log_reader import log_scope
    from opstui.ui.sheet_page import SheetPage
    from opstui.ui.trail_page import TrailPage
    from opstui.ui.tree_page import TreePage

    return [
        ("Everywhere", sum(
            (_of(one, "everywhere") for one in (Everywhere, CommandKeys, Leaving)), ()
        )),
        ("In lists", _of(PaneList, "list")), ("In texts", _of(DetailArea, "list")),
        ("In logs", log_scope()), ("In comparisons", _of(SheetPage, SheetPage.kind)),
        ("In charts", _of(ChartPage, ChartPage.kind)),
        ("In trees", _of(TreePage, TreePage.kind)),
        ("In lineage", _of(TrailPage, TrailPage.kind)),
        ("In checklists", _of(ChecksPage, ChecksPage.kind)),
        *((view.title or view.kind.capitalize(), _of(view, view.kind)) for view in views),
    ]


def _of(owner: type[object], kind: str) -> tuple[Bound, ...]:
    return tuple(Bound(None, mark, kind) for mark in all_declared(owner))
