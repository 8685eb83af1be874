"""Taking back one's own last change of the registry, and ending acts that were cut.

Both read the journal of this account on this machine. What is written is checked against the
registry first: where the world moved since, nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from opstui.domain.errors import OpstuiError
from opstui.domain.footsteps import ACTS, Footstep, StepKind, inverse, steps_of
from opstui.domain.journal import Entry
from opstui.domain.promotion import Ending, Outcome
from opstui.operations.acting import LEFT
from opstui.operations.walking import moved, values, walk
from opstui.operations.world import World

UNDOES = "undoes"
"""Evidence of an undo: the act it takes back."""
CONTINUES = "continues"
"""Evidence of an act that goes on with one that was cut."""
_NOT_BACK = {
    "model.delete": "what was deleted can't be brought back",
    "model.version.delete": "what was deleted can't be brought back",
    "model.copy": "delete the copy instead",
}


HOW_TO_END = "press z in the models' pane: continue, undo, or leave it as it is"
"""What to do about an act that was cut."""


@dataclass(frozen=True, slots=True)
class Undo:
    """A change that can be taken back."""

    entry: Entry
    steps: tuple[Footstep, ...]
    """The way back."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An act that was begun and not ended, and that no live process is at."""

    entry: Entry
    """The intent, or the result that says it was left."""
    steps: tuple[Footstep, ...]
    """What it was to do; empty where that is not known well enough to go on or back."""


def person(who: str) -> str:
    """`user@host` of a journal line, whatever address the person came from."""
    return who.split(" ")[0]


async def last_own(world: World) -> Undo:
    """The newest change of this person here that is not taken back yet.

    Raises OpstuiError where there is none, or where it is of a kind that has no way back: an
    older one is not taken back in its stead.
    """
    me, place = person(world.journal.who), await world.registry.where()
    back: set[str] = set()
    for entry in await world.journal.entries():
        if entry.phase != "result" or not entry.what.startswith("model."):
            continue
        done = entry.result.partition(":")[0] == Ending.DONE.word
        if person(entry.who) != me or entry.place != place or not done or entry.act in back:
            continue
        if entry.what == "model.undo":
            back.add(dict(entry.evidence).get(UNDOES, ""))
            continue
        return Undo(entry, _way_back(world, entry))
    raise OpstuiError(
        "There is no change of yours to undo", where=str(world.journal.path),
        hint="only changes of this account on this machine are known here",
    )


def _way_back(world: World, entry: Entry) -> tuple[Footstep, ...]:
    reason = _NOT_BACK.get(entry.what, "")
    steps = () if reason or entry.what not in ACTS else inverse(steps_of(entry))
    if steps:
        return steps
    raise OpstuiError(
        f"Your last change was {entry.what} of {entry.object}, which can't be undone",
        where=str(world.journal.path), hint=reason or "the journal does not tell what was there",
    )


async def moved_since(world: World, steps: tuple[Footstep, ...]) -> str:
    """Why the steps can't be gone any more, or empty; reads the registry."""
    return moved(steps, await values(world, steps))


async def take_back(world: World, undo: Undo) -> Outcome:
    """Go the way back, after reading everything again; journaled as an act of its own."""
    entry = undo.entry
    return await walk(
        world, "model.undo", entry.object, entry.place, undo.steps, [(UNDOES, entry.act)]
    )


async def cuts(world: World, limit: int = 1000) -> tuple[Cut, ...]:
    """Every act among the newest lines that was begun and never ended, newest first.

    One that had time to say that it was left on the way is one of them, until a later line
    says what became of it.
    """
    found: list[Cut] = []
    seen: set[str] = set()
    for entry in await world.journal.entries(limit):
        if entry.act in seen:
            continue
        seen.add(entry.act)
        if entry.phase != "intent":
            if entry.result == LEFT:
                found.append(Cut(entry, steps_of(entry) if entry.what in ACTS else ()))
            continue
        if await world.journal.under_way(entry.act):
            continue
        # Ended between the two questions, and no act any more.
        if any(one.act == entry.act and one.phase == "result"
               for one in await world.journal.entries(20)):
            continue
        known = entry.what in ACTS
        found.append(Cut(entry, steps_of(entry) if known else ()))
    return tuple(found)


def cut_told(cut: Cut) -> str:
    """An act that was cut, in a sentence for notices and reports."""
    entry = cut.entry
    return f"{entry.what} of {entry.object} was begun at {entry.at} and never ended"


def can_go_on(cut: Cut) -> bool:
    """Whether its steps can simply be gone on with.

    A promotion is judged again instead, by the gates as they are now.
    """
    return bool(cut.steps) and cut.entry.what != "model.promote"


async def go_on(world: World, cut: Cut) -> Outcome:
    """Go the steps that are not gone yet, and end the act in the journal where that went well."""
    entry = cut.entry
    outcome = await walk(
        world, "model.continue", entry.object, entry.place, cut.steps, [(CONTINUES, entry.act)]
    )
    if outcome.ending.fine:
        await close(world, cut, "interrupted: continued later")
    return outcome


async def go_back(world: World, cut: Cut) -> Outcome:
    """Take back what it had done, and end the act in the journal where that went well."""
    entry = cut.entry
    outcome = await walk(
        world, "model.undo", entry.object, entry.place, inverse(cut.steps), [(UNDOES, entry.act)]
    )
    if outcome.ending.fine:
        await close(world, cut, "interrupted: undone later")
    return outcome


async def close(world: World, cut: Cut, result: str) -> None:
    """Write the act's missing last line."""
    one = cut.entry
    await world.journal.append(
        what=one.what, object=one.object, place=one.place, phase="result", act=one.act,
        before=one.before, after=one.after, evidence=one.evidence, result=result,
    )


async def how_far(world: World, cut: Cut) -> tuple[bool, ...]:
    """For every step, whether it is done now."""
    now = await values(world, cut.steps)
    return tuple(step.after == value for step, value in zip(cut.steps, now, strict=True))


async def is_complete(world: World, cut: Cut) -> bool:
    """Whether all its aliases name what they were to name, so that only the line is missing."""
    aliases = tuple(step for step in cut.steps if step.kind is StepKind.ALIAS)
    now = await values(world, aliases)
    return bool(aliases) and all(
        step.after == value for step, value in zip(aliases, now, strict=True)
    )


async def came_later(world: World, entry: Entry) -> bool:
    """Whether the same thing was done whole after a cut act."""
    return any(
        one.number > entry.number and one.phase == "result" and one.what == entry.what
        and one.object == entry.object and one.place == entry.place
        and one.result.partition(":")[0] in (Ending.DONE.word, Ending.NOTHING_TO_DO.word)
        for one in await world.journal.entries(50)
    )
