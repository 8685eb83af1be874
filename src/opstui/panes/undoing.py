"""Undo by key, and what to do about an act that was cut in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opstui.domain.footsteps import Footstep, StepKind
from opstui.domain.journal import Entry
from opstui.domain.promotion import Ending, Outcome
from opstui.domain.words import age
from opstui.operations import undo
from opstui.operations.promotion import protected_name
from opstui.operations.undo import Cut
from opstui.operations.world import World
from opstui.panes import promoting
from opstui.panes.journal import moment
from opstui.panes.promotion_page import outcome_lines
from opstui.ui.action import action
from opstui.ui.desk import Choice, Desk, Detail, Question
from opstui.ui.paint import Line, line


class UndoActs:
    """Takes back the last change of the registry; asks first about one that was cut."""

    def __init__(self, view: Any) -> None:
        self._world: World = view.world

    @action("z", "Undo", changes=promoting.KINDS, item=False, footer=False)
    async def undo(self, desk: Desk) -> None:
        """Undo your own last change of the registry, or go on with one that was cut."""
        found = await undo.cuts(self._world)
        if found:
            await ask_about(self._world, desk, found[0], more=len(found) - 1)
        else:
            await take_back(self._world, desk)


async def take_back(world: World, desk: Desk) -> None:
    """Show one's own last change, ask, take it back, say what is true."""
    last = await undo.last_own(world)
    if reason := await undo.moved_since(world, last.steps):
        desk.say(f"not undone: {reason}", kind="error")
        return
    entry = last.entry
    if not await desk.confirm(Question(
        title="Undo", object=f"{entry.what} of {entry.object}", effect=effect(last.steps),
        place=entry.place, yes="Undo", typed=typed(world, entry),
        body=(*_told(world, entry), (), *step_lines(last.steps)),
    )):
        return
    try:
        outcome = await undo.take_back(world, last)
    finally:
        desk.changed(*promoting.KINDS)
    await _tell(world, desk, entry, outcome, "undone")


def typed(world: World, entry: Entry) -> str:
    """The environment's name, where the policy protects what the alias serves."""
    model, _, alias = entry.object.rpartition("@")
    return protected_name(world.rules, model, alias)


def effect(steps: Sequence[Footstep]) -> str:
    """What will be different afterwards."""
    aliases = [one for one in reversed(steps) if one.kind is StepKind.ALIAS]
    told = [
        f"{one.name} names {_v(one.after)} afterwards; the change set it to {_v(one.before)}."
        for one in reversed(aliases)
    ]
    tags = sum(one.kind is StepKind.TAG for one in steps)
    if aliases and tags:
        told.append("The tags are put back as they were.")
    return " ".join(told) or "; ".join(one.text for one in steps)


def _v(version: str) -> str:
    return f"v{version}" if version else "no version"


def _told(world: World, entry: Entry) -> list[Line]:
    when = age(moment(entry), world.clock())
    since = "just now" if when == "now" else f"{when} ago"
    return [line((f"{entry.who}, {since}, line {entry.number} of the journal", "dim"))]


def step_lines(steps: Sequence[Footstep], done: Sequence[bool] = ()) -> list[Line]:
    """Every step; with `done`, whether it is done already."""
    if not done:
        return [line(("· ", "dim"), one.text) for one in steps]
    return [
        line(("done    ", "good") if gone else ("not yet ", "warn"), one.text)
        for one, gone in zip(steps, done, strict=True)
    ]


async def ask_about(world: World, desk: Desk, cut: Cut, *, more: int = 0) -> None:
    """Choose what becomes of a cut act; each way is asked for once more with its effect."""
    entry = cut.entry
    choices = []
    promotes = entry.what == "model.promote"
    if promotes or undo.can_go_on(cut):
        note = "judged again first" if promotes else "the steps that are missing"
        choices.append(Choice("on", "Continue", note))
    if cut.steps:
        choices.append(Choice("back", "Undo", "what it had done"))
    choices.append(Choice("close", "Leave it as it is", "and note that in the journal"))
    rest = f" ({more} more)" if more else ""
    chosen = await desk.choose(f"Cut: {entry.what} of {entry.object}, {entry.at}{rest}", choices)
    if chosen is None:
        return
    try:
        if chosen == "close":
            await _close(world, desk, cut)
        elif chosen == "back":
            await _back(world, desk, cut)
        elif promotes:
            await _promote_again(world, desk, cut)
        else:
            await _on(world, desk, cut)
    finally:
        desk.changed(*promoting.KINDS)


async def _close(world: World, desk: Desk, cut: Cut) -> None:
    entry = cut.entry
    if await desk.confirm(Question(
        title="Leave it", object=f"{entry.what} of {entry.object}",
        effect="Nothing is written but the journal's missing line: it was interrupted.",
        place=str(world.journal.path), yes="Leave",
        body=tuple(await _standing(world, cut)),
    )):
        await undo.close(world, cut, "interrupted: left as it was found")


async def _standing(world: World, cut: Cut) -> list[Line]:
    told = _told(world, cut.entry)
    if not cut.steps:
        return [*told, (), line(("what it had done is not known", "warn"))]
    return [*told, (), *step_lines(cut.steps, await undo.how_far(world, cut))]


async def _back(world: World, desk: Desk, cut: Cut) -> None:
    entry, way = cut.entry, tuple(reversed(cut.steps))
    told = [
        f"{one.name} names {_v(one.before)} afterwards." for one in way
        if one.kind is StepKind.ALIAS
    ]
    if await desk.confirm(Question(
        title="Undo what was cut", object=f"{entry.what} of {entry.object}",
        effect=" ".join([*told, "What it had not begun stays as it is."]), place=entry.place,
        yes="Undo", typed=typed(world, entry), body=tuple(await _standing(world, cut)),
    )):
        await _tell(world, desk, entry, await undo.go_back(world, cut), "undone")


async def _on(world: World, desk: Desk, cut: Cut) -> None:
    entry = cut.entry
    told = [
        f"{one.name} names {_v(one.after)} afterwards." for one in reversed(cut.steps)
        if one.kind is StepKind.ALIAS
    ]
    if await desk.confirm(Question(
        title="Continue what was cut", object=f"{entry.what} of {entry.object}",
        effect=" ".join(told) or "The steps that are missing are taken.", place=entry.place,
        yes="Continue", typed=typed(world, entry), body=tuple(await _standing(world, cut)),
    )):
        await _tell(world, desk, entry, await undo.go_on(world, cut), "continued")


async def _promote_again(world: World, desk: Desk, cut: Cut) -> None:
    """The promotion once more from its page: gates and evidence as they are now."""
    entry = cut.entry
    if await undo.is_complete(world, cut):
        if await desk.confirm(Question(
            title="Continue what was cut", object=f"{entry.what} of {entry.object}",
            effect="Every alias names what it was to name: only the journal's line is missing.",
            place=entry.place, yes="End it", body=tuple(await _standing(world, cut)),
        )):
            await undo.close(world, cut, "done: found complete, the line was missing")
        return
    facts = dict(entry.evidence)
    model, _, alias = entry.object.rpartition("@")
    version = entry.after
    if "copy_of" in facts:
        model, _, version = facts["copy_of"].rpartition("/")
    to = facts["policy"].partition(" of ")[0] if "policy" in facts else alias
    await promoting.promote_to(world, desk, model, version, to)
    if await undo.came_later(world, entry):
        await undo.close(world, cut, "interrupted: promoted again later")


async def _tell(world: World, desk: Desk, entry: Entry, outcome: Outcome, word: str) -> None:
    if outcome.ending in (Ending.DONE, Ending.NOTHING_TO_DO):
        desk.say(f"{word}: {outcome.sentence}")
        return
    desk.say(f"not {word}: {outcome.sentence}", kind="error")

    async def load(width: int) -> Sequence[Line]:
        return outcome_lines(outcome, ascii_only=world.ascii_only)

    await desk.read(f"{entry.object}: {outcome.ending.word}",
                    Detail(f"outcome/{entry.act}", "Outcome", load))
