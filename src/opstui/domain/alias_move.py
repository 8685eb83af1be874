"""When an alias moved, from what to what, by whom: told by the journal and by versions' tags.

MLflow keeps no history of aliases. The journal knows what was done from this account on this
machine; the tags that promotion leaves on versions tell of others' promotions too, but only of
the last one of each version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opstui.domain.footsteps import ACTS, StepKind, steps_of
from opstui.domain.journal import Entry
from opstui.domain.model import ModelVersion
from opstui.domain.writes import (
    PREDECESSOR,
    PROMOTED_AT,
    PROMOTED_BY,
    ROLLBACK_OF,
    ROLLED_BACK_AT,
    ROLLED_BACK_BY,
)

SEEN = "model.seen"
"""The verb of a change made elsewhere that was seen here."""
_WORDS = {
    "model.promote": "promoted", "model.rollback": "rolled back", "model.alias.set": "set",
    "model.alias.remove": "removed", "model.undo": "undone", "model.continue": "continued",
    SEEN: "elsewhere",
}
_CLOSE = timedelta(minutes=2)
"""A tag and a journal line of one act are written within this time."""


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One move of an alias."""

    at: datetime | None
    """When; of a change made elsewhere, when it was seen or when its tags say."""
    alias: str
    """Empty where the tags don't say which one."""
    before: str
    after: str
    who: str
    how: str
    """promoted, rolled back, set, removed, undone, continued, or elsewhere."""
    source: str
    """Where this is known from."""


def moves(
    entries: Iterable[Entry], versions: Iterable[ModelVersion], model: str, place: str,
    champion: str,
) -> tuple[AliasMove, ...]:
    """The known moves of a model's aliases, newest first; those without a time come last.

    entries: the newest first, as the journal gives them.
    """
    told = _of_journal(entries, model, place)
    told += [one for one in _of_tags(versions, champion) if not _known(one, told)]
    return tuple(sorted(told, key=lambda one: one.at.timestamp() if one.at else 0, reverse=True))


def _of_journal(entries: Iterable[Entry], model: str, place: str) -> list[AliasMove]:
    found: list[AliasMove] = []
    for entry in entries:
        name, mark, alias = entry.object.rpartition("@")
        if (not mark or name != model or entry.place != place or entry.phase != "result"
                or entry.what not in _WORDS or not _went_well(entry)):
            continue
        who = dict(entry.evidence).get("by", "") if entry.what == SEEN else entry.who
        one = AliasMove(
            when(entry.at), alias, entry.before, entry.after, who, _WORDS[entry.what],
            f"journal {entry.number}",
        )
        same = found and (one.alias, one.before, one.after, one.how) == (
            found[-1].alias, found[-1].before, found[-1].after, found[-1].how)
        if same and entry.what == SEEN:
            found[-1] = one  # seen by two opstui at once: the first one counts
        else:
            found.append(one)
    return found


def _went_well(entry: Entry) -> bool:
    return entry.result.split(":")[0].split(" ")[0] in ("done", "seen")


def when(text: str) -> datetime | None:
    """A time with its zone, or None."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _of_tags(versions: Iterable[ModelVersion], champion: str) -> list[AliasMove]:
    found: list[AliasMove] = []
    for version in versions:
        source = f"tags of v{version.version}"
        before = version.tag(PREDECESSOR)
        if by := version.tag(PROMOTED_BY):
            found.append(AliasMove(
                when(version.tag(PROMOTED_AT)), champion if before else "", before,
                version.version, by, "promoted", source,
            ))
        if left := version.tag(ROLLBACK_OF):
            found.append(AliasMove(
                when(version.tag(ROLLED_BACK_AT)), champion, left, version.version,
                version.tag(ROLLED_BACK_BY), "rolled back", source,
            ))
    return found


def _known(move: AliasMove, told: Sequence[AliasMove]) -> bool:
    """Whether the journal tells of the same move already."""
    return any(
        one.after == move.after and one.alias == (move.alias or one.alias)
        and one.how in (move.how, "elsewhere") and one.at is not None and move.at is not None
        and (abs(one.at - move.at) <= _CLOSE or (one.how == "elsewhere" and move.at <= one.at))
        for one in told
    )


def last_known(entries: Iterable[Entry], place: str) -> dict[tuple[str, str], str | None]:
    """What the journal says last of every alias, by model and alias.

    None where an act is under way, was cut or did not end well: nobody knows from the journal
    alone. entries: the newest first.
    """
    known: dict[tuple[str, str], str | None] = {}
    ended: set[str] = set()
    for entry in entries:
        if entry.place != place or (entry.what not in ACTS and entry.what != SEEN):
            continue
        if entry.phase == "result":
            ended.add(entry.act)
        elif entry.act in ended:
            continue
        sure = entry.phase == "result" and _went_well(entry)
        model, mark, alias = entry.object.rpartition("@")
        if entry.what == SEEN and mark:
            known.setdefault((model, alias), entry.after)
            continue
        steps = [one for one in steps_of(entry) if one.kind is StepKind.ALIAS]
        for step in steps:
            known.setdefault((step.model, step.name), step.after if sure else None)
        if mark and not steps:
            known.setdefault((model, alias), None)
    return known
