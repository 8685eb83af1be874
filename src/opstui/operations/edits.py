"""Small changes to a version: an alias, a tag, the description. Read again, written, read back."""

from __future__ import annotations

from opstui.domain.alias import checked_alias
from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion
from opstui.domain.promotion import PromotionPlan
from opstui.operations.acting import acting
from opstui.operations.world import World


async def prepare_alias(world: World, model: str, alias: str, version: str) -> PromotionPlan:
    """A plan that lets an alias name a version, or nothing when `version` is empty.

    It is carried out like a promotion, but writes nothing besides the alias.
    """
    checked_alias(alias)
    registered = await world.registry.model(model)
    return PromotionPlan(
        verb="alias.set" if version else "alias.remove", model=model, version=version,
        alias=alias, expected=registered.version_of(alias),
        place=await world.registry.where(), came_from=registered.aliases_of(version),
        made=world.clock(),
    )


async def set_tag(world: World, version: ModelVersion, key: str, value: str) -> None:
    """Set a tag of a version, or remove it when `value` is empty.

    Refused with OpstuiError when the tag changed since `version` was read.
    """
    before = version.tag(key)
    now = (await world.registry.version(version.model, version.version)).tag(key)
    _unchanged(f"The tag {key}", before, now)
    async with acting(
        world.journal, "model.tag", f"{version.model}/{version.version} {key}",
        await world.registry.where(), before=before, after=value,
    ):
        if value:
            await world.registry.set_version_tag(version.model, version.version, key, value)
        else:
            await world.registry.delete_version_tag(version.model, version.version, key)
        fresh = await world.registry.version(version.model, version.version)
        _written(f"The tag {key}", value, fresh.tag(key))


async def describe(world: World, version: ModelVersion, text: str) -> None:
    """Replace a version's description; refused when it changed since `version` was read."""
    now = (await world.registry.version(version.model, version.version)).description
    _unchanged("The description", version.description, now)
    async with acting(
        world.journal, "model.describe", f"{version.model}/{version.version}",
        await world.registry.where(), before=version.description, after=text,
    ):
        await world.registry.describe_version(version.model, version.version, text)
        fresh = await world.registry.version(version.model, version.version)
        _written("The description", text, fresh.description)


def _unchanged(what: str, before: str, now: str) -> None:
    if before != now:
        raise OpstuiError(
            f"{what} was changed by someone else and was not written",
            hint="look at it again, then repeat",
        )


def _written(what: str, wanted: str, found: str) -> None:
    if wanted != found:
        raise OpstuiError(f"{what} was written, but someone else's write came later")
