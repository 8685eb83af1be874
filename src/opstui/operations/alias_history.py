"""The history of a model's aliases, and noticing what was changed elsewhere.

An alias that names something else than the journal says last was moved by another person, from
another machine or by another program. That is written into the journal as seen, once, so that
the history stays whole; nothing else is written.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence

from opstui.domain.alias_move import SEEN, AliasMove, last_known, moves
from opstui.domain.errors import OpstuiError
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.writes import PROMOTED_AT, PROMOTED_BY, ROLLED_BACK_AT, ROLLED_BACK_BY
from opstui.operations.world import World

_LINES = 400
"""Newest lines of the journal that a list's refresh looks at."""
_AT_ONCE = 20
"""Models that are read again in one go at most."""
_PAGES = 5
"""Pages of versions whose tags are read at most."""


async def history(world: World, model: str) -> tuple[AliasMove, ...]:
    """Every move of the model's aliases that is known, newest first."""
    registered = await world.registry.model(model)
    await witness(world, [registered])
    versions: list[ModelVersion] = []
    token = ""
    for _ in range(_PAGES):
        page = await world.registry.versions(model, token)
        versions += page.items
        if not (token := page.token):
            break
    return moves(
        await world.journal.entries(), versions, model, await world.registry.where(),
        world.rules.champion,
    )


async def witness(world: World, models: Sequence[RegisteredModel]) -> int:
    """Journal the moves that were made elsewhere; returns how many there were.

    What differs is read again between two looks at the journal, so that an act of this account
    that is on its way is never taken for somebody else's.
    """
    place = await world.registry.where()
    known = last_known(await world.journal.entries(_LINES), place)
    differing = [one for one in models if _differing(one, known)][:_AT_ONCE]
    if not differing:
        return 0
    fresh = await asyncio.gather(*(world.registry.model(one.name) for one in differing))
    again = last_known(await world.journal.entries(_LINES), place)
    count = 0
    for model in fresh:
        for alias in _differing(model, known):
            before = known[model.name, alias]
            if before is not None and again.get((model.name, alias)) == before:
                await _record(world, model, alias, before, place)
                count += 1
    return count


def _differing(
    model: RegisteredModel, known: dict[tuple[str, str], str | None]
) -> tuple[str, ...]:
    return tuple(
        alias for (name, alias), version in known.items()
        if name == model.name and version is not None and model.version_of(alias) != version
    )


async def _record(
    world: World, model: RegisteredModel, alias: str, before: str, place: str
) -> None:
    now = model.version_of(alias)
    by, at = await _author(world, model.name, now)
    told = f", by {by} as its tags say" if by else ""
    await world.journal.append(
        what=SEEN, object=f"{model.name}@{alias}", place=place, phase="result",
        act=uuid.uuid4().hex[:12], before=before, after=now,
        evidence=[(name, text) for name, text in (("by", by), ("at", at)) if text],
        result=f"seen: changed elsewhere{told}",
    )


async def _author(world: World, model: str, version: str) -> tuple[str, str]:
    """Who promoted or restored the version last, and when, as its tags say."""
    if not version:
        return "", ""
    try:
        found = await world.registry.version(model, version)
    except OpstuiError:
        return "", ""
    told = [(found.tag(PROMOTED_AT), found.tag(PROMOTED_BY)),
            (found.tag(ROLLED_BACK_AT), found.tag(ROLLED_BACK_BY))]
    at, by = max(told)
    return by, at
