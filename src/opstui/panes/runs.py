"""Runs of one experiment: sorted, filtered and cut into pages by the server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from opstui.domain.experiment import Experiment, Run
from opstui.domain.page import Page
from opstui.domain.run_query import (
    ATTRIBUTES,
    among,
    both,
    doubtful,
    field,
    filter_of,
    is_query,
    matches,
    order_of,
)
from opstui.operations.world import World
from opstui.panes import run_detail
from opstui.panes.artifacts import Loading
from opstui.panes.beside import RunsBeside
from opstui.panes.run_acts import RunActs
from opstui.panes.run_columns import RunColumns
from opstui.panes.run_nest import NEWEST, Nest
from opstui.panes.run_register import RunRegister
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

RENEWED = 100
"""Runs behind the first page that are looked at again in one go."""


class RunsView(View[Run]):
    """The runs of an experiment, newest first unless asked otherwise.

    As long as nothing is filtered or sorted, runs nested in others are inside of those.
    """

    kind: ClassVar[str] = "runs"
    parts = (RunActs, RunRegister, RunsBeside)
    noun = "run"
    interval = 10.0

    def __init__(self, world: World, experiment: Experiment) -> None:
        self.world = world
        self.experiment = experiment
        self.title = experiment.name
        self.nest = Nest(world.tracking, experiment.id)
        self.flat = False
        """Nested runs are shown for themselves."""
        self.loading: dict[str, Loading] = {}
        """Downloads of artifacts under way, by their keys."""
        self.columns_of = RunColumns(world, self._name)
        self._filter = ""
        self._order = NEWEST
        self._where = ""
        self._remembered = False
        self._first: tuple[str, ...] = ()
        """Ids of the first page, as it was read last."""
        self._running: set[str] = set()
        """Ids of the runs behind it that were not finished when they were read."""
        self._probed = False
        self._deep = False
        """Whether more than the first page was read."""

    @property
    def folds(self) -> bool:
        """Whether nested runs are inside of their parents."""
        return not self.flat and not self._filter and self._order == NEWEST

    def columns(self) -> tuple[Column[Run], ...]:
        """State and name, then what was picked, else what tells most."""
        return self.columns_of.columns()

    def _name(self, run: Run) -> Line:
        """Its name, further in and with a mark where runs are nested."""
        name = run.name or run.id
        if not self.folds:
            return line(name)
        mark = ""
        if self.nest.is_parent(run):
            arrows = ("v ", "> ") if self.world.ascii_only else ("▾ ", "▸ ")
            mark = arrows[0] if self.nest.is_open(run.id) else arrows[1]
        indent = "  " * self.nest.depth(run)
        return (Span(f"{indent}{mark}", "dim"), Span(name)) if indent or mark else line(name)

    async def load(self, token: str = "") -> Page[Run]:
        """One page as the server cuts it; a filter it does not understand is an OpstuiError.

        With the first page come those runs behind it that may have changed.
        """
        fresh = self.asked
        page = await self._ask(token)
        self._where = await self.world.tracking.where()
        if not self._remembered:
            await self._remember()
        self.world.board.runs.learn(self.experiment.id, page.items)
        ids = tuple(run.id for run in page.items)
        running = {run.id for run in page.items if not run.status.finished}
        self.columns_of.learn(page.items, first=not token)
        if not token and not fresh:
            self.columns_of.widen(self.nest.inside())
        self.nest.learn(page.items)
        if token:
            self._deep = True
            self._running |= running - set(self._first)
            return page
        if fresh or not self._deep:
            self._deep, self._running, self._first = False, set(), ids
            if fresh:
                self.nest.close()
            if self.folds and (fresh or running or not self._probed):
                self._probed = True
                self.columns_of.learn(await self.nest.probe(), first=False)
        changed, gone = await self._renewed(ids)
        self._first = ids
        return Page(page.items, page.token, changed=changed, gone=gone)

    async def _ask(self, token: str = "", *, ids: Sequence[str] = ()) -> Page[Run]:
        """A page of what is filtered; of these runs only where `ids` names some."""
        text = self._filter
        query = filter_of(text)
        page = await self.world.tracking.runs(
            self.experiment.id, filter=both(query, among(ids)) if ids else query,
            order_by=self._order, token=token, limit=len(ids) or 100,
            parent="" if self.folds and not ids else None,
        )
        if text and not is_query(text):
            return Page(tuple(run for run in page.items if matches(text, run.name)), page.token)
        return page

    async def _renewed(self, first: tuple[str, ...]) -> tuple[tuple[Run, ...], frozenset[str]]:
        """Runs that are not on the first page and may have changed: as they are, or no more."""
        left = [] if not self._deep else [*self._running, *self._first]
        known = set(first)
        self._running -= known
        wanted = [one for one in dict.fromkeys((*self.nest.running(), *left)) if one not in known]
        asked = wanted[:RENEWED]
        if not asked:
            return (), frozenset()
        found = (await self._ask(ids=asked)).items
        gone = frozenset(asked) - {run.id for run in found}
        self._running -= set(asked)
        if self._deep:
            self._running |= {run.id for run in found if not run.status.finished}
        self.nest.renew(found, gone)
        return found, gone

    async def _remember(self) -> None:
        """Take the columns that the person picked for this experiment once."""
        self._remembered = True
        if self.world.choices is not None:
            self.columns_of.picked = await self.world.choices.columns(self._place)

    async def choose(self, picked: tuple[str, ...] | None) -> None:
        """Have these columns from now on; None for the usual ones."""
        self.columns_of.picked = picked
        if self.world.choices is not None:
            await self.world.choices.keep_columns(self._place, picked)

    @property
    def _place(self) -> str:
        """What the choice is remembered under."""
        return f"{self._where} {self.experiment.id}"

    def unfolded(self, items: Sequence[Run]) -> Sequence[Run]:
        """The runs with those nested in the unfolded ones."""
        return self.nest.unfolded(items) if self.folds else items

    def empty(self) -> Sequence[Line]:
        """Why a filter may find nothing, else how to get a first run."""
        if self._filter:
            why = doubtful(self._filter, {
                "metrics": self.columns_of.metrics, "params": self.columns_of.params,
                "tags": self.columns_of.tags,
            })
            return tuple(line((one, "warn")) for one in why)
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
        return run_detail.details(self.world, item)

    def copies(self, item: Run) -> Sequence[tuple[str, str]]:
        """Id, name, commit and dataset digests."""
        every = (("run id", item.id), ("name", item.name), ("commit", item.commit),
                 *((f"digest of {name}", digest) for name, digest in item.datasets))
        return tuple((what, text) for what, text in every if text)

    async def url(self, item: Run) -> str:
        """Its page in MLflow."""
        await asyncio.sleep(0)
        return self.world.tracking.run_url(item)

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
        best = self.columns_of.best_metric()
        name = field("metrics", best) if best else "metrics.auc"
        return f"name, or {name} > 0.9 AND attributes.status = 'FINISHED'"

    def filter_words(self) -> Sequence[str]:
        """Everything a filter can name here."""
        known = self.columns_of
        return tuple(
            field(kind, name)
            for kind, names in (
                ("metrics", known.metrics), ("params", known.params), ("tags", known.tags)
            )
            for name in names
        ) + ATTRIBUTES
