"""Going through recorded steps, forwards or back, and saying what is true afterwards.

A step whose thing is already as it shall be is not sent again, which is how an act that was
cut in the middle goes on. An alias that names neither what it was nor what it shall be was
moved by somebody else: nothing is written then. A tag that says something else by now is left
as it is, since it tells a newer story.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from opstui.domain.alias import named
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.footsteps import FACT, Footstep, StepKind, encode
from opstui.domain.promotion import Ending, Outcome, Step
from opstui.domain.status import Status
from opstui.operations.acting import acting
from opstui.operations.world import World

_ROUND_TRIPS = 6
_LONGEST_WAIT = 15.0


async def values(world: World, steps: Sequence[Footstep]) -> tuple[str, ...]:
    """What the things of the steps are now, in the steps' order; each is read once."""
    models = {one.model for one in steps if one.kind is StepKind.ALIAS}
    versions = {(one.model, one.version) for one in steps if one.kind is not StepKind.ALIAS}
    registry = world.registry
    known = dict(zip(models, await asyncio.gather(*map(registry.model, models)), strict=True))
    held = dict(zip(
        versions, await asyncio.gather(*(registry.version(*one) for one in versions)), strict=True
    ))
    found: list[str] = []
    for one in steps:
        if one.kind is StepKind.ALIAS:
            found.append(known[one.model].version_of(one.name))
        elif one.kind is StepKind.TAG:
            found.append(held[one.model, one.version].tag(one.name))
        else:
            found.append(held[one.model, one.version].description)
    return tuple(found)


def moved(steps: Sequence[Footstep], now: Sequence[str]) -> str:
    """The sentence for a thing that somebody else changed meanwhile; empty where none was."""
    for step, value in zip(steps, now, strict=True):
        if step.kind is StepKind.TAG and len(steps) > 1:
            continue
        if value not in (step.before, step.after):
            return (f"{_thing(step)} {_says(step, value)} now, not {_says(step, step.before)} "
                    "as when this was recorded")
    return ""


def _thing(step: Footstep) -> str:
    if step.kind is StepKind.ALIAS:
        return f"{step.name} of {step.model}"
    what = f"the tag {step.name}" if step.kind is StepKind.TAG else "the description"
    return f"{what} of {step.model} {named(step.version)}"


def _says(step: Footstep, value: str) -> str:
    return f"names {named(value)}" if step.kind is StepKind.ALIAS else f"is {value!r}"


async def walk(
    world: World, what: str, object: str, place: str, steps: Sequence[Footstep],
    evidence: Sequence[tuple[str, str]] = (),
) -> Outcome:
    """Make every step true that is not yet, journaled; raises OpstuiError when nothing was done."""
    main = next((one for one in reversed(steps) if one.kind is StepKind.ALIAS), steps[-1])
    facts = [*evidence, (FACT, encode(steps))]
    outcome = Outcome(Ending.UNSURE, "", "")
    async with acting(
        world.journal, what, object, place, before=main.before, after=main.after, evidence=facts,
    ) as act:
        outcome = await _Walk(world, steps).run()
        act.result = f"{outcome.ending.word}: {outcome.sentence}"
    return outcome


class _Walk:
    def __init__(self, world: World, steps: Sequence[Footstep]) -> None:
        self._world = world
        self._steps = steps
        self._done: list[Step] = []
        self._left: set[Footstep] = set()
        """Tags that say something newer and are left alone."""
        self._slowest = 0.0

    async def run(self) -> Outcome:
        """All of it; every expected failure becomes an Outcome."""
        try:
            now = await self._look()
        except OpstuiError as error:
            return self._ended(Ending.FAILED, f"nothing was written: {error}")
        if reason := moved(self._steps, now):
            return self._ended(Ending.REFUSED_MOVED, f"{reason}; nothing was written")
        pairs = list(zip(self._steps, now, strict=True))
        if all(value == step.after for step, value in pairs):
            return self._ended(Ending.NOTHING_TO_DO, "everything is that way already")
        for step, value in pairs:
            if value == step.after:
                self._done.append(Step(f"{step.text} (already so)", Status.PASSED))
            elif value != step.before:
                self._left.add(step)
                self._done.append(Step(f"{step.text}: it says {value!r} now", Status.SKIPPED))
            elif failure := await self._take(step):
                return failure
        return await self._confirm()

    async def _look(self) -> tuple[str, ...]:
        began = time.monotonic()
        found = await values(self._world, self._steps)
        self._slowest = max(self._slowest, time.monotonic() - began)
        return found

    async def _take(self, step: Footstep) -> Outcome | None:
        """Send one step; the outcome that ends the walk, or None to go on."""
        try:
            now = (await values(self._world, [step]))[0]
            if now == step.after:
                self._done.append(Step(f"{step.text} (already so)", Status.PASSED))
                return None
            if now != step.before:
                return self._ended(
                    Ending.REFUSED_MOVED, f"{_thing(step)} {_says(step, now)} now; {self._kept()}"
                )
            await _send(self._world, step)
        except WriteUnconfirmed as error:
            self._done.append(Step(step.text, Status.UNKNOWN))
            return self._ended(Ending.UNSURE, f"no answer to `{step.text}`: {error}")
        except OpstuiError as error:
            kept = self._kept()
            self._done.append(Step(step.text, Status.FAILED))
            return self._ended(Ending.FAILED, f"`{step.text}` failed: {error}; {kept}")
        self._done.append(Step(step.text, Status.PASSED))
        return None

    def _kept(self) -> str:
        done = [one.text for one in self._done if one.status is Status.PASSED]
        return f"done until then: {', '.join(done)}" if done else "nothing was written"

    async def _confirm(self) -> Outcome:
        """Wait for slower writers, read back, and say who won."""
        settle = self._world.rules.settle
        await asyncio.sleep(max(settle, min(_ROUND_TRIPS * self._slowest, _LONGEST_WAIT)))
        try:
            now = await self._look()
        except OpstuiError as error:
            return self._ended(Ending.UNSURE, f"it was written, but not read back: {error}")
        for step, value in zip(self._steps, now, strict=True):
            if value != step.after and step not in self._left:
                return self._ended(
                    Ending.LOST_RACE,
                    f"`{step.text}` was written, but someone else's write came later: "
                    f"{_thing(step)} {_says(step, value)} now",
                )
        told = [f"{_thing(one)} {_says(one, one.after)}" for one in self._steps
                if one.kind is not StepKind.TAG or len(self._steps) == 1]
        left = "; tags that say something newer were left" if self._left else ""
        return self._ended(Ending.DONE, ", ".join(told) + left)

    def _ended(self, ending: Ending, sentence: str) -> Outcome:
        rest = [Step(one.text, Status.SKIPPED) for one in self._steps[len(self._done):]]
        main = next((s for s in reversed(self._steps) if s.kind is StepKind.ALIAS), None)
        now = main.after if main is not None and ending.fine else ""
        return Outcome(ending, sentence, now, (*self._done, *rest))


async def _send(world: World, step: Footstep) -> None:
    to = world.registry
    match step.kind:
        case StepKind.ALIAS if step.after:
            await to.set_alias(step.model, step.name, step.after)
        case StepKind.ALIAS:
            await to.delete_alias(step.model, step.name)
        case StepKind.TAG if step.after:
            await to.set_version_tag(step.model, step.version, step.name, step.after)
        case StepKind.TAG:
            await to.delete_version_tag(step.model, step.version, step.name)
        case StepKind.DESCRIPTION:
            await to.describe_version(step.model, step.version, step.after)
