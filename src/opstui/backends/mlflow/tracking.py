"""Experiments, runs, metrics and artifacts over MLflow's REST API.

Endpoints: https://mlflow.org/docs/latest/rest-api.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite
from urllib.parse import quote

from opstui.backends.mlflow import courses, decode, search
from opstui.backends.mlflow.doorway import Doorway
from opstui.backends.mlflow.plain import API, EXPERIMENTS
from opstui.domain.course import Course
from opstui.domain.experiment import Artifact, Experiment, MetricPoint, Run
from opstui.domain.page import Page

ARTIFACT_PAGES = 20
"""Pages of one folder that are read at most."""
_VERSION = re.compile(r"\d+(?:\.\w+){1,5}")


class MlflowTracking:
    """An MLflow tracking server. Implements `protocols.Tracking`."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway
        self._sampled = courses.Sampled()

    async def where(self) -> str:
        """The server's address without secrets."""
        return (await self._doorway.door()).base

    async def version(self) -> str:
        """The server's MLflow version, by `GET /version`."""
        door = await self._doorway.door()
        text = await door.read_text("/version")
        if not _VERSION.fullmatch(text):
            raise decode.not_mlflow("no version", door.base)
        return text

    async def experiments(self, token: str = "") -> Page[Experiment]:
        """Experiments, last changed first, by `POST experiments/search`."""
        door = await self._doorway.door()
        body = {**(EXPERIMENTS.body or {}), **({"page_token": token} if token else {})}
        answer = await door.read(EXPERIMENTS.method, EXPERIMENTS.path, body=body)
        items = tuple(decode.experiment(one) for one in answer.objects("experiments"))
        return Page(items, answer.text("next_page_token"))

    async def runs(
        self, experiment: str, *, filter: str = "", order_by: str = "", token: str = "",
        limit: int = 100, parent: str | None = None,
    ) -> Page[Run]:
        """A page of an experiment's runs, by `POST runs/search`.

        filter, order_by: in MLflow's own language, such as "metrics.auc > 0.9" and
        "metrics.auc DESC"; several orders are separated by commas. What MLflow cannot read is an
        OpstuiError with MLflow's own words. parent: only the runs nested in this one, and those
        nested in none where it is empty.
        """
        return await search.runs(await self._doorway.door(), search.Search(
            experiment, filter, order_by, token, limit, parent
        ))

    async def run(self, run_id: str) -> Run:
        """One run, by `GET runs/get`."""
        door = await self._doorway.door()
        answer = await door.read("GET", f"{API}/runs/get", {"run_id": run_id})
        return decode.run(answer.inner("run"))

    async def history(
        self, run_id: str, metric: str, points: int = 320
    ) -> tuple[MetricPoint, ...]:
        """A metric's course in one run, thinned to about so many points, as `courses` reads it."""
        [one] = await self.courses([run_id], metric, points=points)
        found = tuple(
            MetricPoint(step, value, datetime.fromtimestamp(time, UTC) if isfinite(time) else None)
            for step, value, time in zip(one.steps, one.values, one.times, strict=True)
        )
        return thinned(found, 2 * max(1, points))

    async def courses(
        self, run_ids: Sequence[str], metric: str, *, interval: tuple[int, int] | None = None,
        points: int = 1000, grown: Callable[[tuple[Course, ...]], None] | None = None,
    ) -> tuple[Course, ...]:
        """A metric's course in several runs at once, by `GET metrics/get-history-bulk-interval`.

        interval: the first and last step that are wanted; None for all. points: values of a run
        that are enough, 2500 at most; the server chooses them evenly. grown: told what is known
        by then where the server takes so long that they are asked for in parts.
        """
        return await self._sampled.courses(
            await self._doorway.door(), run_ids, metric, interval, points, grown
        )

    async def whole_course(self, run_id: str, metric: str) -> Course:
        """Every value of a metric, by pages of `GET metrics/get-history`; a million at most."""
        return await courses.whole(await self._doorway.door(), run_id, metric)

    async def artifacts(self, run_id: str, path: str = "") -> tuple[Artifact, ...]:
        """One folder of a run's artifacts, by `GET artifacts/list`; folders first."""
        door = await self._doorway.door()
        query: dict[str, str | int] = {"run_id": run_id}
        if path:
            query["path"] = path
        found: dict[str, Artifact] = {}
        for _ in range(ARTIFACT_PAGES):
            answer = await door.read("GET", f"{API}/artifacts/list", query)
            found |= {one.path: one for one in map(decode.artifact, answer.objects("files"))}
            token = answer.text("next_page_token")
            if not token or token == query.get("page_token"):
                break
            query["page_token"] = token
        return tuple(sorted(found.values(), key=lambda one: (not one.is_dir, one.path)))

    def run_url(self, run: Run) -> str:
        """The run's page in MLflow's own interface; empty while there is no server."""
        base = self._doorway.base()
        link = f"#/experiments/{quote(run.experiment_id, safe='')}/runs/{quote(run.id, safe='')}"
        return f"{base}/{link}" if base else ""


def thinned(points: tuple[MetricPoint, ...], most: int) -> tuple[MetricPoint, ...]:
    """Evenly chosen points, the first and the last among them."""
    if len(points) <= most or most < 2:
        return points
    step = (len(points) - 1) / (most - 1)
    return tuple(points[round(index * step)] for index in range(most))
