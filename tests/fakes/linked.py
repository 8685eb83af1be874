"""The fake systems with a thread through them: v9 of churn comes from a branch, and serves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.image import Container
from opstui.domain.model import ModelVersion
from opstui.operations.world import World
from tests.fakes.mlflow import RUNS, StoryRegistry, StoryTracking
from tests.fakes.systems import StoryEngine
from tests.fakes.whole import Systems


@dataclass
class StoryProvenance:
    """Answers from the story."""

    tracking: StoryTracking
    registry: StoryRegistry

    async def run(self, run_id: str) -> tuple[Run | None, str]:
        self.tracking.check()
        try:
            return await self.tracking.run(run_id), ""
        except OpstuiError:
            return None, "was deleted"

    async def runs_of(self, commit: str, limit: int) -> tuple[Run, ...]:
        self.tracking.check()
        return tuple(run for run in RUNS if run.commit == commit)[:limit]

    async def version(self, name: str, version: str) -> ModelVersion | None:
        return self.registry.held.get(name, {}).get(version)

    async def versions_of(self, run_id: str) -> tuple[ModelVersion, ...]:
        self.tracking.check()
        return tuple(one for held in self.registry.held.values() for one in held.values()
                     if one.run_id == run_id)

    async def versions_from(self, source: str) -> tuple[ModelVersion, ...]:
        return tuple(one for held in self.registry.held.values() for one in held.values()
                     if one.source == source)


class LinkedEngine(StoryEngine):
    """One container says what it serves."""

    async def containers(self) -> tuple[Container, ...]:
        first, *others = await super().containers()
        return (replace(first, labels=(("opstui.model_uri", "models:/churn/9"),)), *others)


class Linked(Systems):
    """Systems that can be followed from one to the next."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.engine = LinkedEngine()

    def world(self, *, ascii_only: bool = False) -> World:
        found = super().world(ascii_only=ascii_only)
        return replace(found, provenance=StoryProvenance(self.tracking, self.registry))

