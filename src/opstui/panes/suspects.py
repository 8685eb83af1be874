"""How the search for what changed between two versions is shown: on its own page, and before a
rollback."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Sequence
from itertools import pairwise

from opstui.domain.model import ModelVersion
from opstui.domain.promotion import Direction, MetricDelta, PromotionPlan, Verdict, direction_of
from opstui.domain.suspect import Found, Suspect, Trained
from opstui.domain.words import age, number
from opstui.operations.alias_history import history
from opstui.operations.evidence import answer, deltas
from opstui.operations.suspects import line_between, suspects
from opstui.operations.world import World
from opstui.panes.alias_story import move_lines
from opstui.panes.promotion_page import WIDTH, metric_lines
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, line

PATIENCE = 6.0
"""Seconds that a rollback waits for what is only good to know."""
_METRICS = 6
"""Metrics whose way over the versions is shown at most."""
_MOVES = 8
"""Earlier champions that are listed at most."""
_KIND = 10
"""Cells for the kind of a cause; `dependency` is the longest."""


async def bisect(world: World, desk: Desk, old: ModelVersion, new: ModelVersion) -> None:
    """Read over everything what changed from one version to another."""
    async def load(width: int) -> Sequence[Line]:
        line = await line_between(world, old, new)
        return [*metrics_over(world, line), (), *suspect_lines(world, await suspects(world, line))]

    await desk.read(
        f"{new.model}: what changed from v{old.version} to v{new.version}",
        Detail(f"bisect/{old.key}/{new.key}", "What changed", load),
    )


def metrics_over(world: World, versions: Sequence[Trained]) -> list[Line]:
    """The metrics of both ends, and for each the version where it got worse the most."""
    old, new = versions[0], versions[-1]
    settled = world.rules.directions
    found = deltas(new.run, old.run, settled)
    shown = metric_lines(found, new.version.version, old.version.version)
    for delta in found[:_METRICS]:
        if told := _fall(versions, delta.name, direction_of(delta.name, settled), world):
            shown += [told]
    return shown


def _fall(
    versions: Sequence[Trained], name: str, direction: Direction, world: World
) -> Line | None:
    """Where a metric got worse the most between neighbours; None with nothing between."""
    known = [(one, one.run.metric(name)) for one in versions if one.run is not None]
    if len(known) < 3:
        return None
    worst: tuple[float, Trained] | None = None
    for (_, before), (one, after) in pairwise(known):
        delta = MetricDelta(name, after, before, direction)
        if delta.verdict is Verdict.WORSE and delta.difference is not None:
            size = abs(delta.difference)
            if worst is None or size > worst[0]:
                worst = (size, one)
    if worst is None:
        return None
    way = " ".join(f"v{one.version.version} {number(value) or '?'}" for one, value in known[-5:])
    return line(
        (f"{name} ", "title"), "got worse most at ", (f"v{worst[1].version.version}", "bad"),
        (f" by {number(worst[0])}: {'… ' if len(known) > 5 else ''}{way}", "dim"),
    )


def suspect_lines(world: World, found: Sequence[Suspect]) -> list[Line]:
    """Newest change first; what could not be fetched is said as unknown."""
    changes = [one for one in found if one.found is Found.CHANGED]
    shown: list[Line] = [line(("What changed, newest first", "title"))]
    for one in changes:
        shown += _told(one, age(one.at, world.clock()), "plain")
    if not changes:
        shown.append(line(("nothing that is known", "dim")))
    for one in found:
        if one.found is Found.UNKNOWN:
            shown += _told(one, "?", "warn")
    for one in found:
        if one.found is Found.SAME:
            shown += _told(one, "", "dim")
    return shown


def _told(one: Suspect, when: str, role: str) -> list[Line]:
    since = f", since v{one.since}" if one.since else ""
    text = f"unknown: {one.text}" if one.found is Found.UNKNOWN else f"{one.text}{since}"
    indent = 4 + 1 + _KIND + 2
    pieces = textwrap.wrap(text, max(30, WIDTH - indent)) or [""]
    first: Line = (
        Span(f"{when:>4} ", "dim"), Span(f"{one.what:<{_KIND}}  ", "title"), Span(pieces[0], role),
    )
    return [first, *(line(" " * indent, (piece, role)) for piece in pieces[1:])]


async def before_rollback(world: World, plan: PromotionPlan) -> list[Line]:
    """The champions until now, and what differs between the one that serves and the one that
    comes back.

    A rollback is urgent: what does not answer in PATIENCE seconds is told as unknown, and
    nothing of it can keep the rollback from being asked for.
    """
    end = asyncio.get_running_loop().time() + PATIENCE
    moves, found = await asyncio.gather(
        answer(history(world, plan.model), end), answer(_difference(world, plan), end)
    )
    shown: list[Line] = [line((f"{plan.alias} of {plan.model} until now", "title"))]
    if moves.value is None:
        shown.append(line((f"unknown: {moves.reason}", "warn")))
    else:
        known = [one for one in moves.value if one.alias in (plan.alias, "")]
        shown += move_lines(world, known[:_MOVES])
    shown += [(), line((f"From v{plan.expected} back to v{plan.version}", "title"))]
    if found.value is None:
        return [*shown, line((f"unknown: {found.reason}", "warn"))]
    return [*shown, *suspect_lines(world, found.value)[1:]]


async def _difference(world: World, plan: PromotionPlan) -> tuple[Suspect, ...]:
    serves, back = await asyncio.gather(*(
        world.registry.version(plan.model, one) for one in (plan.expected, plan.version)
    ))
    ends = await line_between(world, serves, back, PATIENCE / 2)
    return await suspects(world, (ends[0], ends[-1]), PATIENCE / 2)
