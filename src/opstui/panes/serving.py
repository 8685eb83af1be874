"""The ways out of drift: let what serves start anew, or move the alias back to what runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from opstui.domain.alias import named
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.operations.acting import acting
from opstui.operations.deploying import carry_out_deploy, deploy_of, look
from opstui.operations.drift import Serving
from opstui.operations.drift_details import fresh
from opstui.operations.rollback import prepare_rollback
from opstui.operations.trusting import trust
from opstui.operations.world import World
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Question
from opstui.ui.paint import line, lines

KINDS = ("containers", "images", "models", "versions", "journal")
"""What is read again afterwards."""
STATES = ("running", "restarting", "exited", "dead")
"""A container in one of these can be started again."""


class DriftActs:
    """Acts on what serves the selected model, or the selected version's model."""

    def __init__(self, view: Any) -> None:
        self._world: World = view.world

    @action("d", "Drift", changes=KINDS, footer=False)
    async def drift(self, item: RegisteredModel | ModelVersion, desk: Desk) -> None:
        """Mend a difference between alias and reality: restart what serves, or move the alias."""
        world = self._world
        name = item.name if isinstance(item, RegisteredModel) else item.model
        model, standing = await fresh(world, name)
        ways: dict[str, tuple[Serving, str]] = {}
        choices: list[Choice] = []
        for one in standing.serving:
            alias = one.served.alias or world.rules.champion
            should, runs = model.version_of(alias), one.running.version
            if one.served.alias and one.container is not None and should:
                key = f"restart {one.served.container}"
                ways[key] = (one, should)
                choices.append(Choice(
                    key, f"Restart {one.served.name} to serve {named(should)} "
                    f"(it runs {named(runs) if runs else 'what is not known'})",
                ))
            if runs and should and runs != should:
                key = f"back {one.served.container}"
                ways[key] = (one, runs)
                choices.append(Choice(key, f"Move {alias} back to {named(runs)}"))
        should = model.version_of(world.rules.champion)
        if deploy_of(world, name) is not None and should:
            choices.append(Choice("deploy", f"Deploy {named(should)} by the command for {name}"))
        if not choices:
            desk.say(f"nothing that serves {name} can be restarted or set right from here")
            return
        chosen = await desk.choose(f"{name}: make alias and reality agree", choices)
        if chosen is None:
            return
        if chosen == "deploy":
            await ask_to_deploy(world, desk, name, world.rules.champion, should)
            return
        one, version = ways[chosen]
        if chosen.startswith("restart"):
            await restart(world, desk, one, model.name, version)
        else:
            await move_back(world, desk, model, one, version)


async def move_back(
    world: World, desk: Desk, model: RegisteredModel, one: Serving, version: str
) -> None:
    """Through the usual page: a rollback where it is one, else a promotion with its gates."""
    from opstui.panes import promoting

    alias = one.served.alias or world.rules.champion
    if alias == world.rules.champion:
        try:
            plan = await prepare_rollback(world, model.name)
        except OpstuiError:
            plan = None
        if plan is not None and plan.version == version:
            await promoting.roll_back(world, desk, model.name)
            return
    await promoting.promote_to(world, desk, model.name, version, alias)


async def restart(world: World, desk: Desk, one: Serving, model: str, version: str) -> None:
    """Ask, restart the container, and keep in the journal what that was for."""
    container = one.container
    if container is None or container.state not in STATES:
        desk.say(f"{one.served.name} can't be restarted now", kind="warning")
        return
    place = await world.engine.where()
    runs = f"now it runs {named(one.running.version)}" if one.running.version else \
        "what it runs now is not known"
    if not await desk.confirm(Question(
        title="Restart service", object=container.name,
        effect=f"It follows {model}@{one.served.alias}, which names {named(version)}; {runs}. "
        "It is stopped with its grace time and started again, and loads the model anew; nothing "
        "answers in between.", place=place, yes="Restart", danger=True,
    )):
        return
    with desk.busy("containers", container.key):
        async with acting(
            world.journal, "container.restart", container.name, place, before=container.state,
            after="running", evidence=(
                ("id", container.id), ("image", container.image_id),
                ("serves", f"{model}@{one.served.alias}"), ("version", version),
            ),
        ):
            await world.engine.restart(container)
    desk.changed(*KINDS)
    desk.say(f"restarted: {container.name}; it loads {model} {named(version)}")


async def offer_restart(world: World, desk: Desk, model: str, alias: str) -> None:
    """After an alias moved: offer the model's own command, else to restart what follows it."""
    if alias == world.rules.champion and deploy_of(world, model) is not None:
        named_now = (await world.registry.model(model)).version_of(alias)
        if named_now:
            await ask_to_deploy(world, desk, model, alias, named_now)
        return
    if not any(one.model == model and one.alias == alias for one in world.board.served):
        return
    registered, standing = await fresh(world, model)
    version = registered.version_of(alias)
    for one in standing.serving:
        follows = one.served.alias == alias and runs_now(one.container)
        if follows and version and one.running.version != version:
            await restart(world, desk, one, model, version)


async def ask_to_deploy(
    world: World, desk: Desk, model: str, alias: str, version: str
) -> None:
    """Show the command with what is behind it, ask, run it.

    A yes to one that a repository's file names, and that is not trusted yet, trusts exactly what
    is shown, until it changes.
    """
    deploy = deploy_of(world, model)
    command = await look(world, deploy) if deploy is not None else None
    if deploy is None or command is None:
        desk.say("nothing can be run here", kind="warning")
        return
    new = "" if command.trusted else (
        f"\nNamed by {command.source} and not trusted yet: yes trusts exactly what is shown below."
    )
    if not await desk.confirm(Question(
        title="Deploy", object=f"{model} {named(version)}",
        effect=f"`{command.text}` runs as you, in the repository's folder, with OPSTUI_VERSION="
        f"{version}.{new}", place=command.source, yes="Deploy", danger=True,
        body=(line(("command", "title")), line(command.text), (), *lines(command.script)),
    )):
        return
    if not command.trusted:
        await trust(world, command)
        command = replace(command, trusted=True)
    try:
        with desk.busy("models", model):
            says = await carry_out_deploy(world, deploy, command, alias, version)
    finally:
        desk.changed(*KINDS)
    desk.say(f"deployed: {model} {named(version)}{f'; {says}' if says else ''}")


def runs_now(container: Container | None) -> bool:
    """Whether it serves, or at least tries to."""
    return container is not None and container.state in ("running", "restarting")
