"""Courses that are too long to be sampled in one request: asked for part by part.

To sample a metric the server has to look at every value of it, a million of them for half a
minute where it keeps them in SQLite. An interval of steps costs what lies in it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from opstui.backends.json_object import Json
from opstui.backends.mlflow.http import Door
from opstui.backends.mlflow.plain import API
from opstui.backends.mlflow.refusals import RefusalError
from opstui.domain.course import Course
from opstui.domain.errors import OpstuiError

PART = 100_000
"""Steps that are asked for at once."""
MOST_PARTS = 20
"""Parts of one run at most, so that there is an end to it; longer runs have longer parts."""
LEAST = 50
"""Values of a part at least."""
AT_ONCE = 2
"""Requests under way at the same time; more do not make one server faster."""
HALVINGS = 3
"""Times that a part is halved which the server is too slow for."""
FARTHEST = 2**62
"""Beyond every step that MLflow keeps comfortably, both ways."""

Grown = Callable[[tuple[Course, ...]], None]
"""Takes what is known of all runs by now."""
Make = Callable[[str, list[Json], bool], Course]
"""A run's course of values as the server gave them, and whether some were left out."""


class Parts:
    """One metric of some runs, in the order of their steps as far as requests go."""

    def __init__(self, door: Door, metric: str, wanted: int, make: Make) -> None:
        """wanted: values of a run that are enough."""
        self._door = door
        self._metric = metric
        self._wanted = wanted
        self._make = make
        self._found: dict[str, list[Json]] = {}
        self._sampled: set[str] = set()
        self._jobs: deque[tuple[str, int, int, int, int]] = deque()
        """Run, first step, last step, values that are enough, halvings that are left."""

    async def courses(
        self, runs: Sequence[str], interval: tuple[int, int] | None, grown: Grown | None
    ) -> tuple[Course, ...]:
        """One course for each run, in their order; raises what the server's refusal is."""
        self._found = {run: [] for run in runs}
        cut = [await self._cut(run, interval) for run in runs]
        longest = max(map(len, cut), default=0)
        # the first parts of all runs first, so that all lines grow together
        self._jobs.extend(jobs[n] for n in range(longest) for jobs in cut if n < len(jobs))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(self._work(runs, grown))
        except ExceptionGroup as errors:
            expected, _ = errors.split(OpstuiError)
            if expected is None:
                raise
            raise expected.exceptions[0] from None
        return self._known(runs)

    def _known(self, runs: Sequence[str]) -> tuple[Course, ...]:
        return tuple(self._make(run, self._found[run], run in self._sampled) for run in runs)

    async def _cut(
        self, run: str, interval: tuple[int, int] | None
    ) -> list[tuple[str, int, int, int, int]]:
        """The parts of a run, the first and the last of them open where the whole is asked for."""
        low, high = (0, await self._last_step(run)) if interval is None else interval
        count = max(1, min(MOST_PARTS, -(-(high - low) // PART)))
        edges = [low + (high - low) * n // count for n in range(count)]
        firsts = [-FARTHEST if interval is None else low, *edges[1:]]
        lasts = [*(edge - 1 for edge in edges[1:]), FARTHEST if interval is None else high]
        enough = max(LEAST, self._wanted // count)
        return [(run, first, last, enough, HALVINGS)
                for first, last in zip(firsts, lasts, strict=True)]

    async def _last_step(self, run: str) -> int:
        """Where the metric stands, by `GET runs/get`; 0 without it."""
        answer = await self._door.read("GET", f"{API}/runs/get", {"run_id": run})
        data = answer.inner("run").inner("data")
        return max((one.whole("step") for one in data.objects("metrics")
                    if one.text("key") == self._metric), default=0)

    async def _work(self, runs: Sequence[str], grown: Grown | None) -> None:
        while self._jobs:
            run, first, last, enough, halvings = self._jobs.popleft()
            try:
                answer = await self._door.read(
                    "GET", f"{API}/metrics/get-history-bulk-interval", {
                        "run_ids": [run], "metric_key": self._metric, "max_results": enough,
                        "start_step": first, "end_step": last,
                    },
                )
            except RefusalError:
                raise
            except OpstuiError:  # too slow, as far as can be told
                if not halvings or last - first < 2 or abs(first) == FARTHEST == last:
                    raise
                middle = self._middle(first, last)
                half = max(LEAST, enough // 2)
                self._jobs.extendleft((
                    (run, middle + 1, last, half, halvings - 1),
                    (run, first, middle, half, halvings - 1),
                ))
                continue
            values = list(answer.objects("metrics"))
            self._found[run] += values
            if len(values) >= enough:
                self._sampled.add(run)
            if grown is not None:
                grown(self._known(runs))

    @staticmethod
    def _middle(first: int, last: int) -> int:
        """Half way; of an open end, a part behind the other one."""
        if first == -FARTHEST:
            return last - PART // 2
        return first + PART // 2 if last == FARTHEST else (first + last) // 2
