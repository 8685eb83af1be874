"""Promoting, rolling back and editing, as the person goes through it; one flow for all lists."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.alias import checked_alias, named
from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion
from opstui.domain.promotion import Outcome, PromotionPlan, Verdict
from opstui.domain.status import Status
from opstui.operations.applying import apply
from opstui.operations.carry_out import blocked, carry_out, stopped
from opstui.operations.edits import describe, prepare_alias, set_tag
from opstui.operations.promotion import (
    choices,
    elsewhere,
    environment_of,
    prepare,
    protected_name,
)
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import World
from opstui.panes.gate_asking import ask_trust, override_reason, save_plan
from opstui.panes.promotion_page import effect, outcome_lines, page
from opstui.panes.serving import offer_restart
from opstui.ui.desk import Choice, Desk, Detail, Prompt, Question
from opstui.ui.paint import Line, lines

KINDS = ("models", "versions", "journal")
"""What has to be read again after anything here."""


async def promote(world: World, desk: Desk, model: str, version: str) -> None:
    """Choose the alias, show the page, ask, carry out, say what is true."""
    registered = await world.registry.model(model)
    targets = (*choices(world.rules, registered, version), *elsewhere(world.rules, model))
    if not targets:
        desk.say(f"{model} v{version} has every alias already")
        return
    alias: str | None = targets[0].alias
    if len(targets) > 1:
        alias = await desk.choose(f"Promote {model} v{version} to", [
            Choice(target.alias, target.alias, f"copied to {target.model}" if target.model
                   else f"now {named(target.now)}") for target in targets
        ])
    if alias is not None:
        await promote_to(world, desk, model, version, alias)


async def roll_back(world: World, desk: Desk, model: str) -> None:
    """Show the way back, ask, carry out, say what is true."""
    from opstui.panes.suspects import before_rollback

    plan = await prepare_rollback(world, model)
    await _ask_and_carry_out(world, desk, plan, more=await before_rollback(world, plan))


async def set_alias(world: World, desk: Desk, version: ModelVersion) -> None:
    """Ask for a name and let it name this version; the champion's is a promotion."""
    registered = await world.registry.model(version.model)
    known = dict.fromkeys([*world.rules.aliases, *(alias for alias, _ in registered.aliases)])
    given = await desk.ask(Prompt(
        title=f"Alias of {version.model} v{version.version}", label="alias",
        placeholder="challenger", options=tuple(known),
    ))
    if given is None or not (alias := given.strip()):
        return
    checked_alias(alias)
    if alias == world.rules.champion or environment_of(world.rules, version.model, alias):
        await promote_to(world, desk, version.model, version.version, alias)
        return
    plan = await prepare_alias(world, version.model, alias, version.version)
    await _ask_and_carry_out(world, desk, plan)


async def promote_to(world: World, desk: Desk, model: str, version: str, to: str) -> None:
    """Ask for trust where a gate wants to run something, judge, then ask."""
    environment = environment_of(world.rules, model, to)
    if environment is None:
        await _ask_and_carry_out(world, desk, await prepare(world, model, version, to))
        return
    await ask_trust(world, desk, environment)
    if environment.asks("command"):
        desk.say(f"running the commands of {environment.name}'s gates; the page comes after them")
    with desk.busy("versions", f"{model}/{version}"):
        plan = await prepare(world, model, version, to)
    await _ask_and_carry_out(world, desk, plan)


async def remove_alias(world: World, desk: Desk, version: ModelVersion) -> None:
    """Choose one of its aliases and remove it."""
    aliases = version.aliases
    alias: str | None = aliases[0] if aliases else None
    if len(aliases) > 1:
        alias = await desk.choose(
            f"Remove which alias of {version.model} v{version.version}",
            [Choice(one, one) for one in aliases],
        )
    if alias is None:
        return
    plan = await prepare_alias(world, version.model, alias, "")
    if plan.expected != version.version:
        raise OpstuiError(
            f"{alias} does not name v{version.version} any more, but {named(plan.expected)}",
            hint="look at the list again",
        )
    await _ask_and_carry_out(world, desk, plan)


async def edit_description(world: World, desk: Desk, version: ModelVersion) -> None:
    """Edit the description as it is now."""
    fresh = await world.registry.version(version.model, version.version)
    name = f"{version.model} v{version.version}"
    text = await desk.ask(Prompt(
        title=f"Description of {name}", label="text", value=fresh.description, multiline=True,
    ))
    if text is None or (text := text.rstrip("\n")) == fresh.description:
        return
    if await desk.confirm(Question(
        title="Replace description", object=name, effect="Everybody sees this text instead.",
        place=await world.registry.where(), yes="Replace", body=tuple(lines(text)),
    )):
        await describe(world, fresh, text)
        desk.changed(*KINDS)


async def edit_tag(world: World, desk: Desk, version: ModelVersion) -> None:
    """Set a tag by `key=value`, remove it by `key=`."""
    fresh = await world.registry.version(version.model, version.version)
    name = f"{version.model} v{version.version}"
    given = await desk.ask(Prompt(
        title=f"Tag of {name}", label="key=value, or key= to remove it",
        placeholder="validation_status=passed",
        options=tuple(f"{key}={value}" for key, value in fresh.tags),
    ))
    if given is None or not given.strip():
        return
    key, equals, value = (part.strip() for part in given.partition("="))
    if not key or not equals:
        raise OpstuiError(f"{given!r} is no tag", hint="write key=value, or key= to remove it")
    before = fresh.tag(key)
    if before == value:
        desk.say(f"{key} is {value!r} already" if value else f"there is no tag {key}")
        return
    change = f"set to {value!r}" if value else "removed"
    if await desk.confirm(Question(
        title="Set tag" if value else "Remove tag", object=f"{name} {key}",
        effect=f"It is {change}; now it is {before!r}." if before else f"It is {change}.",
        place=await world.registry.where(), yes="Set" if value else "Remove",
    )):
        await set_tag(world, fresh, key, value)
        desk.changed(*KINDS)


async def _ask_and_carry_out(
    world: World, desk: Desk, plan: PromotionPlan, *, more: Sequence[Line] = ()
) -> None:
    if plan.expected == plan.version:
        desk.say(f"{plan.alias} names {named(plan.version)} already")
        return
    title, yes = _WORDS[plan.verb]
    shown = plan.verb == "promote" or plan.metrics or plan.evidence
    body = tuple(page(plan, ascii_only=world.ascii_only)) if shown else ()
    body += ((), *more) if more else ()
    name = named(plan.version or plan.expected)
    if plan.blocked:
        title, yes = f"{title}: blocked", "Override"
    if not await desk.confirm(Question(
        title=title, object=f"{plan.model} {name}", effect=effect(plan), place=plan.place,
        yes=yes, danger=_risky(world, plan), body=body,
        typed=protected_name(world.rules, plan.origin[0], plan.to),
        aside=save_plan(world, plan), aside_label="Save plan" if plan.verb == "promote" else "",
    )):
        if plan.blocked:
            await stopped(world, plan, blocked(plan))
        return
    if plan.blocked:
        plan = await override_reason(desk, plan)
        if not plan.override:
            await stopped(world, plan, blocked(plan))
            desk.say("nothing was changed: no reason was given")
            return
    await _finish(world, desk, plan)


_WORDS = {
    "promote": ("Promote", "Promote"), "rollback": ("Roll back", "Roll back"),
    "alias.set": ("Set alias", "Set"), "alias.remove": ("Remove alias", "Remove"),
}


def _risky(world: World, plan: PromotionPlan) -> bool:
    """Something known speaks against it, or it takes the champion away."""
    return (
        bool(plan.blocked) or any(one.status is Status.FAILED for one in plan.evidence)
        or any(delta.verdict is Verdict.WORSE for delta in plan.metrics)
        or (not plan.version and plan.alias == world.rules.champion)
    )


async def _finish(world: World, desk: Desk, plan: PromotionPlan) -> None:
    key = f"{plan.model}/{plan.version or plan.expected}"
    try:
        with desk.busy("versions", key):
            if plan.guard is not None:  # the page may have been open for an hour
                _, outcome = await apply(world, plan, run_commands=False)
            else:
                outcome = await carry_out(world, plan)
    finally:
        desk.changed(*KINDS)
    if outcome.ending.fine:
        desk.say(outcome.sentence)
        await offer_restart(world, desk, plan.model, plan.alias)
        return
    desk.say(outcome.sentence, kind="error")
    await desk.read(f"{plan.model}: {outcome.ending.word}", _report(world, plan, outcome))


def _report(world: World, plan: PromotionPlan, outcome: Outcome) -> Detail:
    async def load(width: int) -> Sequence[Line]:
        return outcome_lines(outcome, ascii_only=world.ascii_only)

    return Detail(f"outcome/{plan.model}", "Outcome", load)
