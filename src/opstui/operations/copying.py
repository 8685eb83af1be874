"""Copying a version to another registered model: an act of its own, before the alias is moved."""

from __future__ import annotations

from collections.abc import Iterable

from opstui.domain.alias import named
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.promotion import Ending, Outcome, PromotionPlan, Step
from opstui.domain.status import Status
from opstui.domain.writes import COPIED_FROM, OWN_TAGS, Write
from opstui.operations.acting import acting
from opstui.operations.world import World


async def copied(
    world: World, plan: PromotionPlan, write: Write, facts: Iterable[tuple[str, str]] = ()
) -> tuple[str, Outcome]:
    """Make the copy that the plan's alias shall name; its number and how that ended.

    The number is empty where there is no copy, or where it is not known whether there is one.
    Raises OpstuiError when the journal can't be written.
    """
    if refusal := await _refusal(world, plan):
        return "", refusal
    origin = f"{write.name}/{write.version}"
    async with acting(
        world.journal, "model.copy", f"{origin} to {plan.model}", plan.place, evidence=facts,
    ) as act:
        made, outcome = await _sent(world, write, origin)
        act.result = f"{outcome.ending.word}: {outcome.sentence}"
    return made, outcome


async def _refusal(world: World, plan: PromotionPlan) -> Outcome | None:
    """Why not to begin, after reading again what there is."""
    model, number = plan.copy_of
    try:
        origin = await world.registry.version(model, number)
        if not origin.ready:
            note = origin.status_note or "its registration is not complete"
            text = f"v{number} is not ready ({note}); nothing was written"
            return Outcome(Ending.FAILED, text, plan.expected)
        now = ""
        if await world.registry.has_model(plan.model):
            now = (await world.registry.model(plan.model)).version_of(plan.alias)
    except OpstuiError as error:
        return Outcome(Ending.FAILED, f"nothing was written: {error}", plan.expected)
    if now == plan.expected:
        return None
    text = (f"{plan.alias} of {plan.model} names {named(now)} now, not {named(plan.expected)} as "
            "when this was prepared; nothing was written")
    return Outcome(Ending.REFUSED_MOVED, text, now)


async def _sent(world: World, write: Write, origin: str) -> tuple[str, Outcome]:
    try:
        made = await world.registry.copy_version(
            write.name, write.version, write.model, {COPIED_FROM: origin}, OWN_TAGS
        )
    except WriteUnconfirmed as error:
        text = f"no answer to `{write.text}`, so it was stopped there: {error}"
        return "", Outcome(Ending.UNSURE, text, "", (Step(write.text, Status.UNKNOWN),))
    except OpstuiError as error:
        text = f"`{write.text}` failed: {error}; nothing was written"
        return "", Outcome(Ending.FAILED, text, "", (Step(write.text, Status.FAILED),))
    step = Step(f"{write.text}: v{made}", Status.PASSED)
    return made, Outcome(Ending.DONE, f"copied: it is v{made} of {write.model}", "", (step,))
