"""The cells of a list of versions: aliases, metrics beside the champion's, commit, CI, tags."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from opstui.domain.experiment import Run
from opstui.domain.model import ModelVersion
from opstui.domain.promotion import Direction, MetricDelta, direction_of
from opstui.domain.words import number
from opstui.operations.world import World
from opstui.panes.drift import version_mark
from opstui.panes.run_cache import RunCache
from opstui.panes.version_detail import BOOKKEEPING
from opstui.ui.column import Column
from opstui.ui.paint import Line, Span, glyph, line

METRICS = 3
"""Metrics that get a column at most, where there is room."""
DIFFERENCE = 8
"""Cells for a difference such as `-0.01451`."""


class VersionCells:
    """Draws versions from the runs that are known and the version that serves."""

    def __init__(self, world: World, runs: RunCache) -> None:
        self._world = world
        self._runs = runs
        self._metrics: tuple[str, ...] = ()
        self.champion: ModelVersion | None = None
        """The version that serves; None where there is none."""

    def learn(self, versions: Sequence[ModelVersion]) -> None:
        """Which metrics get a column: those that settings name, then the most common ones."""
        counted: Counter[str] = Counter()
        for version in versions:
            run = self._run(version)
            counted.update(
                name for name, _ in (run.metrics if run else ()) if not name.startswith("system/")
            )
        rank = {name: order for order, name in enumerate(self._world.rules.directions)}
        names = sorted(counted, key=lambda n: (rank.get(n, len(rank)), -counted[n], n))
        self._metrics = tuple(names[:METRICS]) or self._metrics

    def metric_columns(self) -> tuple[Column[ModelVersion], ...]:
        """The columns of the metrics; sorting begins with the best."""
        return tuple(self._metric(name, order) for order, name in enumerate(self._metrics))

    def _metric(self, name: str, order: int) -> Column[ModelVersion]:
        lower = direction_of(name, self._world.rules.directions) is Direction.DOWN
        return Column(
            f"metrics.{name}", name, lambda one: self._beside(one, name), width=17, right=True,
            drop=4 + order, sort=lambda one: self._value(one, name), best_first=not lower,
        )

    def _run(self, version: ModelVersion | None) -> Run | None:
        return self._runs.get(version.run_id) if version else None

    def _value(self, version: ModelVersion, name: str) -> float | None:
        run = self._run(version)
        return run.metric(name) if run else None

    def _beside(self, version: ModelVersion, name: str) -> Line:
        """The value, and the difference to the champion's where it is another version.

        The room of a missing difference stays blank, so that the values stand below each other.
        """
        value = self._value(version, name)
        champion = self._run(self.champion)
        if champion is None:
            return line(number(value))
        alone = line(f"{number(value)} {'':{DIFFERENCE}}") if value is not None else ()
        if self._world.rules.champion in version.aliases:
            return alone
        delta = MetricDelta(
            name, value, champion.metric(name), direction_of(name, self._world.rules.directions)
        )
        if delta.difference is None or not math.isfinite(delta.difference):
            return alone
        told = f"{'+' if delta.difference > 0 else ''}{number(delta.difference)}"
        return line(f"{number(value)} ", (f"{told:<{DIFFERENCE}}", delta.verdict.role))

    def commit(self, version: ModelVersion) -> str:
        """The commit its run was trained from, or that it is tagged with, or empty."""
        run = self._run(version)
        return (run.commit if run else "") or version.tag("mlflow.source.git.commit")

    def ci(self, version: ModelVersion) -> Span:
        """What CI says of that commit."""
        status = self._world.board.ci_status(self.commit(version))
        return glyph(status, ascii_only=self._world.ascii_only) if status else Span("")

    def aliases(self, version: ModelVersion) -> Line:
        """The champion's alias first and coloured, the others after it."""
        champion = self._world.rules.champion
        spans: list[Span] = []
        for alias in sorted(version.aliases, key=lambda one: (one != champion, one)):
            spans += [Span(" ")] if spans else []
            spans.append(Span(alias, "accent" if alias == champion else "plain"))
        return (*spans, *version_mark(self._world, version))


def tags(version: ModelVersion) -> Span:
    """Tags that people set; the bookkeeping is in the details."""
    shown = (
        f"{name}={value}" for name, value in version.tags
        if not name.startswith("mlflow.") and name not in BOOKKEEPING
    )
    return Span(" ".join(shown), "dim")
