"""Runs of one experiment: sorted, filtered and cut into pages by the server."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from opstui.domain.experiment import Experiment, Run
from opstui.domain.page import Page
from opstui.domain.promotion import Direction, direction_of
from opstui.domain.run_query import (
    ATTRIBUTES,
    field,
    filter_of,
    is_query,
    matches,
    order_of,
)
from opstui.domain.words import age, duration, number, short
from opstui.operations.world import World
from opstui.panes import run_detail
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, glyph, line
from opstui.ui.view import View

MOST = 24
"""Metrics, and parameters, that get a column at most; the narrow ones of them are seen."""
NEWEST = "attributes.start_time DESC"


class RunsView(View[Run]):
    """The runs of an experiment, newest first unless asked otherwise."""

    kind: ClassVar[str] = "runs"
    noun = "run"
    interval = 10.0

    def __init__(self, world: World, experiment: Experiment) -> None:
        self._world = world
        self._experiment = experiment
        self.title = experiment.name
        self._filter = ""
        self._order = NEWEST
        self._where = ""
        self._metrics: tuple[str, ...] = ()
        self._params: tuple[str, ...] = ()
        self._telling: tuple[str, ...] = ()
        self._tags: tuple[str, ...] = ()

    def columns(self) -> tuple[Column[Run], ...]:
        """State and name, the metrics that most runs have, and what else there is room for."""
        now = self._world.clock()
        plain = self._world.ascii_only
        return (
            Column("status", "State", lambda run: glyph(run.status, ascii_only=plain), width=1,
                   sort=lambda run: run.status.word),
            Column("name", "Name", lambda run: run.name, grow=1,
                   sort=lambda run: run.name.casefold()),
            *(self._metric(name, order) for order, name in enumerate(self._metrics)),
            *(_param(name, order) for order, name in enumerate(self._telling)),
            Column("commit", "Commit", lambda run: short(run.commit), width=7, drop=30,
                   sort=lambda run: run.commit or None),
            Column("user", "User", lambda run: run.user, width=10, drop=35,
                   sort=lambda run: run.user or None),
            Column("age", "Age", lambda run: age(run.started, now), width=3, right=True, drop=1,
                   sort=lambda run: run.started, best_first=True),
            Column("took", "Took", lambda run: _took(run), width=6, right=True, drop=25),
        )

    def _metric(self, name: str, order: int) -> Column[Run]:
        """The first metric stays the longest; sorting begins with the best, where it is known."""
        lower = direction_of(name, self._world.rules.directions) is Direction.DOWN
        return Column(
            f"metrics.{name}", name, lambda run: number(run.metric(name)), width=9, right=True,
            drop=2 + order, sort=lambda run: run.metric(name), best_first=not lower,
        )

    async def load(self, token: str = "") -> Page[Run]:
        """One page as the server cuts it; a filter it does not understand is an OpstuiError."""
        text, order = self._filter, self._order
        page = await self._world.tracking.runs(
            self._experiment.id, filter=filter_of(text), order_by=order, token=token
        )
        self._where = await self._world.tracking.where()
        runs = page.items
        if text and not is_query(text):
            runs = tuple(run for run in runs if matches(text, run.name))
        if not token:
            self._learn(runs)
        return Page(runs, page.token)

    def _learn(self, runs: Sequence[Run]) -> None:
        """Choose the columns from a first page; an empty one teaches nothing."""
        if not runs:
            return
        self._metrics = _common(
            (name for run in runs for name, _ in run.metrics),
            last=lambda name: name.startswith("system/"),
        )
        self._params = _common(
            (name for run in runs for name, _ in run.params), last=lambda name: False
        )
        self._telling = _differing(runs)
        self._tags = _common(
            (name for run in runs for name, _ in run.tags),
            last=lambda name: name.startswith("mlflow."),
        )

    def empty(self) -> Sequence[Line]:
        """Whether it is the filter's doing, else how to get a first run."""
        if self._filter:
            return (
                line(("no run matches ", "dim"), self._filter),
                line(("/", "key"), (" changes the filter", "dim")),
            )
        return (
            line(("no runs yet", "dim")),
            line(("train with ", "dim"), f"MLFLOW_TRACKING_URI={self._where}"),
        )

    def name(self, item: Run) -> str:
        """The name it was given, else its id."""
        return item.name or item.id

    def words(self, item: Run) -> str:
        """Its name; the server filters by everything else."""
        return item.name

    def details(self, item: Run) -> Sequence[Detail]:
        """Facts, charts, artifacts."""
        world = self._world

        async def facts(width: int) -> Sequence[Line]:
            return await run_detail.facts(world, item)

        async def charts(width: int) -> Sequence[Line]:
            return await run_detail.charts(world, item, width)

        async def artifacts(width: int) -> Sequence[Line]:
            return await run_detail.artifacts(world, item)

        return (
            Detail(f"run/{item.id}", "Run", facts),
            Detail(f"run/{item.id}/charts", "Charts", charts),
            Detail(f"run/{item.id}/artifacts", "Artifacts", artifacts),
        )

    def copies(self, item: Run) -> Sequence[tuple[str, str]]:
        """Id, name and commit."""
        every = (("run id", item.id), ("name", item.name), ("commit", item.commit))
        return tuple((what, text) for what, text in every if text)

    async def url(self, item: Run) -> str:
        """Its page in MLflow."""
        await asyncio.sleep(0)
        return self._world.tracking.run_url(item)

    def server_filter(self, text: str) -> bool:
        """Always the server's: in MLflow's own language, or bare words for the name."""
        self._filter = text.strip()
        return True

    def server_sort(self, column: str, descending: bool) -> bool:
        """Always the server's; without a column it is newest first again."""
        self._order = order_of(column, descending) or NEWEST
        return True

    def filter_hint(self) -> str:
        """An example of the language."""
        name = field("metrics", self._metrics[0]) if self._metrics else "metrics.auc"
        return f"name, or {name} > 0.9 AND attributes.status = 'FINISHED'"

    def filter_words(self) -> Sequence[str]:
        """Everything a filter can name here."""
        return (
            *(field("metrics", name) for name in self._metrics),
            *(field("params", name) for name in self._params),
            *(field("tags", name) for name in self._tags),
            *ATTRIBUTES,
        )


def _param(name: str, order: int) -> Column[Run]:
    """Parameters go before anything else."""
    return Column(
        f"params.{name}", name, lambda run: dict(run.params).get(name, ""), width=12,
        drop=40 + order, sort=lambda run: dict(run.params).get(name),
    )


def _took(run: Run) -> str:
    if run.started is None or run.finished is None:
        return ""
    return duration((run.finished - run.started).total_seconds())


def _common(names: Iterable[str], *, last: Callable[[str], bool]) -> tuple[str, ...]:
    """The most common names first, equally common ones by name, `last` ones behind them."""
    counted = Counter(names)
    ranked = sorted(counted, key=lambda name: (last(name), -counted[name], name))
    return tuple(ranked[:MOST])


def _differing(runs: Sequence[Run]) -> tuple[str, ...]:
    """Parameters that tell these runs apart, the most common first."""
    counted: Counter[str] = Counter()
    values: dict[str, set[str]] = {}
    for run in runs:
        for name, value in run.params:
            counted[name] += 1
            values.setdefault(name, set()).add(value)
    telling = [
        name for name in counted if len(values[name]) > 1 or counted[name] < len(runs)
    ]
    return tuple(sorted(telling, key=lambda name: (-counted[name], name))[:MOST])
