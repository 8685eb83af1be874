"""Versions of one model: aliases, state, metrics beside the champion's, where they come from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.page import Page
from opstui.domain.words import age, short
from opstui.operations.promotion import champion_of, elsewhere
from opstui.operations.rollback import way_back
from opstui.operations.world import World
from opstui.panes import promoting, version_detail
from opstui.panes.beside import VersionsBeside
from opstui.panes.drift import drift_detail
from opstui.panes.registry_acts import VersionActs
from opstui.panes.run_cache import RunCache
from opstui.panes.serving import DriftActs
from opstui.panes.undoing import UndoActs
from opstui.panes.version_cells import VersionCells, tags
from opstui.panes.version_line import line_detail
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View


def why_not_promote(view: VersionsView, version: ModelVersion) -> str:
    """Why this version can't be promoted."""
    if view.champion in version.aliases and not view.elsewhere:
        return f"it is {view.champion} already"
    return "" if version.ready else "it is not ready"


def why_not_roll_back(view: VersionsView, _version: ModelVersion) -> str:
    """Why there is no way back."""
    return view.no_way_back


def why_no_alias(_view: VersionsView, version: ModelVersion) -> str:
    """Why there is nothing to remove."""
    return "" if version.aliases else "it has no alias"


class VersionsView(View[ModelVersion]):
    """The versions of a model, newest first."""

    kind: ClassVar[str] = "versions"
    parts = (VersionsBeside, VersionActs, DriftActs, UndoActs)
    noun = "version"
    interval = 10.0
    follows = ("ci", "attention")

    def __init__(self, world: World, model: str, runs: RunCache | None = None) -> None:
        self.world = self._world = world
        self.model = model
        self.title = model
        self.champion = world.rules.champion
        self.elsewhere = elsewhere(world.rules, model)
        self.no_way_back = ""
        self._runs = runs or RunCache(world.tracking)
        self._cells = VersionCells(world, self._runs)

    def columns(self) -> tuple[Column[ModelVersion], ...]:
        """Version, aliases, metrics, commit, CI, tags, age."""
        now, cells = self._world.clock(), self._cells
        plain = self._world.ascii_only
        return (
            Column("version", "Ver", lambda one: f"v{one.version}", width=6, right=True,
                   sort=lambda one: one.number, best_first=True),
            Column("status", "State", lambda one: glyph(one.status, ascii_only=plain), width=1,
                   sort=lambda one: one.status.word),
            Column("aliases", "Aliases", cells.aliases, grow=1, least=24,
                   sort=lambda one: ",".join(one.aliases) or None),
            *cells.metric_columns(),
            Column("commit", "Commit", lambda one: Span(short(cells.commit(one)), "dim"), width=7,
                   drop=3, sort=lambda one: cells.commit(one) or None),
            Column("ci", "CI", cells.ci, width=2, drop=2),
            Column("tags", "Tags", tags, width=24, drop=9),
            Column("age", "Age", lambda one: age(one.created, now), width=3, right=True, drop=1,
                   sort=lambda one: one.created, best_first=True),
        )

    async def load(self, token: str = "") -> Page[ModelVersion]:
        """A page of versions, with the runs they come from in a request or two."""
        page = await self._world.registry.versions(self.model, token)
        if not token:
            await self._look_around()
            self._world.board.versions[self.model] = page.items
        champion = self._cells.champion
        known = [*page.items, *([champion] if champion else [])]
        await self._runs.ensure(one.run_id for one in known)
        self._cells.learn(page.items)
        return page

    async def _look_around(self) -> None:
        """What serves now, and whether there is a way back."""
        registered: RegisteredModel = await self._world.registry.model(self.model)
        self._cells.champion = await champion_of(self._world, registered)
        self.no_way_back = await way_back(self._world, registered)

    def empty(self) -> Sequence[Line]:
        """How a version comes here."""
        return (
            line((f"{self.model} has no versions yet", "dim")),
            line(f"mlflow.sklearn.log_model(model, registered_model_name={self.model!r})"),
        )

    def name(self, item: ModelVersion) -> str:
        """Such as `v9`."""
        return f"v{item.version}"

    def words(self, item: ModelVersion) -> str:
        """Version, aliases, tags, commit, run, description."""
        pairs = (f"{name}={value}" for name, value in item.tags)
        return " ".join((
            f"v{item.version}", *item.aliases, *pairs, self._cells.commit(item), item.run_id,
            item.description, item.user,
        ))

    def details(self, item: ModelVersion) -> Sequence[Detail]:
        """Facts, metrics, evidence, history; the metrics over all versions."""
        told = version_detail.details(self._world, item, self._cells.champion, self._runs)
        return (*told, drift_detail(self._world, self.model),
                line_detail(self._world, self.model, self._runs))

    def copies(self, item: ModelVersion) -> Sequence[tuple[str, str]]:
        """The URI that loads it, run, commit, source."""
        every = (
            ("model URI", f"models:/{item.model}/{item.version}"), ("run id", item.run_id),
            ("commit", self._cells.commit(item)), ("source", item.source),
        )
        return tuple((what, text) for what, text in every if text)

    async def url(self, item: ModelVersion) -> str:
        """Its page in MLflow."""
        await asyncio.sleep(0)
        return self._world.registry.model_url(item.model, item.version)

    @action("p", "Promote", changes=promoting.KINDS, when=why_not_promote)
    async def promote(self, version: ModelVersion, desk: Desk) -> None:
        """Let an alias name this version, after a page that says what is known."""
        await promoting.promote(self._world, desk, version.model, version.version)
        self.no_way_back = ""  # what the next load knows better

    @action("b", "Roll back", changes=promoting.KINDS, when=why_not_roll_back)
    async def roll_back(self, version: ModelVersion, desk: Desk) -> None:
        """Let the champion be the version that served before."""
        await promoting.roll_back(self._world, desk, version.model)
        self.no_way_back = ""  # what the next load knows better

    @action("a", "Alias", changes=promoting.KINDS)
    async def alias(self, version: ModelVersion, desk: Desk) -> None:
        """Let an alias of any name name this version."""
        await promoting.set_alias(self._world, desk, version)
        self.no_way_back = ""  # what the next load knows better

    @action("x", "Remove alias", changes=promoting.KINDS, when=why_no_alias, footer=False)
    async def remove_alias(self, version: ModelVersion, desk: Desk) -> None:
        """Remove one of its aliases."""
        await promoting.remove_alias(self._world, desk, version)
        self.no_way_back = ""  # what the next load knows better

    @action("e", "Describe", changes=promoting.KINDS)
    async def describe(self, version: ModelVersion, desk: Desk) -> None:
        """Edit its description."""
        await promoting.edit_description(self._world, desk, version)

    @action("T", "Tag", changes=promoting.KINDS)
    async def tag(self, version: ModelVersion, desk: Desk) -> None:
        """Set or remove one of its tags."""
        await promoting.edit_tag(self._world, desk, version)
