"""Preparing a promotion: what would change, from which state, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.alias import NEW, checked_alias
from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.promotion import GateVerdict, PromotionPlan
from opstui.domain.writes import (
    COPIED_FROM,
    PREDECESSOR,
    PROMOTED_AT,
    PROMOTED_BY,
    PROMOTED_FROM,
)
from opstui.operations.evidence import gather
from opstui.operations.world import Rules, World

if TYPE_CHECKING:
    from opstui.domain.policy import Environment


@dataclass(frozen=True, slots=True)
class Target:
    """An alias, or an environment of the policy, that a version could be promoted to."""

    alias: str
    """What to say to `prepare`: the alias, or the environment's name."""
    now: str
    """The version it names now, or empty."""
    model: str = ""
    """The registered model that the environment is; empty for the version's own."""


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


def elsewhere(rules: Rules, model: str) -> tuple[Target, ...]:
    """The environments of the policy that are registered models of their own."""
    return tuple(
        Target(one.name, "", one.registered(model)) for one in rules.environments
        if one.model and one.registered(model) != model
    )


async def prepare(
    world: World, model: str, version: str, to: str, *,
    ran: Mapping[str, GateVerdict] | None = None,
) -> PromotionPlan:
    """What promoting a version to an alias or environment would mean, read from the registry now.

    ran: verdicts of command gates that are taken over instead of running the commands again.
    Raises OpstuiError when the model or version is not there or the alias can't be one.
    """
    environment = environment_of(world.rules, model, to)
    alias = checked_alias(environment.alias if environment is not None else to)
    rules = world.rules
    if alias == rules.previous:
        raise OpstuiError(
            f"{alias} keeps the way back and is set by promotion itself",
            hint=f"promote to {rules.champion}, or roll back",
        )
    candidate = await world.registry.version(model, version)
    target = environment.registered(model) if environment is not None else model
    registered = await _target(world, model, target)
    chosen = candidate if target == model else await _copy_of(world, registered, candidate)
    champion = await champion_of(world, registered)
    found = await gather(world, candidate, champion)
    plan = await _plan(world, registered, chosen, champion, alias)
    plan = replace(
        plan, run_id=candidate.run_id, commit=found.commit, metrics=found.metrics,
        evidence=found.evidence, copy_of=("", "") if target == model else (
            candidate.model, candidate.version),
    )
    if environment is None:
        return plan
    from opstui.operations.gates import guarded  # most people have no policy

    guard = await guarded(world, environment, candidate, registered, found, ran=ran)
    return replace(plan, guard=guard)


def environment_of(rules: Rules, model: str, to: str) -> Environment | None:
    """The policy's environment that promoting `model` to `to` is about."""
    if not rules.environments:
        return None
    from opstui.domain.policy import named

    return named(rules.environments, to, model)


def protected_name(rules: Rules, model: str, to: str) -> str:
    """The name that has to be given before that environment changes; empty without protection."""
    environment = environment_of(rules, model, to)
    return environment.name if environment is not None and environment.protected else ""


async def _target(world: World, model: str, target: str) -> RegisteredModel:
    """The registered model in which the alias stands; an empty one where it is not made yet."""
    if target != model and not await world.registry.has_model(target):
        return RegisteredModel(target)
    return await world.registry.model(target)


async def _copy_of(
    world: World, target: RegisteredModel, origin: ModelVersion
) -> ModelVersion:
    """The copy of a version in another registered model, or a stand-in for one to be made.

    Looked for among the newest versions there, by the tag that opstui leaves.
    """
    mark = f"{origin.model}/{origin.version}"
    if target.latest or target.aliases:
        page = await world.registry.versions(target.name)
        for one in page.items:
            if one.tag(COPIED_FROM) == mark and one.run_id == origin.run_id:
                return one
    return replace(origin, model=target.name, version=NEW, aliases=(), tags=())


async def _plan(
    world: World, registered: RegisteredModel, chosen: ModelVersion,
    champion: ModelVersion | None, alias: str,
) -> PromotionPlan:
    """The writes' part of a plan: what the aliases name now and afterwards."""
    rules, version = world.rules, chosen.version
    expected = registered.version_of(alias)
    to_champion = alias == rules.champion
    displaces = to_champion and expected not in ("", version)
    came_from = tuple(one for one in registered.aliases_of(version) if one != rules.previous)
    stale = [name for name, old in (
        (PREDECESSOR, to_champion and not expected), (PROMOTED_FROM, not came_from),
    ) if old and chosen.tag(name)]
    by, at = promoted(champion if champion and champion.version == expected else None)
    return PromotionPlan(
        verb="promote", model=registered.name, version=version, alias=alias, expected=expected,
        place=await world.registry.where(), expected_by=by, expected_at=at,
        previous_alias=rules.previous if displaces else "",
        previous_version=expected if displaces else "",
        came_from=came_from, keeps_predecessor=displaces, stale=tuple(stale),
        champion=champion.version if champion else "", made=world.clock(),
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
