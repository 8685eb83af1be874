"""Starting, stopping, restarting and removing containers: one, the marked ones, a project's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opstui.domain.container_state import state_of
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.words import plural
from opstui.operations.acting import acting
from opstui.operations.world import World
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Question
from opstui.ui.paint import Line, Span, glyph, line

if TYPE_CHECKING:
    from opstui.panes.containers import ContainersView

AT_ONCE = 4
"""Containers that are acted on at the same time."""
RUNNING = ("running", "restarting", "paused")


@dataclass(frozen=True, slots=True)
class Verb:
    """What can be done to containers."""

    word: str
    past: str
    effect: str
    """What it means for each."""
    after: str
    """The state it is in then."""
    why_not: Callable[[Container], str]
    danger: bool = True


def _no_start(one: Container) -> str:
    """What runs can't be started."""
    if one.state in ("running", "restarting"):
        return "already running"
    return "it is paused" if one.state == "paused" else ""


def _no_stop(one: Container) -> str:
    """What does not run can't be stopped."""
    return "" if one.state in RUNNING else "not running"


def _no_restart(one: Container) -> str:
    """Only what was started once can be started again."""
    if one.state == "created":
        return "it was never started"
    return "it is paused" if one.state == "paused" else ""


def _no_remove(_one: Container) -> str:
    return ""


START = Verb("start", "started", "It runs again with the settings it was made with.", "running",
             _no_start, danger=False)
STOP = Verb("stop", "stopped", "It is asked to end, and killed when its grace time is over.",
            "exited", _no_stop)
RESTART = Verb("restart", "restarted", "It is stopped with its grace time and started again; "
               "nothing answers in between.", "running", _no_restart)
REMOVE = Verb("remove", "removed", "The container, its log and what it wrote outside of volumes "
              "are gone for good.", "", _no_remove)


def _when(verb: Verb) -> Callable[[ContainerActs, Container], str]:
    """Why it can be done to none of those that are meant."""
    def why_not(part: ContainerActs, item: Container) -> str:
        reasons = [verb.why_not(one) for one in part.view.meant(item)]
        return "" if "" in reasons else next(iter(reasons), "nothing selected")

    return why_not


class ContainerActs:
    """Acts of a list of containers; each means the marked ones where there are any."""

    def __init__(self, view: ContainersView) -> None:
        self.view = view
        self._world: World = view.world

    @action("S", "Start", changes=("containers",), when=_when(START))
    async def start(self, item: Container, desk: Desk) -> None:
        """Start the container, the marked ones, or all of the project."""
        await self._act(START, self._world.engine.start, item, desk)

    @action("X", "Stop", changes=("containers",), when=_when(STOP))
    async def stop(self, item: Container, desk: Desk) -> None:
        """Stop the container, the marked ones, or all of the project, with their grace time."""
        await self._act(STOP, self._world.engine.stop, item, desk)

    @action("T", "Restart", changes=("containers",), when=_when(RESTART))
    async def restart(self, item: Container, desk: Desk) -> None:
        """Stop the container, the marked ones, or all of the project, and start them again."""
        await self._act(RESTART, self._world.engine.restart, item, desk)

    @action("D", "Remove", changes=("containers",))
    async def remove(self, item: Container, desk: Desk) -> None:
        """Remove the container, the marked ones, or the project's; unnamed volumes are asked about.
        """
        doors = self._world.containers
        if doors is None:
            raise OpstuiError("containers can't be removed here")
        meant = self.view.meant(item)
        own = await self._own_volumes(meant)
        volumes = False
        if own:
            chosen = await desk.choose("Volumes without a name", [
                Choice("keep", "keep them", plural(own, "volume")),
                Choice("remove", "remove them too", "what they hold is lost"),
            ])
            if chosen is None:
                return
            volumes = chosen == "remove"
        running = [one for one in meant if one.state in RUNNING]
        note = f" {plural(own, 'volume')} without a name {'go' if own > 1 else 'goes'} with " \
               f"{'them' if len(meant) > 1 else 'it'}." if volumes else " Volumes are kept."
        if running:
            note += (f" {'It runs' if len(meant) == 1 else f'{len(running)} of them run'}: "
                     "killed without a grace time.")

        async def remove(one: Container) -> None:
            await doors.remove(one, force=one.state in RUNNING, volumes=volumes)

        await self._act(REMOVE, remove, item, desk, note=note,
                        typed=self._name(item, meant) if running else "")

    async def _own_volumes(self, meant: Sequence[Container]) -> int:
        found = await asyncio.gather(*(self._world.engine.inspect(one.id) for one in meant))
        return sum(len(state_of(one).volumes) for one in found)

    def _name(self, item: Container, meant: Sequence[Container]) -> str:
        """What those that are meant are called together."""
        if len(meant) == 1:
            return meant[0].name
        if meant == self.view.members(item):
            return item.name
        return plural(len(meant), "container")

    async def _act(
        self, verb: Verb, act: Callable[[Container], Awaitable[None]], item: Container,
        desk: Desk, *, note: str = "", typed: str = "",
    ) -> None:
        view, meant = self.view, self.view.meant(item)
        able = [one for one in meant if not verb.why_not(one)]
        place = await self._world.engine.where()
        many = len(able) > 1
        if not await desk.confirm(Question(
            title=f"{verb.word.capitalize()} "
                  f"{plural(len(able), 'container') if many else 'container'}",
            object=self._name(item, meant) if many else able[0].name,
            effect=f"{'' if verb is START else serves(able)}{verb.effect}{note}"
                   if not many else _of_many(verb, able, note),
            place=place, yes=verb.word.capitalize(), danger=verb.danger, typed=typed,
            body=tuple(self._listed(verb, meant)) if len(meant) > 1 else (),
        )):
            return
        busy = asyncio.Semaphore(AT_ONCE)

        async def one_of_them(one: Container) -> str:
            async with busy:
                with desk.busy(view.kind, one.key):
                    return await self._do(verb, act, one, place)

        failed = [why for why in await asyncio.gather(*map(one_of_them, able)) if why]
        desk.changed(view.kind, "images")
        if failed:
            done = f"{len(able) - len(failed)} of {len(able)} {verb.past}; " if many else ""
            raise OpstuiError(f"{done}{'; '.join(failed)}")
        if many:
            desk.say(f"{plural(len(able), 'container')} {verb.past}")

    async def _do(
        self, verb: Verb, act: Callable[[Container], Awaitable[None]], one: Container, place: str
    ) -> str:
        """Do it to one of them, journaled; returns why it failed, or empty."""
        world = self._world
        try:
            if await world.engine.where() != place:
                return f"{one.name}: another engine was chosen meanwhile"
            async with acting(
                world.journal, f"container.{verb.word}", one.name, place, before=one.state,
                after=verb.after, evidence=(("id", one.id), ("image", one.image_id)),
            ):
                await act(one)
        except OpstuiError as error:
            return str(error)
        return ""

    def _listed(self, verb: Verb, meant: Sequence[Container]) -> list[Line]:
        lines: list[Line] = []
        for one in meant:
            why = verb.why_not(one)
            state = glyph(one.status, ascii_only=self._world.ascii_only)
            ports = f"  {' '.join(one.ports)}" if one.ports else ""
            lines.append(line((f"{one.name}: left out, {why}", "dim")) if why else
                         (state, Span(f" {one.name}"), Span(ports, "dim")))
        return lines


def serves(containers: Sequence[Container]) -> str:
    """What stops answering, as a sentence."""
    ports = [port for one in containers for port in one.ports]
    return f"What it serves on {' '.join(ports)} goes away. " if ports else ""


def _of_many(verb: Verb, able: Sequence[Container], note: str) -> str:
    ports = [port for one in able for port in one.ports]
    gone = f" What they serve on {' '.join(ports)} goes away." if ports and verb is not START \
        else ""
    return f"Each of them: {verb.effect[0].lower()}{verb.effect[1:]}{gone}{note}"
