"""Registered models: which version serves, which one challenges, which is the newest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from opstui.domain.alias import named
from opstui.domain.errors import OpstuiError
from opstui.domain.model import RegisteredModel
from opstui.domain.page import Page
from opstui.domain.words import age
from opstui.operations.alias_history import witness
from opstui.operations.world import World
from opstui.panes import promoting
from opstui.panes.alias_story import alias_detail
from opstui.panes.drift import drift_detail, model_mark
from opstui.panes.mlflow_view import MlflowView
from opstui.panes.registry_acts import ModelActs
from opstui.panes.run_cache import RunCache
from opstui.panes.serving import DriftActs
from opstui.panes.undoing import UndoActs
from opstui.panes.version_detail import model_facts
from opstui.panes.version_line import line_detail
from opstui.panes.versions import VersionsView
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Choice, Desk, Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View


def why_not_promote(_view: ModelsView, model: RegisteredModel) -> str:
    """Why none of its versions can be promoted."""
    return "" if model.latest or model.aliases else "it has no versions"


def why_not_roll_back(view: ModelsView, model: RegisteredModel) -> str:
    """Why it has no way back."""
    return "" if model.version_of(view.champion) else f"it has no {view.champion}"


class ModelsView(MlflowView[RegisteredModel]):
    """Every registered model, by name; prompts are no models."""

    kind: ClassVar[str] = "models"
    parts = (ModelActs, DriftActs, UndoActs)
    title = "Models"
    noun = "model"
    interval = 15.0
    follows = ("attention",)
    early = True

    def __init__(self, world: World) -> None:
        super().__init__(world, world.registry.where)
        self.world = world
        self._runs = RunCache(world.tracking)
        self.champion = world.rules.champion

    def columns(self) -> tuple[Column[RegisteredModel], ...]:
        """Name, what serves, the other aliases, the newest version, age."""
        now = self._world.clock()
        return (
            Column("name", "Name", lambda one: one.name, grow=1,
                   sort=lambda one: one.name.casefold()),
            Column("champion", self.champion.capitalize(), self._champion, width=21,
                   sort=lambda one: _number(one.version_of(self.champion))),
            Column("aliases", "Aliases", self._others, width=28, drop=2),
            Column("latest", "Latest", lambda one: Span(_v(one.latest), "dim"), width=6,
                   right=True, drop=3, sort=lambda one: _number(one.latest), best_first=True),
            Column("age", "Age", lambda one: age(one.updated or one.created, now), width=3,
                   right=True, drop=1, sort=lambda one: one.updated or one.created,
                   best_first=True),
        )

    def _champion(self, model: RegisteredModel) -> Line:
        version = model.version_of(self.champion)
        if not version:
            return line((f"no {self.champion}", "dim"))
        mark = model_mark(self._world, model.name)
        return (*line((f"{self.champion} ", "dim"), (_v(version), "accent")), *mark)

    def _others(self, model: RegisteredModel) -> Line:
        """The other aliases with their versions, the ladder's first."""
        ladder = {alias: -n for n, alias in enumerate(self._world.rules.aliases)}
        others = sorted(
            (pair for pair in model.aliases if pair[0] != self.champion),
            key=lambda pair: (pair[0] == self._world.rules.previous, ladder.get(pair[0], 1)),
        )
        spans: list[Span] = []
        for alias, version in others:
            spans += [Span(" ")] if spans else []
            spans += [Span(alias, "dim"), Span(f" {_v(version)}")]
        return tuple(spans)

    async def load(self, token: str = "") -> Page[RegisteredModel]:
        """One page of models by name."""
        page = await self.ask(self._world.registry.models(token))
        if not token:
            known, self._world.board.models = self._world.board.models, page.items
            if known:  # the first rows wait for nothing
                await self._notice(page.items)
        return page

    async def _notice(self, models: Sequence[RegisteredModel]) -> None:
        """Journal what others moved; a journal that can't be read says so in its own list."""
        with suppress(OpstuiError):
            await witness(self._world, models)

    def empty(self) -> Sequence[Line]:
        """How a first model comes here."""
        return (
            line(("no registered models yet", "dim")),
            line(("a training registers one with", "dim")),
            line("mlflow.sklearn.log_model(model, registered_model_name=…)"),
        )

    def child(self, item: RegisteredModel) -> View[Any] | None:
        """Its versions."""
        return VersionsView(self._world, item.name, self._runs)

    def details(self, item: RegisteredModel) -> Sequence[Detail]:
        """What serves, with its metrics; how its aliases moved."""
        async def load(width: int) -> Sequence[Line]:
            return await model_facts(self._world, item)

        return (
            Detail(f"model/{item.name}", "Model", load), alias_detail(self._world, item),
            drift_detail(self._world, item.name),
            line_detail(self._world, item.name, self._runs),
        )

    def copies(self, item: RegisteredModel) -> Sequence[tuple[str, str]]:
        """Name, and the URI that serves."""
        return (("name", item.name), ("model URI", f"models:/{item.name}@{self.champion}"))

    async def url(self, item: RegisteredModel) -> str:
        """Its page in MLflow."""
        await asyncio.sleep(0)
        return self._world.registry.model_url(item.name)

    @action("p", "Promote", changes=promoting.KINDS, when=why_not_promote)
    async def promote(self, model: RegisteredModel, desk: Desk) -> None:
        """Choose a version and promote it, after a page that says what is known."""
        page = await self._world.registry.versions(model.name)
        version = await desk.choose(f"Promote which version of {model.name}", [
            Choice(one.version, named(one.version), ", ".join(one.aliases))
            for one in page.items if self.champion not in one.aliases
        ])
        if version is not None:
            await promoting.promote(self._world, desk, model.name, version)

    @action("b", "Roll back", changes=promoting.KINDS, when=why_not_roll_back)
    async def roll_back(self, model: RegisteredModel, desk: Desk) -> None:
        """Let the champion be the version that served before."""
        await promoting.roll_back(self._world, desk, model.name)


def _v(version: str) -> str:
    return f"v{version}" if version else ""


def _number(version: str) -> int | None:
    return int(version) if version else None
