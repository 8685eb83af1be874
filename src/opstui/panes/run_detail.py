"""What the detail area tells of one run: its facts, its charts, its artifacts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Artifact, MetricPoint, Run
from opstui.domain.words import age, duration, number, plural, short, size
from opstui.operations.world import World
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line

CHARTS = 8
"""Metrics drawn at most: each costs the server a request."""
AT_ONCE = 2
"""Requests under way at the same time; more do not make one server worker faster."""
CHART_ROWS = 10
FOLDERS = 20
"""Folders looked into at most."""
WIDEST_NAME = 36
"""Cells for a name beside its value; a longer one pushes its value to the right."""
FILES = 200
"""Artifacts shown at most."""


def details(world: World, run: Run) -> tuple[Detail, ...]:
    """Facts, charts, artifacts."""
    async def told(width: int) -> Sequence[Line]:
        return await facts(world, run)

    async def drawn(width: int) -> Sequence[Line]:
        return await charts(world, run, width)

    async def left(width: int) -> Sequence[Line]:
        return await artifacts(world, run)

    return (
        Detail(f"run/{run.id}", "Run", told), Detail(f"run/{run.id}/charts", "Charts", drawn),
        Detail(f"run/{run.id}/artifacts", "Artifacts", left),
    )


def pairs(facts: Iterable[tuple[str, str | Span | Line]]) -> list[Line]:
    """Name and value in two columns; facts without a value are left out."""
    known = [(name, value) for name, value in facts if value]
    if not known:
        return []
    room = min(WIDEST_NAME, max(len(name) for name, _ in known))
    return [(Span(f"{name:<{room}}  ", "dim"), *_spans(value)) for name, value in known]


def _spans(value: str | Span | Line) -> Line:
    if isinstance(value, Span):
        return (value,)
    return line(value) if isinstance(value, str) else value


async def facts(world: World, run: Run) -> Sequence[Line]:
    """Who trained it when from what, and what came out."""
    now = world.clock()
    state: Line = (glyph(run.status, ascii_only=world.ascii_only), Span(f" {run.status.word}"))
    length = (run.finished - run.started).total_seconds() if run.finished and run.started else None
    shown = pairs((
        ("run", run.name),
        ("id", run.id),
        ("status", state),
        ("started", _moment(run.started, now)),
        ("took", duration(length)),
        ("user", run.user),
        ("commit", await _commit(world, run)),
        ("ci job", _ci(world, run)),
        ("image", _image(world, run)),
        *(("dataset", f"{name}  {digest}") for name, digest in run.datasets),
        ("artifacts", run.artifact_uri),
    ))
    for title, part in (
        ("Metrics", [(name, number(value)) for name, value in run.metrics]),
        ("Parameters", list(run.params)),
        ("Tags", [pair for pair in run.tags if not pair[0].startswith("mlflow.")]),
    ):
        if part:
            shown += [line(), line((title, "title")), *pairs(part)]
    return shown


def _moment(when: datetime | None, now: datetime) -> str:
    """The time in the clock's zone, and how long ago it was."""
    if when is None:
        return ""
    passed = age(when, now)
    ago = "just now" if passed == "now" else f"{passed} ago"
    return f"{when.astimezone(now.tzinfo):%Y-%m-%d %H:%M:%S %Z}, {ago}"


async def _commit(world: World, run: Run) -> Line:
    """The commit, and whether it can be looked at here."""
    if not run.commit:
        return ()
    branch = run.tag("mlflow.source.git.branch")
    try:
        await world.git.resolve(f"{run.commit}^{{commit}}")
        known = Span("in this clone", "good")
    except OpstuiError:
        known = Span("not in this clone", "warn")
    on = f" on {branch}" if branch else ""
    return (Span(short(run.commit), "accent"), Span(f"{on}  ", "dim"), known)


def _ci(world: World, run: Run) -> Line:
    """The job that trained it, or else what CI says of its commit."""
    if run.ci_job:
        return line(run.ci_job)
    tested = world.board.ci_of(run.commit) if run.commit else None
    if tested is None:
        return ()
    return (
        glyph(tested.status, ascii_only=world.ascii_only),
        Span(f" {tested.server} #{tested.number} {tested.workflow}"),
        Span("  of this commit", "dim"),
    )


def _image(world: World, run: Run) -> Line:
    """The image it was trained in, or else the images built from its commit."""
    if run.image:
        return line(run.image)
    built = [
        image.name for image in world.board.images if run.commit and image.revision == run.commit
    ]
    return (Span(", ".join(built)), Span("  of this commit", "dim")) if built else ()


async def charts(world: World, run: Run, width: int) -> Sequence[Line]:
    """The course of every metric that has one, stacked."""
    from opstui.ui.chart import Series, chart  # not before somebody looks at one

    gate = asyncio.Semaphore(AT_ONCE)

    async def course(metric: str) -> tuple[MetricPoint, ...]:
        async with gate:
            return await world.tracking.history(run.id, metric)

    names = [name for name, _ in run.metrics][:CHARTS]
    courses = await asyncio.gather(*map(course, names))
    shown: list[Line] = []
    flat: list[str] = []
    for order, (name, points) in enumerate(zip(names, courses, strict=True)):
        if len(points) < 2:
            flat.append(name)
            continue
        series = Series(
            name, [(float(point.step), point.value) for point in points], f"chart{order % 6 + 1}"
        )
        shown += [
            _heading(world, name, points),
            *chart([series], width, CHART_ROWS, ascii_only=world.ascii_only), line(),
        ]
    if flat:
        shown.append(line((f"one value only: {', '.join(flat)}", "dim")))
    if left := len(run.metrics) - len(names):
        shown.append(line((f"{plural(left, 'more metric')} not drawn", "dim")))
    return shown or [line(("no metrics", "dim"))]


def _heading(world: World, name: str, points: Sequence[MetricPoint]) -> Line:
    """The metric's name and last value, and how fresh it is."""
    last = points[-1]
    when = age(last.when, world.clock())
    ago = "" if not when else ", just now" if when == "now" else f", {when} ago"
    return line((name, "title"), f"  {number(last.value)}", (f"  step {last.step}{ago}", "dim"))


async def artifacts(world: World, run: Run) -> Sequence[Line]:
    """The models it logged and the files it left, folders opened one level deep."""
    models = await world.artifacts.models(run) if world.artifacts is not None else ()
    logged = [
        line(" " * 9, (f"{one.name}/", "accent"), (f"  logged model {one.id}", "dim"))
        for one in models
    ]
    top = await world.tracking.artifacts(run.id)
    folders = [item for item in top if item.is_dir][:FOLDERS]
    gate = asyncio.Semaphore(AT_ONCE)

    async def inside(folder: Artifact) -> tuple[Artifact, ...]:
        async with gate:
            return await world.tracking.artifacts(run.id, folder.path)

    opened = dict(zip(
        (folder.path for folder in folders), await asyncio.gather(*map(inside, folders)),
        strict=True,
    ))
    listed: list[tuple[int, Artifact]] = []
    for item in top:
        listed.append((0, item))
        listed += ((1, below) for below in opened.get(item.path, ()))
    if not listed and not logged:
        return [line(("no artifacts", "dim"))]
    shown = [*logged, *(_artifact(depth, item) for depth, item in listed[:FILES])]
    if len(listed) > FILES:
        shown.append(line((f"… {len(listed) - FILES} more", "dim")))
    return [*shown, line(), line(("a", "key"), (" looks into them", "dim"))]


def _artifact(depth: int, item: Artifact) -> Line:
    name = item.path.rsplit("/", 1)[-1]
    kind = "accent" if item.is_dir else "plain"
    return (
        Span(f"{size(item.size):>7}  ", "dim"), Span("  " * depth),
        Span(f"{name}/" if item.is_dir else name, kind),
    )
