"""Drift as it is shown: a mark in the rows of models and versions, and a tab that tells it."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.alias import named
from opstui.domain.drift import DriftKind
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.promotion import Evidence
from opstui.domain.status import Status
from opstui.domain.words import age, plural, short
from opstui.operations.drift import Serving, Standing
from opstui.operations.drift_details import MOST, Undeployed, fresh, gates_again, undeployed
from opstui.operations.world import World
from opstui.panes.promotion_page import evidence_lines
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line

SHOWN = 8
"""Commits that are listed."""


def model_mark(world: World, model: str) -> Line:
    """`≠` where another version runs than the alias names, `!` where something else is wrong."""
    kinds = {one.kind for one in world.board.drifts if one.model == model}
    if DriftKind.VERSION in kinds:
        return line((" != " if world.ascii_only else " ≠ ", "warn"))
    return line((" ! ", "warn")) if kinds else ()


def version_mark(world: World, version: ModelVersion) -> Line:
    """Which version runs although another one is named, and which one should."""
    unequal = "!=" if world.ascii_only else "≠"
    for one in world.board.drifts:
        if one.model == version.model and one.kind is DriftKind.VERSION:
            if one.runs == version.version:
                return line((f" {unequal} runs", "warn"))
            if one.named == version.version:
                return line((f" {unequal} does not run", "warn"))
    return ()


def drift_detail(world: World, model: str) -> Detail:
    """The tab: what serves the model, what differs, what is not deployed, its gates as of now."""
    async def load(_width: int) -> Sequence[Line]:
        registered, standing = await fresh(world, model)
        lines = [*standing_lines(world, registered, standing), ()]
        lines += undeployed_lines(world, await undeployed(world, registered))
        gates = await gates_again(world, registered)
        if gates:
            told = [Evidence(gate.name, gate.status, gate.text) for gate in gates]
            lines += [(), line(("gates of what serves, judged now", "dim")),
                      *evidence_lines(told, ascii_only=world.ascii_only)]
        return lines

    marks = [one.key for one in world.board.drifts if one.model == model]
    return Detail(f"model/{model}/drift/{marks}", "Drift", load)


def standing_lines(
    world: World, model: RegisteredModel, standing: Standing
) -> list[Line]:
    """What serves, with the version that really runs, and every difference."""
    champion = world.rules.champion
    lines = [line((f"{champion} names ", "dim"), (named(model.version_of(champion)), "accent"))]
    if not standing.serving:
        lines.append(line(("no container says that it serves it; a container says so by ", "dim"),
                          f"MODEL_URI=models:/{model.name}@{champion}"))
    for one in standing.serving:
        lines += serving_lines(world, one)
    plain = world.ascii_only
    for drift in standing.drifts:
        lines += [(), (glyph(Status.WARNED, ascii_only=plain), Span(f" {drift.text}", "warn"))]
    if any(one.kind is DriftKind.VERSION for one in standing.drifts):
        lines.append(line(("d", "key"), (" shows the two ways out: restart it, or move the alias "
                                         "back", "dim")))
    elif standing.serving and not standing.drifts:
        unknown = [one for one in standing.serving if not one.running.version]
        told = "not known whether they agree" if unknown else "registry and reality agree"
        lines += [(), line((told, "dim" if unknown else "good"))]
    return lines


def serving_lines(world: World, one: Serving) -> list[Line]:
    """One container: its state, what it serves, how that is known."""
    runs = named(one.running.version) if one.running.version else "an unknown version"
    state = one.container.status if one.container is not None else Status.UNKNOWN
    health = f", {one.container.health}" if one.container and one.container.health else ""
    since = age(one.served.started, world.clock())
    return [
        (),
        (glyph(state, ascii_only=world.ascii_only), Span(f" {one.served.name}", "title"),
         Span(" serves ", "dim"), Span(runs, "accent"), Span(health, "dim"),
         Span(f", started {since} ago" if since not in ("", "now") else "", "dim")),
        line((f"  {one.served.uri}: {one.running.proof}", "dim")),
    ]


def undeployed_lines(world: World, found: Undeployed) -> list[Line]:
    """The commits that are merged and do not serve yet."""
    if found.reason:
        return [line(("merged but not deployed: not known: ", "dim"), found.reason)]
    if not found.commits:
        return [line((f"everything on {found.branch} is deployed ({short(found.commit)})", "dim"))]
    more = " or more" if len(found.commits) >= MOST else ""
    count = plural(len(found.commits), "commit")
    return [
        line((f"merged into {found.branch} but not deployed: ", "dim"), f"{count}{more}",
             (f" since {short(found.commit)}", "dim")),
        *(line((f"  {short(one.sha)} ", "dim"), one.subject,
               (f"  {one.author}, {age(one.when, world.clock())}", "dim"))
          for one in found.commits[:SHOWN]),
    ]
