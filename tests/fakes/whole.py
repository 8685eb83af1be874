"""The real app on a whole fake world: everything of opstui but its backends."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opstui.app import OpstuiApp
from opstui.operations.world import Rules, World
from opstui.places import places
from opstui.settings import Settings
from opstui.wiring import Front
from tests.fakes.contents import StoryContents, StoryScanners
from tests.fakes.engine_work import StoryBuilds, StoryWork
from tests.fakes.mlflow import StoryLocal, StoryRegistry, StoryTracking
from tests.fakes.registry import NOW
from tests.fakes.systems import (
    FixedCalls,
    MemoryJournal,
    StoryCi,
    StoryContainers,
    StoryEngine,
    StoryEngines,
    StoryGit,
)


@dataclass
class FakeConnection:
    configured: bool = True

    async def close(self) -> None:
        return


@dataclass
class Systems:
    """The fakes by name, to be told what to do and asked what was done."""

    git: StoryGit = field(default_factory=StoryGit)
    ci: StoryCi = field(default_factory=StoryCi)
    engine: StoryEngine = field(default_factory=StoryEngine)
    tracking: StoryTracking = field(default_factory=StoryTracking)
    registry: StoryRegistry = field(init=False)
    local: StoryLocal = field(init=False)
    work: StoryWork = field(init=False)
    containers: StoryContainers = field(default_factory=StoryContainers)
    engines: StoryEngines = field(init=False)
    contents: StoryContents = field(default_factory=StoryContents)
    scanners: StoryScanners = field(default_factory=StoryScanners)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    calls: Any = field(default_factory=FixedCalls)

    def __post_init__(self) -> None:
        self.registry = StoryRegistry(self.tracking)
        self.local = StoryLocal(self.tracking)
        self.engines = StoryEngines(self.engine)
        self.work = StoryWork(self.engine)

    def world(self, *, ascii_only: bool = False) -> World:
        return World(
            git=self.git, ci=(self.ci,), trust=self.ci, engine=self.engine,
            containers=self.containers, engines=self.engines,
            tracking=self.tracking, registry=self.registry, local=self.local,
            journal=self.journal, calls=self.calls, pruning=self.work, transfers=self.work,
            image_registry=self.work, builds=StoryBuilds(self.work, self.engine),
            contents=self.contents, scanners=self.scanners,
            clock=lambda: NOW, rules=Rules(settle=0.0),
            ascii_only=ascii_only,
        )

    def app(
        self, *, ascii_only: bool = False, environ: dict[str, str] | None = None, **settings: Any
    ) -> OpstuiApp:
        """The app as the front door would open it on this world, at the machine `build2`."""
        connection: Any = FakeConnection(self.tracking.configured)
        front = Front(
            path=Path("/home/ana/src/churn-service"), settings=Settings(**settings),
            places=places({"HOME": "/home/ana"}), environ=environ or {},
            world=self.world(ascii_only=ascii_only), connection=connection, machine="build2",
        )
        return OpstuiApp(front)
