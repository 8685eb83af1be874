"""Choosing another container engine: by a menu, or by `:docker NAME`."""

from __future__ import annotations

from typing import Any, Protocol

from opstui.domain.errors import OpstuiError
from opstui.operations.engine_switch import use_engine
from opstui.operations.world import World
from opstui.ui.action import action
from opstui.ui.commands import Command
from opstui.ui.desk import Choice, Desk, Prompt

SOURCE = "docker"
"""The source of the panes that show an engine."""
OTHER = "other"


class _OnEngine(Protocol):
    """A view of what an engine has."""

    world: World


def why_no_choice(part: EngineChoice, item: Any) -> str:
    """Some worlds have one engine only."""
    return "" if part.world.engines is not None else "there is only this one engine"


class EngineChoice:
    """Takes another engine for every list of images or containers."""

    def __init__(self, view: _OnEngine) -> None:
        self.world = view.world

    @action("O", "Other engine", item=False, footer=False, when=why_no_choice)
    async def engine(self, desk: Desk) -> None:
        """Choose another container engine: a docker context, podman, a host over ssh."""
        engines = self.world.engines
        if engines is None:
            return
        known = await engines.known()
        chosen = await desk.choose("Container engine", [
            *(Choice(one.id, one.name, f"{one.url}{', in use' if one.active else ''}")
              for one in known),
            Choice(OTHER, "another address", "ssh://USER@HOST, tcp://HOST:2376, unix:///PATH"),
        ])
        if chosen == OTHER:
            chosen = await desk.ask(Prompt(
                "Container engine", "address, or a context's name",
                placeholder="ssh://ana@build2", options=await engines.hosts(),
            ))
        if chosen:
            await take(self.world, chosen, desk)


async def take(world: World, engine: str, desk: Desk) -> None:
    """Show another engine in every list; what the one before was asked is dropped."""
    taken = await use_engine(world, engine)
    for kind in ("images", "containers"):
        desk.restart(kind, forget=True)
    desk.say(f"container engine: {taken.name}, {taken.url}")


def docker(world: World) -> Command:
    """`:docker NAME`."""
    names: list[str] = []

    async def run(text: str, desk: Desk) -> None:
        if world.engines is None:
            raise OpstuiError("there is only this one engine")
        known = await world.engines.known()
        names[:] = [one.name for one in known]
        if text:
            await take(world, text, desk)
            return
        active = next((one for one in known if one.active), None)
        others = ", ".join(one.name for one in known if one is not active)
        now = f"{active.name}, {active.url}" if active is not None else "not known yet"
        desk.say(f"container engine: {now}{f'; also there: {others}' if others else ''}")

    return Command("docker", "Take another container engine: a context, podman, ssh://HOST; "
                   "without a name, tell which", run, lambda _: names, argument="[NAME]")
