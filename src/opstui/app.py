"""The terminal application: themes, the house, the embedded server's life."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on

from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import LocalPhase
from opstui.lean import leaving, memory
from opstui.lean.install import Installed, install
from opstui.panes.heading import badge, heading
from opstui.panes.lineage import WorldBelonging
from opstui.panes.table import VIEWS, extra, panes
from opstui.start.arrival import Arrival
from opstui.ui import news
from opstui.ui.house import House
from opstui.ui.hurry import Hurried
from opstui.ui.keymap import Keymap
from opstui.ui.keys import scopes_of
from opstui.ui.paint import Line
from opstui.ui.pane import Pane
from opstui.ui.standing import arrangement, stand, take_over
from opstui.ui.theme import LOOKS, Brush
from opstui.ui.work import start_work
from opstui.wiring import Front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from opstui.remembered import Remembered
    from opstui.start.live import Live
    from opstui.start.opening import Opening
    from opstui.ui.commands import Command
    from opstui.ui.desk import Desk
    from opstui.ui.pane_spec import PaneSpec

LOCAL = frozenset({"branches", "commits"})
"""Lists of what is here and not on a profile's servers."""
EARLY = 1.5
"""Seconds that early keys wait for the first pane at most."""


class OpstuiApp(Hurried):
    """Opens the house on what the front door found."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "opstui"

    def __init__(
        self, front: Front, *, local: bool = False, opening: Opening | None = None,
        live: Live | None = None, whole_process: bool = False,
        remembered: Remembered | None = None,
    ) -> None:
        super().__init__()
        stock = bool(front.environ.get("OPSTUI_STOCK"))
        """The driver and the frames that Textual comes with: to compare with, and for trouble."""
        installed = (
            Installed(None, "OPSTUI_STOCK is set") if stock
            else install(self, opening.taken if opening is not None else None, self._remember)
        )
        self.front = front
        self.whole_process = whole_process and not stock
        """Whether the process ends with the app, so that leaving need not take it apart."""
        self.notes: list[str] = []
        """What is wrong with settings that is no reason not to open."""
        self._early: list[events.Key] | None = []
        """Keys pressed before there was a list to take them; None once there is."""
        self.local = local or front.settings.mlflow_local == "auto"
        """Start the embedded MLflow server at once where no other is configured."""
        for look in LOOKS.values():
            self.register_theme(look.textual())
        self.theme = front.settings.theme
        self.remembered = remembered
        """How lists were left, and where that is kept; None where it is not."""
        self.house = self._house([room.spec for room in live.rooms] if live is not None else None)
        if remembered is not None:
            floor = self.house.floor
            begun = floor.panes[: floor.main] if live is not None else []
            remembered.before.prepare(
                stack[0] for pane in floor.panes if pane not in begun for stack in pane.stacks
            )
            stand(floor, remembered.before)
            self.notes += [remembered.note] if remembered.note else []
        self._arrival = (
            Arrival(opening, installed.frames, self.house, live.rows if live is not None else None)
            if opening is not None and installed.frames is not None else None
        )

    def _house(self, rooms: Sequence[PaneSpec] | None = None) -> House:
        """The house of the front; `rooms` are its panes where they were begun already."""
        front, settings, world = self.front, self.front.settings, self.front.world
        keymap = Keymap(settings.keys)
        if settings.keys:  # the declared ones are checked by tests
            keymap.check([scope for _, scope in scopes_of(VIEWS)])
        house = House(
            rooms if rooms is not None else panes(world), extra(world),
            brush=Brush(LOOKS[self.theme], ascii_only=world.ascii_only),
            clock=world.clock, keymap=keymap, headline=self.headline,
            place=front.machine, read_only=settings.read_only, environ=front.environ,
            slow=settings.slow, belonging=WorldBelonging(world),
        )
        house.badge = badge(world)
        house.keys.tools = self._tools
        house.keys.more_commands = self._commands
        house.keys.history = world.history
        if world.profile is not None and world.profile.protected:
            house.keys.guard, house.keys.spared = world.profile.name, LOCAL
        self._equip(house, keymap)
        return house

    def go_over(self, profile: str) -> None:
        """Go on with another profile's servers; what still loads from the old ones is dropped."""
        keys = self.house.keys
        if keys.running:
            raise OpstuiError("an action is still running", hint="wait for its end, then go over")
        from opstui.contexts import opened  # most people have no profiles

        more = {"OPSTUI_READ_ONLY": "1"} if keys.read_only_asked else {}
        front = opened(self.front, profile, more)
        start_work(self, partial(self._move_in, front), "profile", exclusive=True)

    async def _move_in(self, front: Front) -> None:
        """Put another house in the place of this one, and leave it as it was arranged."""
        old, before = self.front, self.house
        started = old.world.local.state().phase is not LocalPhase.OFF
        self.front, self._arrival, self._early = front, None, []
        self.notes.clear()
        self.house = self._house()
        self.house.keys.read_only_asked = before.keys.read_only_asked
        take_over(self.house.floor, before.floor)
        await self.switch_screen(self.house)
        self.set_timer(EARLY, self._replay)
        await old.close()
        if started and not front.connection.configured:
            await self.start_local()

    def on_mount(self) -> None:
        """Show the house; start the embedded server where that was asked for."""
        self.push_screen(self.house)
        self.set_timer(EARLY, self._replay)
        for note in self.notes:
            self.house.call_after_refresh(self.house.say, note, "warning")
        self.set_timer(EARLY, partial(start_work, self, self.tell_of_cuts, "cuts"))
        if self._arrival is not None:
            self._arrival.begin(self.set_timer)
        elif self.whole_process:
            self.set_timer(EARLY, memory.settle)
        if self.local and not self.front.connection.configured:
            start_work(self, self.start_local, "local")

    async def start_local(self) -> None:
        """Start the embedded server; the panes say "starting" meanwhile."""
        try:
            await self.front.world.local.start()
        except OpstuiError as error:
            self.house.say(str(error), "error")
        news.changed(self.house.floor.panes, "experiments", "models")

    async def tell_of_cuts(self) -> None:
        """Say which acts were begun and never ended: the terminal may have been lost on the way.

        No dialog, since what is typed meanwhile is meant for the list.
        """
        from opstui.operations.undo import HOW_TO_END, cut_told, cuts

        try:
            found = await cuts(self.front.world, 300)
        except OpstuiError:
            return  # the journal's own list says why it can't be read
        if found:
            self.house.say(f"{'; '.join(map(cut_told, found))}. {HOW_TO_END}", "warning")

    async def on_event(self, event: events.Event) -> None:
        """Keys wait for the first pane, so that what is typed ahead means the live list."""
        if self._early is not None and isinstance(event, events.Key):
            self._early.append(event)
        else:
            await super().on_event(event)

    def _replay(self) -> None:
        early, self._early = self._early, None
        for event in early or ():
            self.post_message(events.Key(event.key, event.character))

    @on(House.Arrived)
    def _arrived(self) -> None:
        self._replay()

    @on(Pane.Loaded)
    def _loaded(self) -> None:
        if self._arrival is not None:
            self.call_after_refresh(self._arrival.look)

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave. Where nothing else is left to do in this process, at once."""
        driver = self._driver
        if (self.whole_process and driver is not None and not driver.is_headless
                and not self.house.keys.running and message is None):
            leaving.give_back(driver)
            self._remember()
            if self._arrival is not None:
                self._arrival.leave()
            logging.shutdown()
            leaving.leave(return_code)
        self._remember()
        super().exit(result, return_code, message)

    def _equip(self, house: House, keymap: Keymap) -> None:
        """Give the house the person's own commands."""
        commands = tuple(self.front.settings.commands.values())
        if not commands:
            return
        from opstui.panes.custom import clashes, custom_actions, refuse  # most people have none

        found = clashes(keymap, commands, scopes_of(VIEWS), [view.kind for view in VIEWS])
        refuse(found)
        without = {command.name for command, _ in found}
        self.notes += [why for _, why in found]
        house.keys.custom = custom_actions(self.front.world, house, [
            replace(one, key="") if one.name in without else one for one in commands
        ])

    async def _tools(self, desk: Desk) -> None:
        from opstui.panes.tools import open_tool  # not before it is asked for

        pane, item = self.house.floor.pane, self.house.floor.item
        name = pane.view.name(item) if item is not None else ""
        await open_tool(self.front.world, item, pane.view.kind, name, self.front.environ, desk)

    def _commands(self) -> tuple[Command, ...]:
        """What can be typed behind `:` beside the house's own."""
        from opstui.contexts import context_command  # not before they are asked for
        from opstui.panes.command_table import commands

        return (context_command(self), *commands(self.front.world))

    def _remember(self) -> None:
        """Keep how the lists are arranged; a frame that is kept then shows them so."""
        if self.remembered is None:
            return
        floor = self.house.floor
        now = arrangement(floor)
        if self.remembered.keep(now):
            floor.opened = now
            if self._arrival is not None:
                self._arrival.rename()

    async def headline(self) -> Line:
        """Where we are, for the header."""
        return heading(self.front.world)

    async def on_unmount(self) -> None:
        """Let go of the servers."""
        if self.front.world.local.state().phase is not LocalPhase.OFF:
            await self.front.world.local.stop()
        await self.front.connection.close()
