"""Experiments: the folders of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from opstui.domain.experiment import Experiment
from opstui.domain.page import Page
from opstui.domain.words import age
from opstui.operations.world import World
from opstui.panes.mlflow_view import MlflowView
from opstui.panes.run_detail import pairs
from opstui.panes.runs import RunsView
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, line
from opstui.ui.view import View


class ExperimentsView(MlflowView[Experiment]):
    """Every experiment of the tracking server, last changed first; a new run is no change to it."""

    kind: ClassVar[str] = "experiments"
    title = "Experiments"
    noun = "experiment"
    interval = 30.0

    def __init__(self, world: World) -> None:
        super().__init__(world, world.tracking.where)
        self._where = ""

    def columns(self) -> tuple[Column[Experiment], ...]:
        """Name, and how long ago it was changed and made."""
        now = self._world.clock()
        return (
            Column("name", "Name", lambda one: one.name, grow=1,
                   sort=lambda one: one.name.casefold()),
            Column("updated", "Upd", lambda one: age(one.updated, now), width=3, right=True,
                   sort=lambda one: one.updated, best_first=True),
            Column("created", "New", lambda one: age(one.created, now), width=3, right=True,
                   drop=2, sort=lambda one: one.created, best_first=True),
        )

    async def load(self, token: str = "") -> Page[Experiment]:
        """One page; the server leaves deleted ones out."""
        page = await self.ask(self._world.tracking.experiments(token))
        self._where = await self._world.tracking.where()
        if not token:
            self._world.board.experiments = page.items
        return page

    def empty(self) -> Sequence[Line]:
        """Where the first run has to be sent."""
        return (
            line(("no experiments yet", "dim")),
            line(("train with ", "dim"), f"MLFLOW_TRACKING_URI={self._where}"),
        )

    def words(self, item: Experiment) -> str:
        """Its name and its tags."""
        return " ".join((item.name, *(f"{name}={value}" for name, value in item.tags)))

    def name(self, item: Experiment) -> str:
        """The name it was given."""
        return item.name

    def child(self, item: Experiment) -> View[Any] | None:
        """Its runs."""
        return RunsView(self._world, item)

    def details(self, item: Experiment) -> Sequence[Detail]:
        """What is known of it."""
        async def load(width: int) -> Sequence[Line]:
            now = self._world.clock()
            facts = (
                ("id", item.id),
                ("updated", age(item.updated, now)),
                ("created", age(item.created, now)),
                ("artifacts", item.artifact_location),
            )
            tags = [pair for pair in item.tags if not pair[0].startswith("mlflow.")]
            return [
                *pairs(facts), *((line(), line(("Tags", "title")), *pairs(tags)) if tags else ()),
                line(), line(("enter", "key"), (" opens its runs", "dim")),
            ]

        return (Detail(f"experiment/{item.id}", "Experiment", load),)

    def copies(self, item: Experiment) -> Sequence[tuple[str, str]]:
        """Name and id."""
        return (("name", item.name), ("id", item.id))
