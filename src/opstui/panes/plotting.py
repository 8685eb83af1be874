"""The charts of one or many runs: which metrics they have, and where their courses come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import tzinfo

from opstui.domain.course import Course
from opstui.domain.experiment import Run
from opstui.operations.world import World
from opstui.ui.plot import Thing

MOST = 16
"""Lines in one chart at most."""
SYSTEM = "system/"
"""What the names of metrics begin with that MLflow takes of the machine."""


class RunPlot:
    """Every metric of these runs as a chart. Implements `ui.plot.Plot`."""

    def __init__(self, world: World, runs: Sequence[Run]) -> None:
        self._world = world
        self._runs = list(runs[:MOST])
        names = [run.name or run.id for run in self._runs]
        self.title = names[0] if len(names) == 1 else f"{len(names)} runs"
        self.zone: tzinfo | None = world.clock().tzinfo

    def things(self) -> Sequence[Thing]:
        """The runs; equal names get the beginning of their ids."""
        names = Counter(run.name for run in self._runs)
        return [
            Thing(
                run.id,
                run.name if run.name and names[run.name] == 1
                else f"{run.name} {run.id[:6]}".strip(),
                run.started.timestamp() if run.started else None,
                not run.status.finished,
            )
            for run in self._runs
        ]

    def metrics(self) -> Sequence[str]:
        """Those that most runs have first, then by name; those of the machine last."""
        counted = Counter(name for run in self._runs for name, _ in run.metrics)
        settled = {name: n for n, name in enumerate(self._world.rules.directions)}
        return sorted(counted, key=lambda name: (
            name.startswith(SYSTEM), settled.get(name, len(settled)), -counted[name], name
        ))

    async def courses(
        self, metric: str, interval: tuple[int, int] | None, points: int,
        grown: Callable[[tuple[Course, ...]], None] | None = None,
    ) -> tuple[Course, ...]:
        """The metric's course in every run."""
        return await self._world.tracking.courses(
            [run.id for run in self._runs], metric, interval=interval, points=points, grown=grown
        )

    async def whole(self, metric: str) -> tuple[Course, ...]:
        """Every value, one run after the other: more at once don't make a server faster."""
        return tuple([
            await self._world.tracking.whole_course(run.id, metric) for run in self._runs
            if run.metric(metric) is not None
        ])
