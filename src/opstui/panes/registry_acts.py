"""What can be done to a version or a model besides aliases: compare causes, copy, delete."""

from __future__ import annotations

from typing import Any

from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.operations import registry_acts as acts
from opstui.operations.promotion import champion_of
from opstui.operations.world import World
from opstui.panes import promoting
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Prompt, Question


def why_not_delete(_part: VersionActs, version: ModelVersion) -> str:
    """Why this version has to stay."""
    return f"{', '.join(version.aliases)} names it" if version.aliases else ""


def why_not_delete_model(_part: ModelActs, model: RegisteredModel) -> str:
    """Why this model has to stay."""
    return f"its alias {model.aliases[0][0]} is set" if model.aliases else ""


def why_not_copy(_part: VersionActs, version: ModelVersion) -> str:
    """Why it can't be copied."""
    return "" if version.ready else "it is not ready"


class VersionActs:
    """Acts on the selected version."""

    def __init__(self, view: Any) -> None:
        self._world: World = view.world

    @action("B", "What changed", footer=False)
    async def bisect(self, version: ModelVersion, desk: Desk) -> None:
        """Show what changed between the champion and this version, newest cause first."""
        from opstui.panes.suspects import bisect

        world = self._world
        champion = await champion_of(world, await world.registry.model(version.model))
        if champion is not None and champion.version != version.version:
            await bisect(world, desk, champion, version)
            return
        page = await world.registry.versions(version.model)
        others = [one for one in page.items if one.version != version.version]
        if not others:
            desk.say(f"v{version.version} is the only version")
            return
        chosen = await desk.choose(f"What changed from which version to v{version.version}", [
            Choice(one.version, f"v{one.version}", ", ".join(one.aliases)) for one in others
        ])
        if chosen is not None:
            old = next(one for one in others if one.version == chosen)
            await bisect(world, desk, old, version)

    @action("E", "Copy to a model", changes=promoting.KINDS, when=why_not_copy, footer=False)
    async def copy(self, version: ModelVersion, desk: Desk) -> None:
        """Register it once more in another model, such as the one of an environment."""
        world = self._world
        known = [one.registered(version.model) for one in world.rules.environments]
        known += [one.name for one in world.board.models]
        given = await desk.ask(Prompt(
            title=f"Copy {version.model} v{version.version} to", label="model",
            placeholder=f"prod.{version.model}",
            options=tuple(one for one in dict.fromkeys(known) if one != version.model),
        ))
        if given is None or not (target := given.strip()):
            return
        acts.checked_model(target)
        made = "" if await world.registry.has_model(target) else " The model is made first."
        if not await desk.confirm(Question(
            title="Copy version", object=f"{version.model} v{version.version}",
            effect=f"{target} gets a new version that shares its files, with its tags and where "
            f"it came from. No alias moves.{made}",
            place=await world.registry.where(), yes="Copy",
        )):
            return
        try:
            number = await acts.copy(world, version, target)
        finally:
            desk.changed(*promoting.KINDS)
        desk.say(acts.copied(version, target, number))

    @action("D", "Delete", changes=promoting.KINDS, when=why_not_delete, footer=False)
    async def delete(self, version: ModelVersion, desk: Desk) -> None:
        """Delete the version for good, by typing its name; only where no alias names it."""
        name = f"{version.model}/{version.version}"
        if not await desk.confirm(Question(
            title="Delete version", object=f"{version.model} v{version.version}",
            effect="The version and its tags are gone for good. Its run and its files stay, but "
            "nothing can register it under this number again.",
            place=await self._world.registry.where(), yes="Delete", danger=True, typed=name,
        )):
            return
        try:
            await acts.delete_version(self._world, version)
        finally:
            desk.changed(*promoting.KINDS)
        desk.say(f"deleted: {version.model} v{version.version}")


class ModelActs:
    """Acts on the selected model."""

    def __init__(self, view: Any) -> None:
        self._world: World = view.world

    @action("D", "Delete", changes=promoting.KINDS, when=why_not_delete_model, footer=False)
    async def delete(self, model: RegisteredModel, desk: Desk) -> None:
        """Delete the model with all its versions, by typing its name; only without aliases."""
        page = await self._world.registry.versions(model.name)
        count = f"{len(page.items)}{' or more' if page.token else ''}"
        if not await desk.confirm(Question(
            title="Delete model", object=model.name,
            effect=f"The model and its versions ({count}) are gone for good. Their runs and "
            "files stay.",
            place=await self._world.registry.where(), yes="Delete", danger=True,
            typed=model.name,
        )):
            return
        try:
            await acts.delete_model(self._world, model)
        finally:
            desk.changed(*promoting.KINDS)
        desk.say(f"deleted: {model.name}")
