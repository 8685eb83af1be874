"""Which columns a list of runs has: those that tell most, or those that the person picked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from opstui.domain.experiment import Run
from opstui.domain.promotion import Direction, direction_of
from opstui.domain.words import age, duration, number, short
from opstui.operations.world import World
from opstui.ui.column import Cell, Column
from opstui.ui.desk import Choice
from opstui.ui.paint import glyph

MOST = 24
"""Metrics, and parameters, that get a column at most; the narrow ones of them are seen."""
NAMES = 5000
"""Names of each kind that are remembered at most."""
FACTS = (("commit", "Commit"), ("dataset", "Dataset"), ("user", "User"), ("age", "Age"),
         ("took", "Took"))
"""The columns that every list of runs can have."""
BY_ITSELF = "*"
"""The choice that gives the person's own choice up."""


class RunColumns:
    """Learns what was logged from the runs that are read."""

    def __init__(self, world: World, name: Callable[[Run], Cell]) -> None:
        """`name` writes the name's cell."""
        self._world = world
        self._name = name
        self.metrics: dict[str, None] = {}
        self.params: dict[str, None] = {}
        self.tags: dict[str, None] = {}
        """The names that were read by now, the most common of the first page first."""
        self._usual: tuple[str, ...] = ()
        self._telling: tuple[str, ...] = ()
        self.picked: tuple[str, ...] | None = None
        """Ids of the columns that the person picked; None where they left that to us."""

    def learn(self, runs: Sequence[Run], *, first: bool) -> None:
        """Take the names from a page; an empty one teaches nothing.

        first: it is the first page, which settles the columns that are shown by themselves.
        """
        if not runs:
            return
        metrics = self._meet(runs)
        if first:
            self._telling = _differing(runs)
            self._usual = _most_common(metrics)

    def widen(self, runs: Sequence[Run]) -> None:
        """Show columns for what these runs have too: they were unfolded among the others."""
        self._usual = tuple(dict.fromkeys((*self._usual, *_most_common(self._meet(runs)))))
        self._telling = tuple(dict.fromkeys((*self._telling, *_differing(runs))))

    def _meet(self, runs: Sequence[Run]) -> Counter[str]:
        """Remember the names that runs have; how often each metric occurs."""
        metrics = Counter(name for run in runs for name, _ in run.metrics)
        params = Counter(name for run in runs for name, _ in run.params)
        tags = Counter(name for run in runs for name, _ in run.tags)
        for known, counted in ((self.metrics, metrics), (self.params, params), (self.tags, tags)):
            names = [name for name, _ in counted.most_common() if name not in known]
            known.update(dict.fromkeys(names[: max(0, NAMES - len(known))]))
        return metrics

    def columns(self) -> tuple[Column[Run], ...]:
        """State and name, then what was picked, else what tells most."""
        now = self._world.clock()
        plain = self._world.ascii_only
        always = (
            Column[Run]("status", "State", lambda run: glyph(run.status, ascii_only=plain),
                        width=1, sort=lambda run: run.status.word),
            Column[Run]("name", "Name", self._name, grow=1, sort=lambda run: run.name.casefold()),
        )
        facts = {column.id: column for column in _facts(now)}
        if self.picked is None:
            return (
                *always,
                *(self._metric(name, 2 + n) for n, name in enumerate(self._usual)),
                *(_param(name, 40 + n) for n, name in enumerate(self._telling)), *facts.values(),
            )
        return (*always, *(
            facts[id] if id in facts else self._named(id, 2 + n)
            for n, id in enumerate(self.picked) if id in facts or "." in id
        ))

    def choices(self) -> tuple[Choice, ...]:
        """Everything that can have a column: what is shown first, then by name."""
        shown = [column.id for column in self.columns()][2:]
        every = {id: Choice(id, title) for id, title in FACTS}
        for kind, names in (("metric", self.metrics), ("param", self.params), ("tag", self.tags)):
            every |= {f"{kind}s.{one}": Choice(f"{kind}s.{one}", one, kind)
                      for one in sorted(names, key=lambda one: (one.startswith("mlflow."), one))}
        for id in shown:
            kind, _, name = id.partition(".")
            every.setdefault(id, Choice(id, name or id, kind.removesuffix("s")))
        first = (every.pop(id) for id in shown)
        by_itself = Choice(BY_ITSELF, "the usual ones, as opstui chooses them")
        return (*first, *every.values(), by_itself)

    def shown(self) -> tuple[str, ...]:
        """Ids of the columns that can be left out."""
        return tuple(column.id for column in self.columns())[2:]

    def best_metric(self) -> str:
        """The metric that stays the longest; empty without any."""
        return next(iter(self._usual), "")

    def _named(self, id: str, drop: int) -> Column[Run]:
        kind, _, name = id.partition(".")
        if kind == "metrics":
            return self._metric(name, drop)
        return _param(name, drop) if kind == "params" else _tag(name, drop)

    def _metric(self, name: str, drop: int) -> Column[Run]:
        """Sorting begins with the best, where it is known."""
        lower = direction_of(name, self._world.rules.directions) is Direction.DOWN
        return Column(
            f"metrics.{name}", name, lambda run: number(run.metric(name)), width=9, right=True,
            drop=drop, sort=lambda run: run.metric(name), best_first=not lower,
        )


def _facts(now: datetime) -> tuple[Column[Run], ...]:
    return (
        Column("commit", "Commit", lambda run: short(run.commit), width=7, drop=30,
               sort=lambda run: run.commit or None),
        Column("dataset", "Dataset", _datasets, width=10, drop=38),
        Column("user", "User", lambda run: run.user, width=10, drop=35,
               sort=lambda run: run.user or None),
        Column("age", "Age", lambda run: age(run.started, now), width=3, right=True, drop=1,
               sort=lambda run: run.started, best_first=True),
        Column("took", "Took", lambda run: took(run, now), width=6, right=True, drop=25),
    )


def _param(name: str, drop: int) -> Column[Run]:
    """Parameters go before anything else."""
    return Column(
        f"params.{name}", name, lambda run: dict(run.params).get(name, ""), width=12, drop=drop,
        sort=lambda run: dict(run.params).get(name),
    )


def _tag(name: str, drop: int) -> Column[Run]:
    return Column(
        f"tags.{name}", name, lambda run: run.tag(name), width=12, drop=drop,
        sort=lambda run: run.tag(name) or None,
    )


def _datasets(run: Run) -> str:
    """The first dataset's digest, and how many more there are."""
    digests = tuple(dict.fromkeys(digest for _, digest in run.datasets))
    more = f" +{len(digests) - 1}" if len(digests) > 1 else ""
    return f"{digests[0][:8]}{more}" if digests else ""


def took(run: Run, now: datetime) -> str:
    """How long it took; for one under way, how long it runs."""
    if run.started is None or (run.finished is None and run.status.finished):
        return ""
    return duration(max(0.0, ((run.finished or now) - run.started).total_seconds()))


def _most_common(metrics: Counter[str]) -> tuple[str, ...]:
    """The most common first, equally common ones by name, the system's own behind them."""
    return tuple(sorted(metrics, key=lambda name: (
        name.startswith("system/"), -metrics[name], name
    ))[:MOST])


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
