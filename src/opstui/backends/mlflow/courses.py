"""Metrics' histories: of many runs in one request, sampled by the server, or value by value.

`GET metrics/get-history-bulk-interval` (MLflow's own interface draws by it) gives at most 2500
values a run, evenly chosen between the first and the last, and every value of a narrower interval
of steps. It names its runs again and again in the query. Servers without it have
`GET metrics/get-history`, page by page.
"""

from __future__ import annotations

import math
from array import array
from asyncio import sleep, timeout
from collections.abc import Iterable, Sequence

from opstui.backends.json_object import Json
from opstui.backends.mlflow.course_parts import FARTHEST, Grown, Parts
from opstui.backends.mlflow.http import Door
from opstui.backends.mlflow.plain import API
from opstui.backends.mlflow.refusals import RefusalError
from opstui.domain.course import Course

MOST_SAMPLED = 2500
"""Values of a run that the server gives at most when it samples."""
MOST_RUNS = 100
"""Runs that it takes in one request."""
PAGE = 5000
"""Values on a page where every one is read; more would hold up the keys."""
MOST = 1_000_000
"""Values of one run that are read at most."""
PATIENCE = 4.0
"""Seconds that one request for everything may take before it is asked for in parts."""


class Sampled:
    """Courses as a server samples them; remembers which ones take it long."""

    def __init__(self) -> None:
        self._slow: set[tuple[str, ...]] = set()

    async def courses(
        self, door: Door, runs: Sequence[str], metric: str,
        interval: tuple[int, int] | None, points: int, grown: Grown | None = None,
    ) -> tuple[Course, ...]:
        """One course for each run, in their order; empty where the run has no such metric.

        grown: told what is known by then, where it comes in parts.
        """
        wanted, mark = max(2, min(points, MOST_SAMPLED)), (metric, *runs)
        if mark not in self._slow:
            try:
                async with timeout(PATIENCE):
                    return await sampled(door, runs, metric, interval, wanted)
            except TimeoutError:
                if len(self._slow) > MOST_RUNS:
                    self._slow.clear()
                self._slow.add(mark)
        parts = Parts(door, metric, wanted, lambda run, values, left_out: course(
            run, values, left_out=left_out
        ))
        return await parts.courses(runs, interval, grown)


async def sampled(
    door: Door, runs: Sequence[str], metric: str, interval: tuple[int, int] | None, wanted: int
) -> tuple[Course, ...]:
    """The same in one request for a hundred runs each."""
    found: dict[str, list[Json]] = {run: [] for run in runs}
    try:
        for start in range(0, len(runs), MOST_RUNS):
            query: dict[str, str | int | Sequence[str]] = {
                "run_ids": list(runs[start : start + MOST_RUNS]), "metric_key": metric,
                "max_results": wanted,
            }
            if interval is not None:
                low, high = interval
                query["start_step"] = max(-FARTHEST, low)
                query["end_step"] = min(FARTHEST, high)
            answer = await door.read("GET", f"{API}/metrics/get-history-bulk-interval", query)
            for one in answer.objects("metrics"):
                found.setdefault(one.text("run_id"), []).append(one)
    except RefusalError as error:
        if error.status != 404 or error.code:  # with a code it is a run that is missing
            raise
        return tuple([await whole(door, run, metric, interval) for run in runs])
    return tuple(
        course(run, found[run], left_out=len(found[run]) >= wanted) for run in runs
    )


async def whole(
    door: Door, run: str, metric: str, interval: tuple[int, int] | None = None
) -> Course:
    """Every value of one run, page by page; a million at most."""
    values: list[Json] = []
    query: dict[str, str | int | Sequence[str]] = {
        "run_id": run, "metric_key": metric, "max_results": PAGE,
    }
    read = 0
    while True:
        answer = await door.read("GET", f"{API}/metrics/get-history", query)
        page = list(answer.objects("metrics"))
        read += len(page)
        values += page if interval is None else [
            one for one in page if interval[0] <= one.whole("step") <= interval[1]
        ]
        token = answer.text("next_page_token")
        if not token or token == query.get("page_token") or read >= MOST:
            return course(run, values, left_out=bool(token))
        query["page_token"] = token
        await sleep(0)


def course(run: str, values: Iterable[Json], *, left_out: bool) -> Course:
    """The values in order: by step, then by time."""
    rows = sorted(
        (one.whole("step"), one.whole("timestamp"), one.real("value")) for one in values
    )
    return Course(
        run, [step for step, _, _ in rows], array("d", (value for _, _, value in rows)),
        array("d", (time / 1000 if time else math.nan for _, time, _ in rows)), left_out,
    )
