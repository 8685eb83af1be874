"""Carrying out a plan on a registry that has no compare-and-set, and telling the truth about it.

The alias is read again first and nothing is written when it moved. It is read once more just
before its own write, since the tags come before it. After the write there is a wait that must
outlast another writer's time between check and write; only then is the alias read back. This
narrows the window in which two writers can both believe they won; it can't close it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC

from opstui.domain.alias import NEW, named
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.model import RegisteredModel
from opstui.domain.promotion import Ending, Outcome, PromotionPlan, Step
from opstui.domain.status import Status
from opstui.domain.words import number
from opstui.domain.writes import PROMOTED_BY, Write, WriteKind, writes_of
from opstui.operations.acting import acting
from opstui.operations.copying import copied
from opstui.operations.footsteps import steps_before
from opstui.operations.world import World

_ROUND_TRIPS = 6
"""Another writer's check and write, each as slow as the slowest one seen here."""
_LONGEST_WAIT = 15.0
"""Seconds; a registry slower than that makes the outcome unsure anyway."""


def planned_writes(world: World, plan: PromotionPlan) -> tuple[Write, ...]:
    """The exact writes that carrying out the plan now would send."""
    at = world.clock().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return writes_of(plan, world.journal.who, at)


def blocked(plan: PromotionPlan) -> Outcome:
    """How a plan ends whose gates block and that nobody overrode."""
    failed = [one for one in plan.blocked if one.status is Status.FAILED]
    told = ", ".join(f"{one.name} ({one.status.word})" for one in plan.blocked)
    return Outcome(
        Ending.BLOCKED if failed else Ending.BLOCKED_UNKNOWN,
        f"blocked by {told}; nothing was written", plan.expected,
    )


async def carry_out(world: World, plan: PromotionPlan) -> Outcome:
    """Carry out a plan and say what is true afterwards. Journals before and after.

    A plan that gates block is refused, unless somebody gave a reason. Where a copy has to be
    made first, that is an act of its own. Raises OpstuiError only when the journal could not be
    opened; every failure later is an Outcome.
    """
    if plan.version != NEW or (plan.blocked and not plan.override.strip()):
        return await _move(world, plan)
    first, *rest = planned_writes(world, plan)
    made, outcome = await copied(world, plan, first, _facts(plan))
    if not made:
        left = tuple(Step(write.text, Status.SKIPPED) for write in rest)
        return replace(outcome, steps=(*outcome.steps, *left))
    moved = await _move(world, replace(plan, version=made))
    return replace(moved, steps=(*outcome.steps, *moved.steps))


async def _move(world: World, plan: PromotionPlan) -> Outcome:
    """Everything but the copy: tags and aliases."""
    outcome: Outcome | None = None
    attempt = _Attempt(world, plan)
    steps = await steps_before(world, attempt.writes)
    try:
        async with acting(
            world.journal, f"model.{plan.verb}", f"{plan.model}@{plan.alias}", plan.place,
            before=plan.expected, after=plan.version, evidence=[*_facts(plan), *steps],
        ) as act:
            stopped = plan.blocked and not plan.override.strip()
            outcome = blocked(plan) if stopped else await attempt.run()
            act.result = f"{outcome.ending.word}: {outcome.sentence}"
    except OpstuiError as error:
        if outcome is None:
            raise
        sentence = f"{outcome.sentence}; but the journal's closing line is missing: {error}"
        return replace(outcome, sentence=sentence)
    return outcome


async def stopped(world: World, plan: PromotionPlan, outcome: Outcome) -> Outcome:
    """Journal a plan that was given up before it was begun: gates blocked it, the world moved.

    Nothing is written to the registry. Raises OpstuiError when the journal could not be opened.
    """
    async with acting(
        world.journal, f"model.{plan.verb}", f"{plan.model}@{plan.alias}", plan.place,
        before=plan.expected, after=plan.version, evidence=_facts(plan),
    ) as act:
        act.result = f"{outcome.ending.word}: {outcome.sentence}"
    return outcome


def _facts(plan: PromotionPlan) -> list[tuple[str, str]]:
    facts = [("run_id", plan.run_id), ("sha", plan.commit)] if plan.run_id else []
    facts += [(one.name, f"{one.status.word}: {one.text}") for one in plan.evidence]
    if plan.copy_of[0]:
        facts.append(("copy_of", "/".join(plan.copy_of)))
    if plan.guard is not None:
        guard = plan.guard
        facts.append(("policy", f"{guard.environment} of {guard.source}, {guard.fingerprint}"))
        facts += [(f"gate.{one.name}", f"{one.status.word}: {one.text}") for one in guard.gates]
    if plan.override:
        facts.append(("override", plan.override))
    for delta in plan.metrics:
        beside = f", v{plan.champion} {number(delta.champion) or 'unknown'}"
        facts.append((
            f"metric.{delta.name}",
            f"{number(delta.candidate) or 'unknown'}{beside if plan.champion else ''}"
            f" ({delta.verdict.word})",
        ))
    return facts


class _Attempt:
    """One attempt at a plan: what was read, what was written."""

    def __init__(self, world: World, plan: PromotionPlan) -> None:
        self._registry = world.registry
        self._settle = world.rules.settle
        self._plan = plan
        self.writes = planned_writes(world, plan)
        """Every write of the plan, in order."""
        self._done: list[Step] = []
        self._slowest = 0.0

    async def run(self) -> Outcome:
        """The whole attempt; every expected failure becomes an Outcome."""
        try:
            if refusal := await self._check():
                return refusal
        except OpstuiError as error:
            return self._ended(Ending.FAILED, f"nothing was written: {error}", "")
        for write in self.writes:
            if write is self.writes[-1]:
                try:
                    if moved := self._moved(await self._read()):
                        return moved
                except OpstuiError as error:
                    return self._ended(Ending.FAILED, f"{self._left()}: {error}", "")
            if failure := await self._write(write):
                return failure
        return await self._confirm()

    async def _check(self) -> Outcome | None:
        """Read the version and the alias again; why not to go on, or None."""
        plan = self._plan
        if plan.version:
            version = await self._registry.version(plan.model, plan.version)
            if not version.ready:
                note = version.status_note or "its registration is not complete"
                return self._ended(
                    Ending.FAILED, f"v{plan.version} is not ready ({note}); nothing was written", ""
                )
        model = await self._read()
        if moved := self._moved(model):
            return moved
        if plan.expected == plan.version:
            text = f"{plan.alias} names {named(plan.version)} already"
            return self._ended(Ending.NOTHING_TO_DO, text, plan.version)
        return None

    async def _read(self) -> RegisteredModel:
        clock = asyncio.get_running_loop().time
        began = clock()
        model = await self._registry.model(self._plan.model)
        self._slowest = max(self._slowest, clock() - began)
        return model

    def _moved(self, model: RegisteredModel) -> Outcome | None:
        plan = self._plan
        now = model.version_of(plan.alias)
        if now == plan.expected:
            return None
        text = (
            f"{plan.alias} names {named(now)} now, not {named(plan.expected)} as when this was "
            f"prepared; {self._left()}"
        )
        return self._ended(Ending.REFUSED_MOVED, text, now)

    def _left(self) -> str:
        """What is left behind when the alias was not written."""
        kept = [step.text for step in self._done if step.status is not Status.FAILED]
        return f"the alias was not written, left are: {', '.join(kept)}" if kept else (
            "nothing was written")

    async def _write(self, write: Write) -> Outcome | None:
        """Send one write; the outcome that ends the attempt, or None to go on."""
        plan = self._plan
        last = write is self.writes[-1]
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            await self._send(write)
        except WriteUnconfirmed as error:
            self._done.append(Step(write.text, Status.UNKNOWN))
            if last:
                return await self._unconfirmed(str(error))
            text = f"no answer to `{write.text}`, so it was stopped there: {error}"
            return self._ended(Ending.UNSURE, text, await self._now())
        except OpstuiError as error:
            self._done.append(Step(write.text, Status.FAILED))
            now = await self._now()
            told = f"{plan.alias} names {named(now)}" if now is not None else (
                f"what {plan.alias} names could not be read")
            text = f"`{write.text}` failed: {error}; {told}; {self._left()}"
            return self._ended(Ending.FAILED, text, now)
        self._slowest = max(self._slowest, clock() - began)
        self._done.append(Step(write.text, Status.PASSED))
        return None

    async def _send(self, write: Write) -> None:
        to = self._registry
        match write.kind:
            case WriteKind.SET_TAG:
                await to.set_version_tag(write.model, write.version, write.name, write.value)
            case WriteKind.DELETE_TAG:
                await to.delete_version_tag(write.model, write.version, write.name)
            case WriteKind.SET_ALIAS:
                await to.set_alias(write.model, write.name, write.version)
            case WriteKind.DELETE_ALIAS:
                await to.delete_alias(write.model, write.name)

    async def _wait(self) -> None:
        await asyncio.sleep(
            min(max(self._settle, _ROUND_TRIPS * self._slowest), max(self._settle, _LONGEST_WAIT))
        )

    async def _unconfirmed(self, error: str) -> Outcome:
        """The alias write got no answer: read back, never send again."""
        plan = self._plan
        await self._wait()
        now = await self._now()
        if now == plan.version:
            self._done[-1] = Step(self._done[-1].text, Status.PASSED)
            text = f"{self._told()} (the write got no answer, but it was read back)"
            return self._ended(Ending.DONE, text, now)
        if now is None:
            text = f"it is unknown what {plan.alias} names: the write got no answer ({error})"
        else:
            text = (f"{plan.alias} names {named(now)}; the write got no answer and may still "
                    f"arrive ({error})")
        return self._ended(Ending.UNSURE, text, now)

    async def _now(self) -> str | None:
        """What the alias names, or None where that can't be read."""
        try:
            return (await self._read()).version_of(self._plan.alias)
        except OpstuiError:
            return None

    async def _confirm(self) -> Outcome:
        """Wait for slower writers, read back, and say who won."""
        plan = self._plan
        await self._wait()
        try:
            model = await self._read()
        except OpstuiError as error:
            text = f"{plan.alias} was written, but could not be read back: {error}"
            return self._ended(Ending.UNSURE, text, None)
        now = model.version_of(plan.alias)
        if now == plan.version:
            return self._ended(Ending.DONE, self._told() + self._beside(model), now)
        by = await self._author(now)
        text = (f"{plan.alias} was set to {named(plan.version)}, but someone else's write came "
                f"later: it names {named(now)} now{by}{self._beside(model, always=True)}")
        return self._ended(Ending.LOST_RACE, text, now)

    def _told(self) -> str:
        plan = self._plan
        verb = {"promote": "promoted", "rollback": "rolled back"}.get(plan.verb, "done")
        return (f"{verb}: {plan.alias} of {plan.model} names {named(plan.version)}, "
                f"before {named(plan.expected)}")

    def _beside(self, model: RegisteredModel, *, always: bool = False) -> str:
        """What the alias that keeps the way back names, where that needs saying."""
        plan = self._plan
        if not plan.previous_alias:
            return ""
        now = model.version_of(plan.previous_alias)
        if now == plan.previous_version and not always:
            return ""
        return f"; {plan.previous_alias} names {named(now)}"

    async def _author(self, version: str) -> str:
        if not version:
            return ""
        try:
            by = (await self._registry.version(self._plan.model, version)).tag(PROMOTED_BY)
        except OpstuiError:
            return ""
        return f", promoted by {by}" if by else ""

    def _ended(self, ending: Ending, sentence: str, now: str | None) -> Outcome:
        rest = self.writes[len(self._done):]
        skipped = tuple(Step(write.text, Status.SKIPPED) for write in rest)
        return Outcome(ending, sentence, now or "", (*self._done, *skipped))
