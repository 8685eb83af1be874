"""Looking for differences between the registry and what really runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from opstui.domain.alias_move import AliasMove, moves
from opstui.domain.drift import (
    Drift,
    Running,
    gate_drift,
    image_drift,
    lost_image,
    running,
    version_drift,
)
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.served import Served
from opstui.operations.world import World

ENDED = ("created", "exited", "dead")
"""States of a container that runs nothing."""


@dataclass(frozen=True, slots=True)
class Serving:
    """One container that serves a model, with the version it really runs."""

    served: Served
    running: Running
    container: Container | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one model stands: what serves it, and what is not as the registry says."""

    serving: tuple[Serving, ...] = ()
    drifts: tuple[Drift, ...] = ()


class Drifts:
    """Compares what the board holds; asks the registry only for what never changes, once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._versions: dict[tuple[str, str], ModelVersion] = {}
        self._commits: dict[str, str] = {}

    async def look(self) -> tuple[Drift, ...]:
        """Every difference of the models that containers serve; also on the board.

        What can't be found out is left out: the lists say which backend is silent.
        """
        board = self._world.board
        models = {one.name: one for one in board.models}
        names = dict.fromkeys(one.model for one in board.served if one.model in models)
        found: list[Drift] = []
        for name in names:
            try:
                found += (await self.of(models[name])).drifts
            except OpstuiError:
                found += [one for one in board.drifts if one.model == name]
        board.drifts = tuple(found)
        return board.drifts

    async def of(self, model: RegisteredModel) -> Standing:
        """How one model stands, whether or not something serves it."""
        world = self._world
        board, rules = world.board, world.rules
        served = [one for one in board.served if one.model == model.name]
        known = await self._moves(model, served) if served else ()
        containers = {one.id: one for one in board.containers}
        serving: list[Serving] = []
        drifts: list[Drift | None] = []
        for one in served:
            alias = one.alias or rules.champion
            should = model.version_of(alias)
            made = await self._version(model.name, should)
            run = running(
                one, known, now_named=should, named_since=made.created if made else None
            )
            container = containers.get(one.container)
            if container is not None and container.state in ENDED:
                continue  # what ended does not run another version
            serving.append(Serving(one, run, container))
            drifts.append(version_drift(one, run, model, rules.champion, rules.previous))
            if container is not None:
                drifts.append(image_drift(
                    one, container, board.images, model.name, alias, should
                ))
        champion = model.version_of(rules.champion)
        commit = await self.commit(model.name, champion)
        if commit:
            drifts.append(lost_image(model.name, rules.champion, champion, commit, board.images))
            drifts.append(gate_drift(
                model.name, rules.champion, champion, commit, board.ci_status(commit)
            ))
        return Standing(tuple(serving), tuple(one for one in drifts if one is not None))

    async def commit(self, model: str, version: str) -> str:
        """The commit that a version comes from, or empty where nothing tells it."""
        found = await self._version(model, version)
        if found is None:
            return ""
        if found.run_id and found.run_id not in self._commits:
            try:
                run = await self._world.tracking.run(found.run_id)
            except OpstuiError:
                return found.tag("mlflow.source.git.commit")
            self._commits[found.run_id] = run.commit
        return self._commits.get(found.run_id, "") or found.tag("mlflow.source.git.commit")

    async def _version(self, model: str, version: str) -> ModelVersion | None:
        """A version, for what never changes of it: its run and when it was made."""
        if not version:
            return None
        if (model, version) not in self._versions:
            listed = self._world.board.versions.get(model, ())
            found = next((one for one in listed if one.version == version), None)
            try:
                found = found or await self._world.registry.version(model, version)
            except OpstuiError:
                return None
            self._versions[model, version] = found
        return self._versions[model, version]

    async def _moves(
        self, model: RegisteredModel, served: Sequence[Served]
    ) -> tuple[AliasMove, ...]:
        """The known moves of the aliases that containers follow; pinned ones need none."""
        if not any(one.alias for one in served):
            return ()
        world = self._world
        named = dict.fromkeys(model.version_of(one.alias) for one in served)
        fresh = await asyncio.gather(*(
            world.registry.version(model.name, version) for version in named if version
        ))
        listed = [one for one in world.board.versions.get(model.name, ())
                  if one.version not in named]
        return moves(
            await world.journal.entries(), (*fresh, *listed), model.name,
            await world.registry.where(), world.rules.champion,
        )
