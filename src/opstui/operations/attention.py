"""Gathering what needs a person: mostly what the lists know already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from opstui.domain.alias_move import when
from opstui.domain.attention import (
    TRAINING_LONG,
    Concern,
    Facts,
    Interrupted,
    Source,
    concerns,
    unknown,
)
from opstui.domain.disk import Disk
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.operations.drift import Drifts
from opstui.operations.undo import cuts
from opstui.operations.world import World

DISKS_EVERY = timedelta(seconds=60)
TRAINING_EVERY = timedelta(minutes=10)
CUT_LINES = 300
"""Newest lines of the journal that are looked through for acts that never ended."""
RUNNING = ("running", "paused", "restarting")
"""States of containers that serve, or are about to."""
EXPERIMENTS = 10
"""Experiments that are asked for runs under way, the last changed ones."""
RUNS = 5
"""Runs of each that are looked at."""


class Attention:
    """Judges what the board holds; asks nobody but for disks, the journal and runs under way.

    sources: what the lists say of their backends.
    """

    def __init__(self, world: World, sources: Callable[[], Sequence[Source]]) -> None:
        self._world = world
        self._sources = sources
        self._drifts = Drifts(world)
        self._disks: tuple[Disk, ...] | None = None
        self._cuts: tuple[Interrupted, ...] | None = None
        self._training: tuple[tuple[Run, datetime | None], ...] = ()
        self._disks_at: datetime | None = None
        self._training_at: datetime | None = None

    def facts(self) -> Facts:
        """Everything that is known at the moment."""
        board = self._world.board
        unread = [name for name, known in (("disk", self._disks), ("journal", self._cuts))
                  if known is None]
        if self._unseen():
            unread.append("what containers serve")
        return Facts(
            self._world.clock(), sources=tuple(self._sources()), containers=board.containers,
            served=board.served, ci_runs=board.ci_runs, branches=board.branches,
            drifts=board.drifts, disks=self._disks or (), interrupted=self._cuts or (),
            training=self._training, unread=tuple(unread),
        )

    def _unseen(self) -> bool:
        """Whether a container runs into which nobody could look: it may serve a model."""
        board = self._world.board
        return self._world.inside is not None and any(
            one.state in RUNNING and one.id not in board.within for one in board.containers
        )

    def concerns(self) -> tuple[Concern, ...]:
        """What needs a person, as far as known; asks nobody."""
        return concerns(self.facts())

    def unknown(self) -> tuple[str, ...]:
        """What has not answered yet."""
        return unknown(self.facts())

    async def look(self) -> None:
        """Ask for what no list asks for, where it is time; compare registry and reality."""
        await asyncio.gather(
            self._look_at_disks(), self._look_at_cuts(), self._drifts.look(),
            self._look_at_training(),
        )

    async def _look_at_disks(self) -> None:
        now = self._world.clock()
        if self._world.disks is None:
            self._disks = ()
        elif self._disks_at is None or now - self._disks_at >= DISKS_EVERY:
            self._disks_at = now
            self._disks = await self._world.disks.disks()

    async def _look_at_cuts(self) -> None:
        """A journal that can't be read says so in its own list."""
        try:
            found = await cuts(self._world, CUT_LINES)
        except OpstuiError:
            self._cuts = ()
            return
        self._cuts = tuple(
            Interrupted(one.entry.act, one.entry.what, one.entry.object, when(one.entry.at))
            for one in found
        )

    async def _look_at_training(self) -> None:
        """Runs that say RUNNING for longer than a day, with their last metric's time."""
        now, asked = self._world.clock(), self._world.board.experiments[:EXPERIMENTS]
        if not asked or (self._training_at and now - self._training_at < TRAINING_EVERY):
            return
        self._training_at = now
        before = int((now - TRAINING_LONG).timestamp() * 1000)
        query = f"attributes.status = 'RUNNING' and attributes.start_time < {before}"
        try:
            pages = await asyncio.gather(*(
                self._world.tracking.runs(one.id, filter=query, limit=RUNS) for one in asked
            ))
            found = [run for page in pages for run in page.items]
            self._training = tuple([(run, await self._last_news(run)) for run in found])
        except OpstuiError:
            return

    async def _last_news(self, run: Run) -> datetime | None:
        """When the run logged its last value, as far as its first metric tells."""
        if not run.metrics:
            return None
        points = await self._world.tracking.history(run.id, run.metrics[0][0])
        return max((one.when for one in points if one.when), default=None)
