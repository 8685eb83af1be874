"""Preparing a rollback: the version that served before, and the way further back.

The version to restore is the one that the previous-champion alias names; failing that, the
tag `previous_champion_version` of the version that serves now; failing that, the journal.

After a rollback the previous-champion alias does not name the version that was just rolled
back from, since a second rollback would then bring it back. It names the predecessor that the
restored version itself recorded when it was promoted, and is removed where there is none.
"""

from __future__ import annotations

from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.promotion import Ending, Evidence, PromotionPlan
from opstui.domain.status import Status
from opstui.domain.writes import PREDECESSOR
from opstui.operations.evidence import gather
from opstui.operations.promotion import promoted
from opstui.operations.world import World


async def prepare_rollback(world: World, model: str, alias: str = "") -> PromotionPlan:
    """What rolling an alias back would mean; the champion's, unless another one is given.

    Raises OpstuiError when the alias names nothing or no predecessor is recorded.
    """
    rules = world.rules
    alias = alias or rules.champion
    registered = await world.registry.model(model)
    current = registered.version_of(alias)
    if not current:
        raise OpstuiError(
            f"{model} has no {alias} to roll back from", where=await world.registry.where(),
            hint="promote a version first",
        )
    version, source = await _predecessor(world, registered, alias, current)
    restored = await world.registry.version(model, version)
    now = await _version(world, model, current)
    found = await gather(world, restored, now)
    serves = alias == rules.champion and bool(rules.previous)
    further = await _further_back(world, restored, current) if serves else ""
    touched = serves and (bool(further) or bool(registered.version_of(rules.previous)))
    by, at = promoted(now)
    return PromotionPlan(
        verb="rollback", model=model, version=version, alias=alias, expected=current,
        place=await world.registry.where(), expected_by=by, expected_at=at,
        previous_alias=rules.previous if touched else "",
        previous_version=further, came_from=registered.aliases_of(version),
        run_id=restored.run_id, commit=found.commit, champion=current, metrics=found.metrics,
        evidence=(Evidence("way back", Status.PASSED, source), *found.evidence),
        made=world.clock(),
    )


async def way_back(world: World, model: RegisteredModel) -> str:
    """Why the champion can't be rolled back, or empty when its predecessor is known."""
    current = model.version_of(world.rules.champion)
    if not current:
        return f"it has no {world.rules.champion}"
    try:
        await _predecessor(world, model, world.rules.champion, current)
    except OpstuiError:
        return "no previous champion recorded"
    return ""


async def _predecessor(
    world: World, model: RegisteredModel, alias: str, current: str
) -> tuple[str, str]:
    """The version to restore, and a sentence on how it is known."""
    rules = world.rules
    if alias == rules.champion:
        named = model.version_of(rules.previous) if rules.previous else ""
        if named and named != current:
            return named, f"the alias {rules.previous} names v{named}"
        serving = await _version(world, model.name, current)
        tagged = serving.tag(PREDECESSOR) if serving else ""
        if tagged and tagged != current:
            return tagged, f"the tag {PREDECESSOR} of v{current} names v{tagged}"
    for entry in await world.journal.entries():
        if (
            entry.what == "model.promote" and entry.phase == "result"
            and entry.object == f"{model.name}@{alias}" and entry.after == current
            and entry.place == await world.registry.where() and entry.before
            and entry.result.startswith(Ending.DONE.word)
        ):
            return entry.before, f"the journal's line {entry.number} names v{entry.before}"
    raise OpstuiError(
        f"No version is recorded that was {alias} of {model.name} before v{current}",
        where=await world.registry.where(), hint="promote the version that shall serve",
    )


async def _further_back(world: World, restored: ModelVersion, left: str) -> str:
    """The predecessor that the restored version recorded, where it still exists and is ready."""
    recorded = restored.tag(PREDECESSOR)
    if not recorded or recorded in (left, restored.version):
        return ""
    version = await _version(world, restored.model, recorded)
    return recorded if version and version.ready else ""


async def _version(world: World, model: str, version: str) -> ModelVersion | None:
    try:
        return await world.registry.version(model, version)
    except OpstuiError:
        return None
