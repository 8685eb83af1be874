"""The steps of a job, or of a run whose server has no jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.ci_target import Target
from opstui.domain.page import Page
from opstui.domain.status import Status
from opstui.domain.words import duration
from opstui.operations.world import World
from opstui.panes import ci_detail, ci_log
from opstui.panes.ci_failure import Excerpts, ToFailure, details
from opstui.panes.ci_servers import server_of
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Span, glyph
from opstui.ui.view import View

SOURCES = ("clone", "checkout")
"""Steps of the local runner that only get the sources."""
UNDER_WAY = 3.0
"""Seconds between loads while it runs."""


class CiStepsView(View[CiStep]):
    """What a job did, one after the other."""

    kind: ClassVar[str] = "ci_steps"
    title = "Steps"
    noun = "step"
    parts = (ToFailure,)

    def __init__(
        self, world: World, run: CiRun, job: CiJob | None = None, excerpts: Excerpts | None = None
    ) -> None:
        self.world = world
        self.run = run
        self.job = job
        self._excerpts = excerpts or Excerpts()
        self._pace()

    def _pace(self) -> None:
        ended = (self.job or self.run).status.finished
        self.interval = None if ended else UNDER_WAY

    def columns(self) -> tuple[Column[CiStep], ...]:
        """State, name, how it ended, how long it took."""
        plain = self.world.ascii_only
        return (
            Column("state", "", lambda step: glyph(step.status, ascii_only=plain), width=1,
                   sort=lambda step: step.status.word),
            Column("name", "Step", lambda step: step.name, grow=1,
                   sort=lambda step: step.name.casefold()),
            Column("exit", "Exit", lambda step: Span(str(step.exit_code or ""), "bad"), width=4,
                   right=True, drop=1, sort=lambda step: step.exit_code),
            Column("took", "Took", self._took, width=7, right=True, sort=self._seconds,
                   best_first=True),
        )

    def _seconds(self, step: CiStep) -> float | None:
        return elapsed(step, self.world.clock())

    def _took(self, step: CiStep) -> Span:
        style = "plain" if step.status.finished else "busy"
        return Span(duration(self._seconds(step)), style)

    async def load(self, token: str = "") -> Page[CiStep]:
        """The steps as they are now; those of a job that ended are known."""
        server = server_of(self.world.ci, self.run)
        target = Target(self.run, self.job)
        if server is not None and not target.status.finished:
            target = await ci_log.now(server, target)
            self.run, self.job = target.run, target.job
            self._pace()
        self.begins_at = next(
            (step.key for step in target.steps if step.status is Status.FAILED), "")
        return Page(tuple(target.steps))

    def target(self, item: CiStep) -> Target:
        """The step of this job."""
        return Target(self.run, self.job, item)

    def words(self, item: CiStep) -> str:
        """Name and state."""
        return f"{item.name} {item.status.word}"

    def name(self, item: CiStep) -> str:
        """Its name."""
        return item.name

    def details(self, item: CiStep) -> Sequence[Detail]:
        """Its part of the log; what failed; the facts of its job or run."""
        server = server_of(self.world.ci, self.run)
        facts = ci_detail.job_facts(self.world, self.run, self.job, None) if self.job is not None \
            else ci_detail.facts(self.world, self.run)
        return details(self.world, server, self.target(item), self._excerpts, facts)

    def copies(self, item: CiStep) -> Sequence[tuple[str, str]]:
        """Its name, and where its job is."""
        return (("step", item.name), ("job", self.job.name if self.job else ""),
                ("commit", self.run.commit))

    async def url(self, item: CiStep) -> str:
        """The page of its job or run."""
        return (self.job.url if self.job else "") or self.run.url


def elapsed(step: CiStep, now: datetime) -> float | None:
    """Seconds it has run or did run; None before it started."""
    return None if step.started is None else ((step.finished or now) - step.started).total_seconds()


def worth_a_list(steps: Sequence[CiStep]) -> bool:
    """Whether there is more to choose from than one command after getting the sources."""
    return sum(1 for step in steps if step.name not in SOURCES) > 1
