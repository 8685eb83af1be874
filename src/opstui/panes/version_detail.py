"""What the detail area tells of a model version, and of what serves of a model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opstui.domain.experiment import Run
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.words import age, number, short
from opstui.domain.writes import (
    PREDECESSOR,
    PROMOTED_AT,
    PROMOTED_BY,
    PROMOTED_FROM,
    ROLLBACK_OF,
    ROLLED_BACK_AT,
    ROLLED_BACK_BY,
)
from opstui.operations.evidence import deltas, gather
from opstui.operations.promotion import champion_of
from opstui.operations.world import World
from opstui.panes.journal import moment, result
from opstui.panes.promotion_page import evidence_lines, metric_lines
from opstui.panes.run_cache import RunCache
from opstui.panes.run_detail import pairs
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line

BOOKKEEPING = frozenset((
    PROMOTED_BY, PROMOTED_AT, PROMOTED_FROM, PREDECESSOR, ROLLBACK_OF, ROLLED_BACK_BY,
    ROLLED_BACK_AT,
))
"""Tags that promotion writes; the history tells them in words."""


def details(
    world: World, version: ModelVersion, champion: ModelVersion | None, runs: RunCache
) -> Sequence[Detail]:
    """Facts, metrics, evidence, history."""
    beside = champion if champion and champion.version != version.version else None

    async def facts(width: int) -> Sequence[Line]:
        await runs.ensure([version.run_id])
        return version_facts(world, version, runs)

    async def metrics(width: int) -> Sequence[Line]:
        ids = [version.run_id, beside.run_id if beside else ""]
        await runs.ensure(ids)
        found = deltas(
            runs.get(ids[0]), runs.get(ids[1]) if beside else None, world.rules.directions
        )
        told = [runs.failures[one] for one in ids if one in runs.failures]
        return [
            *metric_lines(found, version.version, beside.version if beside else ""),
            *(line((text, "warn")) for text in told),
        ]

    async def evidence(width: int) -> Sequence[Line]:
        found = await gather(world, version, beside)
        return evidence_lines(found.evidence, ascii_only=world.ascii_only)

    async def history(width: int) -> Sequence[Line]:
        return await history_lines(world, version)

    key = f"version/{version.key}"
    other = beside.key if beside else ""
    return (
        Detail(f"{key}/{version.aliases}/{version.updated}", "Version", facts),
        Detail(f"{key}/metrics/{other}", "Metrics", metrics),
        Detail(f"{key}/evidence/{other}", "Evidence", evidence),
        Detail(f"{key}/history/{version.aliases}", "History", history),
    )


def version_facts(world: World, version: ModelVersion, runs: RunCache) -> list[Line]:
    """Who registered it from what, its tags and description."""
    now = world.clock()
    run = runs.get(version.run_id)
    state: Line = (
        glyph(version.status, ascii_only=world.ascii_only),
        Span(f" {'ready' if version.ready else 'not ready'} {version.status_note}"),
    )
    shown = pairs((
        ("version", f"v{version.version}"),
        ("aliases", ", ".join(version.aliases)),
        ("state", state),
        ("stage", Span(f"deprecated: {version.stage}", "dim") if version.stage else ""),
        ("created", age(version.created, now)),
        ("user", version.user),
        ("run", _run_of(version, run, runs)),
        ("commit", _commit_of(world, version, run)),
        ("source", version.source),
    ))
    if version.description:
        shown += [(), line(("Description", "title")), *(
            line(part) for part in version.description.splitlines())]
    tags = [pair for pair in version.tags if pair[0] not in BOOKKEEPING]
    if tags:
        shown += [(), line(("Tags", "title")), *pairs(tags)]
    return shown


def _run_of(version: ModelVersion, run: Run | None, runs: RunCache) -> Line:
    if not version.run_id:
        return line(("none named", "dim"))
    if run is None:
        return line(version.run_id, (f"  {runs.failures.get(version.run_id, '')}", "warn"))
    return line(run.name or run.id, (f"  {run.id}", "dim"))


def _commit_of(world: World, version: ModelVersion, run: Run | None) -> Line:
    commit = (run.commit if run else "") or version.tag("mlflow.source.git.commit")
    if not commit:
        return line(("unknown", "dim"))
    tested = world.board.ci_of(commit)
    known: Line = line(("  no CI run known", "dim"))
    if tested is not None:
        known = (
            Span("  "), glyph(tested.status, ascii_only=world.ascii_only),
            Span(f" {tested.workflow} #{tested.number} on {tested.server}", "dim"),
        )
    return (Span(short(commit), "accent"), *known)


async def history_lines(world: World, version: ModelVersion) -> Sequence[Line]:
    """What its tags say (whoever wrote them), then what this journal knows of it."""
    shown: list[Line] = []
    if by := version.tag(PROMOTED_BY):
        source = version.tag(PROMOTED_FROM)
        before = version.tag(PREDECESSOR)
        shown.append(line(
            ("promoted ", "title"), f"by {by} at {version.tag(PROMOTED_AT)}",
            f", from {source}" if source else "", f", after v{before}" if before else "",
        ))
    if bad := version.tag(ROLLBACK_OF):
        shown.append(line(
            ("restored ", "title"), f"in place of v{bad} by {version.tag(ROLLED_BACK_BY)} "
            f"at {version.tag(ROLLED_BACK_AT)}",
        ))
    shown = shown or [line(("its tags tell of no promotion", "dim"))]
    now = world.clock()
    mine = [
        entry for entry in await world.journal.entries()
        if entry.phase == "result" and (
            entry.object.split(" ")[0] == version.key
            or (entry.object.split("@")[0] == version.model
                and version.version in (entry.before, entry.after))
        )
    ]
    shown += [(), line(("In this journal", "title"))]
    for entry in mine:
        shown.append(line(
            (f"{age(moment(entry), now):>4}  ", "dim"), f"{entry.what} {entry.object}  ",
            result(entry), (f"  {entry.who}", "dim"),
        ))
    return shown if mine else [*shown, line(("nothing", "dim"))]


async def model_facts(world: World, model: RegisteredModel) -> Sequence[Line]:
    """What serves, with its metrics, and what else the model is."""
    now = world.clock()
    moved: datetime | None = model.updated or model.created
    shown = pairs((
        ("model", model.name),
        ("latest", f"v{model.latest}" if model.latest else ""),
        ("updated", age(moved, now)),
        *((alias, line(f"v{version}")) for alias, version in model.aliases),
    ))
    champion = await champion_of(world, model)
    if champion is None:
        shown += [(), line((f"no version is {world.rules.champion}", "dim"))]
    elif champion.run_id:
        run = await world.tracking.run(champion.run_id)
        shown += [
            (), line((f"v{champion.version} serves", "title"), (f"  {run.name}", "dim")),
            *pairs((name, number(value)) for name, value in run.metrics),
            *pairs([("commit", short(run.commit))]),
        ]
    if model.description:
        shown += [(), *(line(part) for part in model.description.splitlines())]
    if model.tags:
        shown += [(), line(("Tags", "title")), *pairs(model.tags)]
    return [*shown, (), line(("enter", "key"), (" opens its versions", "dim"))]
