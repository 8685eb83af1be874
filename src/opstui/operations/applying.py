"""Carrying out a plan that was looked at some time ago: everything is asked anew first.

The gates are judged again, and the plan is refused where the world moved: another policy, other
metrics, another run, another champion, another version that serves.
"""

from __future__ import annotations

from dataclasses import replace

from opstui.domain.alias import NEW, named
from opstui.domain.promotion import Ending, MetricDelta, Outcome, PromotionPlan, Step
from opstui.domain.status import Status
from opstui.domain.words import number
from opstui.operations.carry_out import blocked, carry_out, planned_writes, stopped
from opstui.operations.promotion import prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import World


async def apply(
    world: World, plan: PromotionPlan, *, run_commands: bool = True
) -> tuple[PromotionPlan, Outcome]:
    """Check a plan against the world as it is, carry it out; what was checked and how it ended.

    run_commands: run the gates' commands again, instead of taking their verdicts over.
    Raises OpstuiError where what is there can't be read.
    """
    fresh = await renewed(world, plan, run_commands=run_commands)
    if outcome := refused(world, plan, fresh):
        return fresh, await stopped(world, fresh, outcome)
    return fresh, await carry_out(world, fresh)


async def renewed(
    world: World, plan: PromotionPlan, *, run_commands: bool = True
) -> PromotionPlan:
    """The same plan as it would be made now, with the override where it covers what blocks.

    An override was given for certain gates; where others block now it counts for nothing.
    """
    if plan.verb == "rollback":
        return await prepare_rollback(world, plan.model, plan.alias)
    kept = None if run_commands or plan.guard is None else {
        one.name: one for one in plan.guard.gates if one.name.startswith("command.")
    }
    fresh = await prepare(world, *plan.origin, plan.to, ran=kept)
    given_for = {(one.name, one.status) for one in plan.blocked}
    blocks = {(one.name, one.status) for one in fresh.blocked}
    return replace(fresh, override=plan.override if blocks and blocks <= given_for else "")


def refused(world: World, plan: PromotionPlan, fresh: PromotionPlan) -> Outcome | None:
    """How it ends where it may not be carried out, or None."""
    if moved := differences(plan, fresh):
        ending = Outcome(
            Ending.REFUSED_MOVED, f"{'; '.join(moved)}; nothing was written", fresh.expected
        )
    elif fresh.blocked and not fresh.override:
        ending = blocked(fresh)
    else:
        return None
    steps = tuple(Step(write.text, Status.SKIPPED) for write in planned_writes(world, fresh))
    return replace(ending, steps=steps)


def differences(plan: PromotionPlan, fresh: PromotionPlan) -> tuple[str, ...]:
    """What moved since the plan was made, one sentence each."""
    found: list[str] = []
    if plan.place != fresh.place:
        found.append(f"the plan is for the registry at {plan.place}, this is {fresh.place}")
    if (plan.model, plan.alias) != (fresh.model, fresh.alias):
        found.append(
            f"{plan.to} is {fresh.alias} of {fresh.model} now, not {plan.alias} of {plan.model}"
        )
    elif plan.expected != fresh.expected:
        found.append(
            f"{plan.alias} names {named(fresh.expected)} now, not {named(plan.expected)}")
    if plan.version not in (fresh.version, NEW):
        found.append(f"the version would be {named(fresh.version)}, not {named(plan.version)}")
    if (plan.previous_alias, plan.previous_version) != (
        fresh.previous_alias, fresh.previous_version
    ):
        found.append(f"{plan.previous_alias or fresh.previous_alias} would name "
                     f"{named(fresh.previous_version)}, not {named(plan.previous_version)}")
    if plan.run_id != fresh.run_id:
        found.append(f"the version comes from run {fresh.run_id} now, not {plan.run_id}")
    if plan.champion != fresh.champion:
        found.append(
            f"the champion is {named(fresh.champion)} now, not {named(plan.champion)}")
    elif told := _metrics(plan.metrics, fresh.metrics):
        found.append(told)
    before = plan.guard.fingerprint if plan.guard is not None else ""
    now = fresh.guard.fingerprint if fresh.guard is not None else ""
    if before != now:
        found.append(f"the policy is {now or 'none'} now, not {before or 'none'}")
    return tuple(found)


def _metrics(before: tuple[MetricDelta, ...], now: tuple[MetricDelta, ...]) -> str:
    """The first metric that has another value, in the candidate's run or the champion's."""
    was = {one.name: one for one in before}
    new = {one.name: one for one in now}
    for name in [*was, *(name for name in new if name not in was)]:
        for side in ("candidate", "champion"):
            old, fresh = getattr(was.get(name), side, None), getattr(new.get(name), side, None)
            if repr(old) != repr(fresh):  # one NaN is like the other
                return (f"the {side}'s {name} is {number(fresh) or 'not there'} now, "
                        f"not {number(old) or 'there'}")
    return ""
