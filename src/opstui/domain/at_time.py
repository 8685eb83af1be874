"""What an alias named at a time of the past, from the moves that are known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from opstui.domain.alias import named
from opstui.domain.alias_move import AliasMove

ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Then:
    """What one alias named at a time."""

    alias: str
    version: str
    """Empty where it named none, or where it is not known."""
    known: bool
    proof: str
    """How it is known, or why it is not; a sentence."""
    since: datetime | None = None
    """When it began to, where that is known."""
    until: datetime | None = None
    """When it ended to; None where it still does, or is not known."""
    who: str = ""
    """Who let it name that version."""


def then(
    moves: Iterable[AliasMove], alias: str, at: datetime, now_named: str,
    made: Mapping[str, datetime],
) -> Then:
    """What `alias` named at `at`.

    moves: of the alias' model, in any order. now_named: what it names now, empty for nothing.
    made: when versions were made, as far as known; none can be named before that.
    """
    found = _then(moves, alias, at, now_named)
    born = made.get(found.version)
    if found.known and born is not None and born > at:
        return Then(alias, "", False, f"{named(found.version)}, which the history tells, was only "
                    "made later", found.since, found.until)
    return found


def _then(
    moves: Iterable[AliasMove], alias: str, at: datetime, now_named: str
) -> Then:
    timed = sorted(
        ((one.at, one) for one in moves if one.alias == alias and one.at is not None),
        key=lambda pair: pair[0],
    )
    before = [one for when, one in timed if when <= at]
    after = [one for when, one in timed if when > at]
    last, following = (before[-1] if before else None), (after[0] if after else None)
    until = following.at if following is not None else None
    if following is not None and following.how == ELSEWHERE:
        return Then(
            alias, "", False, f"{named(following.before)} or {named(following.after)}: it moved "
            "elsewhere, and only that it had was seen", last.at if last else None, until,
        )
    if last is not None:
        later = following.before if following is not None else now_named
        if later != last.after:
            return Then(
                alias, "", False, f"{named(last.after)} or {named(later)}: a move in between is "
                "not known", last.at, until,
            )
        return Then(alias, last.after, True, f"{last.how}, {last.source}", last.at, until, last.who)
    if following is not None:
        return Then(
            alias, following.before, True, f"{following.how} away from it, {following.source}",
            None, until,
        )
    return Then(alias, "", False, f"no move of it is known; now it names {named(now_named)}")
