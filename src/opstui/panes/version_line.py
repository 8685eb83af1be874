"""The line of a metric over a model's versions, with the versions that aliases name marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from opstui.domain.model import ModelVersion
from opstui.domain.promotion import Direction, direction_of
from opstui.domain.words import number, plural
from opstui.operations.world import World
from opstui.panes.run_cache import RunCache
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, line

CHARTS, ROWS = 3, 11
"""Metrics that get a chart, and its lines; the others get a sparkline."""
MOST, PAGES = 24, 3
"""Metrics told of at most, and pages of versions that are read."""
SPARKS = 40
"""Cells of a sparkline at most."""


def line_detail(world: World, model: str, runs: RunCache) -> Detail:
    """The tab of a model, and of each of its versions."""
    async def load(width: int) -> Sequence[Line]:
        return await over_versions(world, model, runs, width)

    return Detail(f"line/{model}", "Over versions", load)


async def over_versions(
    world: World, model: str, runs: RunCache, width: int
) -> Sequence[Line]:
    """The metrics that settings name, then the most common ones, by version number."""
    from opstui.ui.chart import sparkline  # not before somebody looks at one

    versions, more = await _versions(world, model)
    await runs.ensure(one.run_id for one in versions)
    names = _metrics(world, versions, runs)
    shown: list[Line] = []
    for n, name in enumerate(names):
        points = _points(name, versions, runs)
        if n < CHARTS and len(points) > 1:
            shown += _chart(world, name, points, versions, width)
            continue
        last = points[-1]
        room = max(4, min(SPARKS, width - 44))
        spark = sparkline([value for _, value in points], room, ascii_only=world.ascii_only)
        shown.append((
            Span(f"{name[:24]:<24} ", "title"), Span(f"{spark:<{room}}", "chart1"),
            Span(f" {number(last[1])}"), Span(f" v{last[0]:.0f}", "dim"),
        ))
    if not names:
        shown.append(line(("no version has a run with metrics", "dim")))
    if more:
        shown += [(), line((f"the newest {plural(len(versions), 'version')} only", "dim"))]
    return shown


async def _versions(world: World, model: str) -> tuple[list[ModelVersion], bool]:
    """The newest versions, oldest first, and whether there are older ones."""
    page = await world.registry.versions(model)
    found = list(page.items)
    for _ in range(PAGES - 1):
        if not page.token:
            break
        page = await world.registry.versions(model, page.token)
        found += page.items
    return sorted({one.key: one for one in found}.values(), key=lambda one: one.number), bool(
        page.token)


def _metrics(world: World, versions: Sequence[ModelVersion], runs: RunCache) -> list[str]:
    counted: Counter[str] = Counter()
    for version in versions:
        run = runs.get(version.run_id)
        counted.update(
            name for name, _ in (run.metrics if run else ()) if not name.startswith("system/")
        )
    rank = {name: order for order, name in enumerate(world.rules.directions)}
    return sorted(counted, key=lambda n: (rank.get(n, len(rank)), -counted[n], n))[:MOST]


def _points(
    name: str, versions: Sequence[ModelVersion], runs: RunCache
) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for version in versions:
        run = runs.get(version.run_id)
        value = run.metric(name) if run else None
        if value is not None:
            found.append((float(version.number), value))
    return found


def _chart(
    world: World, name: str, points: Sequence[tuple[float, float]],
    versions: Sequence[ModelVersion], width: int,
) -> list[Line]:
    from opstui.ui.chart import Manner, Series, chart
    from opstui.ui.raster import Dots

    better = {Direction.UP: "higher is better", Direction.DOWN: "lower is better"}.get(
        direction_of(name, world.rules.directions), "")
    named = tuple(
        (float(one.number), f"{','.join(one.aliases)} v{one.version}")
        for one in versions if one.aliases
    )
    manner = Manner(
        Dots.ASCII if world.ascii_only else Dots.BRAILLE, named=named,
        told=lambda values: [f"v{value:.0f}" for value in values], dotted=True,
    )
    last = points[-1]
    head = line((name, "title"), f"  {number(last[1])}", (f" v{last[0]:.0f}  {better}", "dim"))
    return [head, *chart([Series(name, points)], width, ROWS, manner), ()]
