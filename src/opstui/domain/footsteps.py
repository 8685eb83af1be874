"""What an act on the registry changes, step by step, with what stood there before.

The journal keeps the steps with the intent, so that an act can be undone, and one that was cut
in the middle can be told apart: done, not begun, or half done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from opstui.domain.alias import named
from opstui.domain.journal import Entry
from opstui.domain.secrets import MASK

FACT = "steps"
"""The name of the evidence that holds them."""

ACTS = ("model.promote", "model.rollback", "model.alias.set", "model.alias.remove", "model.tag",
        "model.describe", "model.undo", "model.continue")
"""Verbs whose steps can be taken back."""


class StepKind(Enum):
    """What a step changes."""

    ALIAS = "alias"
    TAG = "tag"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class Footstep:
    """One thing of a registered model: what it was, and what it becomes."""

    kind: StepKind
    model: str
    version: str
    """Whose tag or description it is; empty for an alias."""
    name: str
    """The alias's or the tag's name; empty for a description."""
    before: str
    """Empty where there was nothing."""
    after: str
    """Empty where nothing is left."""

    @property
    def text(self) -> str:
        """What it makes true, in a few words."""
        if self.kind is StepKind.ALIAS:
            return f"alias {self.name} -> {named(self.after)}" if self.after else (
                f"remove alias {self.name}")
        if self.kind is StepKind.DESCRIPTION:
            return f"description of {named(self.version)}"
        if self.after:
            return f"tag {named(self.version)} {self.name}={self.after}"
        return f"remove tag {self.name} of {named(self.version)}"


def encode(steps: Iterable[Footstep]) -> str:
    """The steps as the journal keeps them.

    Values stand behind their names and a `=`, so that what cuts secrets out sees them.
    """
    return json.dumps([
        [one.kind.value, one.model, one.version, f"{one.name}={one.before}",
         f"{one.name}={one.after}"] for one in steps
    ], ensure_ascii=False)


def decode(text: str) -> tuple[Footstep, ...]:
    """The steps of a journal line; raises ValueError where they are none."""
    try:
        rows = json.loads(text)
        if not isinstance(rows, list):
            raise ValueError("no list")
        return tuple(_step(*(str(part) for part in row)) for row in rows)
    except (TypeError, ValueError) as error:
        raise ValueError("these are no steps") from error


def _step(kind: str, model: str, version: str, before: str, after: str) -> Footstep:
    name, mark, old = before.partition("=")
    same, _, new = after.partition("=")
    if not mark or name != same:
        raise ValueError("a step names two things")
    return Footstep(StepKind(kind), model, version, name, old, new)


def inverse(steps: Sequence[Footstep]) -> tuple[Footstep, ...]:
    """The way back, the last step first."""
    return tuple(
        Footstep(one.kind, one.model, one.version, one.name, one.after, one.before)
        for one in reversed(steps)
    )


def steps_of(entry: Entry) -> tuple[Footstep, ...]:
    """What an entry says was to be changed; empty where it does not say, or not all of it.

    Lines without the steps, as older ones, tell of one alias, tag or description by their own
    before and after. A value that the journal does not keep because it looks like a secret
    can't be put back, so such steps are none.
    """
    text = dict(entry.evidence).get(FACT, "")
    if MASK in text:
        return ()
    if text:
        try:
            return decode(text)
        except ValueError:
            return ()
    return _alone(entry)


def _alone(entry: Entry) -> tuple[Footstep, ...]:
    if MASK in entry.before + entry.after or entry.what not in ACTS:
        return ()
    thing, _, tag = entry.object.partition(" ")
    if entry.what in ("model.tag", "model.describe"):
        model, _, version = thing.rpartition("/")
        kind = StepKind.TAG if entry.what == "model.tag" else StepKind.DESCRIPTION
        return (Footstep(kind, model, version, tag, entry.before, entry.after),)
    model, mark, alias = entry.object.rpartition("@")
    if not mark:
        return ()
    return (Footstep(StepKind.ALIAS, model, "", alias, entry.before, entry.after),)
