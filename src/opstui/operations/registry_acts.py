"""Copying a version into another registered model, and deleting what no alias names.

Each is read again before it is written, journaled, and read back afterwards.
"""

from __future__ import annotations

from datetime import UTC

from opstui.domain.alias import named
from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.words import plural
from opstui.domain.writes import COPIED_FROM, OWN_TAGS
from opstui.operations.acting import acting
from opstui.operations.world import World

COPIED_BY = "copied_by"
COPIED_AT = "copied_at"
COMMIT = "mlflow.source.git.commit"
_LISTED = 50
"""Versions of a deleted model that the journal lists at most."""


def checked_model(name: str) -> str:
    """`name`, or OpstuiError where MLflow would refuse it as a model's.

    Source: mlflow/utils/validation.py, `_validate_model_name`.
    """
    if not name.strip() or "/" in name or ":" in name:
        raise OpstuiError(
            f"{name!r} can't be a model's name", hint="leave out slashes and colons"
        )
    return name


async def copy(world: World, version: ModelVersion, target: str) -> str:
    """Copy a version into another registered model, which is made where it is missing.

    The copy has the version's own tags, and says where it came from, by whom, when, and from
    which commit. The files are shared with the original. Returns the copy's number.
    """
    checked_model(target)
    if target == version.model:
        raise OpstuiError(f"{target} is the model that it is in", hint="name another one")
    fresh = await world.registry.version(version.model, version.version)
    if not fresh.ready:
        raise OpstuiError(
            f"{fresh.model} v{fresh.version} is not ready", hint=fresh.status_note
        )
    if there := await copy_there(world, fresh, target):
        raise OpstuiError(
            f"{target} has that copy already: v{there}", hint="promote that one"
        )
    commit = await _commit(world, fresh)
    at = world.clock().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    tags = {COPIED_FROM: fresh.key, COPIED_BY: world.journal.who, COPIED_AT: at}
    tags |= {COMMIT: commit} if commit else {}
    facts = (("copied_from", fresh.key), ("run_id", fresh.run_id), ("sha", commit))
    async with acting(
        world.journal, "model.copy", target, await world.registry.where(),
        after=f"copy of {fresh.key}", evidence=[fact for fact in facts if fact[1]],
    ) as act:
        made = await world.registry.copy_version(
            fresh.model, fresh.version, target, tags, OWN_TAGS | {COPIED_BY, COPIED_AT}
        )
        found = await world.registry.version(target, made)
        if found.run_id != fresh.run_id or found.tag(COPIED_FROM) != fresh.key:
            raise OpstuiError(f"{target} v{made} was made, but is no copy of {fresh.key}")
        act.result = f"done: {target} v{made} is a copy of {fresh.model} v{fresh.version}"
    return made


async def copy_there(world: World, version: ModelVersion, target: str) -> str:
    """The number of the version's copy in another model, among the newest there, or empty."""
    if not await world.registry.has_model(target):
        return ""
    for one in (await world.registry.versions(target)).items:
        if one.tag(COPIED_FROM) == version.key and one.run_id == version.run_id:
            return one.version
    return ""


async def _commit(world: World, version: ModelVersion) -> str:
    if version.tag(COMMIT) or not version.run_id:
        return version.tag(COMMIT)
    try:
        return (await world.tracking.run(version.run_id)).commit
    except OpstuiError:
        return ""


async def delete_version(world: World, version: ModelVersion) -> None:
    """Delete a version; refused where an alias names it, read just before."""
    where = await world.registry.where()
    fresh = await world.registry.version(version.model, version.version)
    facts = (("run_id", fresh.run_id), ("source", fresh.source),
             *((f"tag.{name}", value) for name, value in fresh.tags))
    async with acting(
        world.journal, "model.version.delete", fresh.key, where, before=f"v{fresh.version}",
        evidence=[fact for fact in facts if fact[1]],
    ) as act:
        model = await world.registry.model(fresh.model)
        if aliases := model.aliases_of(fresh.version):
            raise _named(f"{fresh.model} v{fresh.version}", aliases)
        await world.registry.delete_version(fresh.model, fresh.version)
        if await _is_there(world, fresh):
            raise OpstuiError(f"{fresh.model} v{fresh.version} was deleted, but is still there")
        act.result = f"done: {fresh.model} v{fresh.version} is gone"


async def _is_there(world: World, version: ModelVersion) -> bool:
    """Read back from the list: a version that is asked for alone may fail for other reasons."""
    token = ""
    while True:
        page = await world.registry.versions(version.model, token)
        if any(one.version == version.version for one in page.items):
            return True
        token = page.token
        if not token or min(one.number for one in page.items) < version.number:
            return False


async def delete_model(world: World, model: RegisteredModel) -> None:
    """Delete a model with all its versions; refused where an alias is set, read just before."""
    where = await world.registry.where()
    page = await world.registry.versions(model.name)
    more = " or more" if page.token else ""
    facts = [
        (f"v{one.version}", f"run {one.run_id or 'unknown'}, {one.source}")
        for one in page.items[:_LISTED]
    ]
    async with acting(
        world.journal, "model.delete", model.name, where,
        before=plural(len(page.items), "version") + more, evidence=facts,
    ) as act:
        fresh = await world.registry.model(model.name)
        if fresh.aliases:
            raise _named(model.name, [alias for alias, _ in fresh.aliases])
        await world.registry.delete_model(model.name)
        if await world.registry.has_model(model.name):
            raise OpstuiError(f"{model.name} was deleted, but is still there")
        act.result = f"done: {model.name} is gone"


def _named(what: str, aliases: tuple[str, ...] | list[str]) -> OpstuiError:
    return OpstuiError(
        f"{what} was not deleted: {', '.join(aliases)} {'names' if len(aliases) == 1 else 'name'}"
        " it", hint="remove the alias first, or let it name another version",
    )


def copied(version: ModelVersion, target: str, made: str) -> str:
    """What became of a copy, for a notice."""
    return f"copied: {version.model} {named(version.version)} is {target} {named(made)}"
