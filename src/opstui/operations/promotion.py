"""Preparing a promotion: what would change, from which state, on what evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opstui.domain.alias import checked_alias
from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.promotion import PromotionPlan
from opstui.domain.writes import PREDECESSOR, PROMOTED_AT, PROMOTED_BY, PROMOTED_FROM
from opstui.operations.evidence import gather
from opstui.operations.world import Rules, World


@dataclass(frozen=True, slots=True)
class Target:
    """An alias that a version could be promoted to."""

    alias: str
    now: str
    """The version it names now, or empty."""


def choices(rules: Rules, model: RegisteredModel, version: str) -> tuple[Target, ...]:
    """The aliases a version can be promoted to, the most likely one first.

    First the rungs of the ladder above the highest one that the version has, then the other
    rungs, then the model's other aliases; never the alias that keeps the way back.
    """
    held = model.aliases_of(version)
    rungs = [count for count, alias in enumerate(rules.aliases) if alias in held]
    above = max(rungs) + 1 if rungs else 0
    ladder = [*rules.aliases[above:], *rules.aliases[:above]]
    others = [alias for alias, _ in model.aliases if alias not in ladder]
    return tuple(
        Target(alias, model.version_of(alias))
        for alias in [*ladder, *others]
        if alias not in held and alias != rules.previous
    )


async def prepare(world: World, model: str, version: str, alias: str) -> PromotionPlan:
    """What promoting a version to an alias would mean, read from the registry now.

    Raises OpstuiError when the model or version is not there or the alias can't be one.
    """
    checked_alias(alias)
    rules = world.rules
    if alias == rules.previous:
        raise OpstuiError(
            f"{alias} keeps the way back and is set by promotion itself",
            hint=f"promote to {rules.champion}, or roll back",
        )
    registered = await world.registry.model(model)
    candidate = await world.registry.version(model, version)
    version = candidate.version
    expected = registered.version_of(alias)
    champion = await champion_of(world, registered)
    found = await gather(world, candidate, champion)
    to_champion = alias == rules.champion
    displaces = to_champion and expected not in ("", version)
    came_from = tuple(one for one in registered.aliases_of(version) if one != rules.previous)
    stale = [name for name, old in (
        (PREDECESSOR, to_champion and not expected), (PROMOTED_FROM, not came_from),
    ) if old and candidate.tag(name)]
    by, at = promoted(champion if champion and champion.version == expected else None)
    return PromotionPlan(
        verb="promote", model=model, version=version, alias=alias, expected=expected,
        place=await world.registry.where(), expected_by=by, expected_at=at,
        previous_alias=rules.previous if displaces else "",
        previous_version=expected if displaces else "",
        came_from=came_from,
        keeps_predecessor=displaces, stale=tuple(stale), run_id=candidate.run_id,
        commit=found.commit, champion=champion.version if champion else "",
        metrics=found.metrics, evidence=found.evidence, made=world.clock(),
    )


def promoted(version: ModelVersion | None) -> tuple[str, datetime | None]:
    """Who promoted a version and when, as far as its tags say."""
    if version is None:
        return "", None
    try:
        at = datetime.fromisoformat(version.tag(PROMOTED_AT))
    except ValueError:
        return version.tag(PROMOTED_BY), None
    return version.tag(PROMOTED_BY), at if at.tzinfo else None


async def champion_of(world: World, model: RegisteredModel) -> ModelVersion | None:
    """The version that the champion alias names; None where it names none or a deleted one."""
    version = model.version_of(world.rules.champion)
    if not version:
        return None
    try:
        return await world.registry.version(model.name, version)
    except OpstuiError:
        return None
