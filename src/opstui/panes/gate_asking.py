"""What a promotion under a policy asks beside yes and no: trust, a reason, a file for the plan."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from opstui.domain.ci import CiCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.policy import Environment
from opstui.domain.promotion import PromotionPlan
from opstui.operations.plan_file import file_name, write_plan
from opstui.operations.trusting import trust, untrusted
from opstui.operations.world import World
from opstui.ui.desk import Desk, Prompt, Question
from opstui.ui.paint import Line, line, lines


async def ask_trust(world: World, desk: Desk, environment: Environment) -> None:
    """Show each command that a repository's file wants to run and that is not trusted yet.

    Without a yes the gate stays unknown.
    """
    for command in await untrusted(world, environment):
        if await desk.confirm(Question(
            title="Trust a gate's command", object=command.text,
            effect=f"Named by {command.source} for {environment.name}. It runs as you, in the "
            "repository's folder, with your files and network.\nYes trusts exactly what is shown "
            "below, until it changes; without it the gate stays unknown.",
            place=command.source, yes="Trust", danger=True, body=_script(command),
        )):
            await trust(world, command)


def _script(command: CiCommand) -> tuple[Line, ...]:
    head = (line(("command", "title")), line(command.text))
    return (*head, (), *lines(command.script)) if command.script.strip() else head


async def override_reason(desk: Desk, plan: PromotionPlan) -> PromotionPlan:
    """The plan with the reason that was typed; without one where none was."""
    names = ", ".join(gate.name for gate in plan.blocked)
    reason = await desk.ask(Prompt(
        title=f"Override {names} of {plan.to}", label="why; it is kept in the journal",
    ))
    return replace(plan, override=" ".join((reason or "").split()))


def save_plan(
    world: World, plan: PromotionPlan
) -> Callable[[Desk], Coroutine[Any, Any, None]]:
    """Asks for a file and writes the plan there; one that exists is asked about."""

    async def save(desk: Desk) -> None:
        given = await desk.ask(Prompt(
            title="Save plan", label="file; `opstui apply FILE` carries it out",
            value=file_name(plan),
        ))
        if given is None or not given.strip():
            return
        path = _path(given)
        try:
            await asyncio.to_thread(write_plan, path, plan, world.journal.who)
        except OpstuiError as error:
            desk.say(str(error), kind="error")
            return
        desk.say(f"saved; carry it out with opstui apply {path}")

    return save


def _path(given: str) -> Path:
    return Path(given.strip()).expanduser().absolute()
