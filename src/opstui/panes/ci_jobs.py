"""The jobs or stages of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiJob, CiRun
from opstui.domain.ci_target import Target
from opstui.domain.errors import OpstuiError
from opstui.domain.page import Page
from opstui.domain.status import Status
from opstui.domain.words import duration
from opstui.operations.world import World
from opstui.panes import ci_detail
from opstui.panes.ci_failure import Excerpts, ToFailure, details
from opstui.panes.ci_job_acts import JobActs
from opstui.panes.ci_servers import server_of
from opstui.panes.ci_steps import UNDER_WAY, CiStepsView, worth_a_list
from opstui.ui.column import Column
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View

BEFORE = 3
"""Passed runs before this one whose jobs say how long a job usually takes."""
PATIENCE = 1.5
"""Seconds that the list may wait for those."""


def inside(world: World, run: CiRun, excerpts: Excerpts) -> View[Any] | None:
    """The list inside a run: its jobs, else its steps; None where the log is all there is."""
    server = server_of(world.ci, run)
    if server is not None and Capability.JOBS in server.capabilities and run.jobs_total != 0:
        return CiJobsView(world, run, excerpts)
    return CiStepsView(world, run, None, excerpts) if worth_a_list(run.steps) else None


class CiJobsView(View[CiJob]):
    """What a run consists of, in the order it runs."""

    kind: ClassVar[str] = "ci_jobs"
    title = "Jobs"
    noun = "job"
    parts = (ToFailure, JobActs)

    def __init__(self, world: World, run: CiRun, excerpts: Excerpts | None = None) -> None:
        self.world = world
        self.run = run
        self.interval = None if run.status.finished else UNDER_WAY
        self._excerpts = excerpts or Excerpts()
        self._usual: dict[str, float] | None = None
        """Seconds by job name, once asked for."""
        self._required: frozenset[str] | None = None
        self._staged = False
        self._runners = False

    def columns(self) -> tuple[Column[CiJob], ...]:
        """State, stage, name, marks, how long, against the usual, runner."""
        plain = self.world.ascii_only
        columns: list[Column[CiJob]] = [
            Column("state", "", lambda job: glyph(job.status, ascii_only=plain), width=1,
                   sort=lambda job: job.status.word),
            Column("name", "Job", lambda job: job.name, grow=2,
                   sort=lambda job: job.name.casefold()),
            Column("marks", "", self._marks, width=8, drop=2,
                   sort=lambda job: not self.is_required(job)),
            Column("attempt", "Try", lambda job: Span(
                f"{'x' if plain else '×'}{job.attempt}" if job.attempt != 1 else "", "warn"),
                width=4, drop=4, sort=lambda job: job.attempt, best_first=True),
            Column("took", "Took", self._took, width=7, right=True,
                   sort=lambda job: job.elapsed(self.world.clock()), best_first=True),
            Column("usual", "Usual", self._usually, width=7, right=True, drop=3,
                   sort=lambda job: (self._usual or {}).get(job.name), best_first=True),
        ]
        if self._staged:
            columns.insert(1, Column("stage", "Stage", lambda job: Span(job.stage, "dim"),
                                     width=12, drop=1, sort=lambda job: job.stage))
        if self._runners:
            columns.append(Column("runner", "Runner", lambda job: Span(job.runner, "dim"),
                                  width=16, drop=5, sort=lambda job: job.runner))
        return tuple(columns)

    def is_required(self, job: CiJob) -> bool:
        """Whether the branch's protection asks for it, as far as known."""
        return job.required or job.name in (self._required or ())

    def _marks(self, job: CiJob) -> Span:
        if self.is_required(job):
            return Span("required", "accent")
        return Span("optional" if job.optional else "", "dim")

    def _took(self, job: CiJob) -> Span:
        seconds = job.elapsed(self.world.clock())
        usual = (self._usual or {}).get(job.name)
        slow = seconds is not None and usual is not None and seconds > max(2 * usual, usual + 10)
        style = "warn" if slow else "plain" if job.status.finished else "busy"
        return Span(duration(seconds), style)

    def _usually(self, job: CiJob) -> Span:
        seconds = (self._usual or {}).get(job.name)
        return Span(f"~{duration(seconds)}" if seconds is not None else "", "dim")

    async def load(self, token: str = "") -> Page[CiJob]:
        """The jobs as they are now; how long they usually take is asked for once."""
        server = server_of(self.world.ci, self.run)
        if server is None:
            raise OpstuiError(f"{self.run.server} is not configured any more",
                              where=f"run #{self.run.number}")
        listed = next(
            (one for one in self.world.board.ci_runs if one.key == self.run.key), self.run
        )
        self.run = listed
        jobs, _, _ = await asyncio.gather(
            server.jobs(self.run), self._ask_usual(server), self._ask_required(server)
        )
        self.begins_at = next((job.key for job in jobs if job.status is Status.FAILED), "")
        self._staged = any(job.stage for job in jobs)
        self._runners = any(job.runner for job in jobs)
        under_way = not self.run.status.finished or any(not job.status.finished for job in jobs)
        self.interval = max(UNDER_WAY, server.rest()) if under_way else None
        return Page(jobs)

    async def _ask_usual(self, server: CiServer) -> None:
        """The median of each job's time in the last passed runs of the same workflow."""
        if self._usual is not None:
            return
        from statistics import median  # brings decimal numbers and fractions along

        self._usual = {}
        before = [run for run in self.world.board.ci_runs if run.status is Status.PASSED
                  and (run.server, run.workflow) == (self.run.server, self.run.workflow)
                  and run.key != self.run.key]
        took: dict[str, list[float]] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                for run in before[:BEFORE]:
                    for job in await server.jobs(run):
                        if job.started and job.finished and job.status is Status.PASSED:
                            seconds = (job.finished - job.started).total_seconds()
                            took.setdefault(job.name, []).append(seconds)
        except (OpstuiError, TimeoutError):
            pass  # how long it usually takes is a courtesy
        self._usual = {name: median(seconds) for name, seconds in took.items()}

    async def _ask_required(self, server: CiServer) -> None:
        if self._required is not None or not self.run.branch:
            return
        self._required = frozenset()
        try:
            async with asyncio.timeout(PATIENCE):
                self._required = await server.required(self.run.branch)
        except (OpstuiError, TimeoutError):
            return

    def empty(self) -> Sequence[Line]:
        """A run can be so new that it has none."""
        if self.run.status.finished:
            return (line(("this run had no jobs", "dim")),)
        return (line(("no jobs yet: they come once the run has started", "dim")),)

    def target(self, item: CiJob) -> Target:
        """The job of this run."""
        return Target(self.run, item)

    def words(self, item: CiJob) -> str:
        """Name, stage, state, runner, marks."""
        marks = ("required" if self.is_required(item) else "",
                 "optional" if item.optional else "")
        return " ".join((item.name, item.stage, item.status.word, item.runner, item.reason, *marks))

    def name(self, item: CiJob) -> str:
        """Its name."""
        return item.name

    def details(self, item: CiJob) -> Sequence[Detail]:
        """What failed; the log; the facts."""
        facts = ci_detail.job_facts(
            self.world, self.run, item, (self._usual or {}).get(item.name),
            required=self.is_required(item),
        )
        server = server_of(self.world.ci, self.run)
        return details(self.world, server, self.target(item), self._excerpts, facts)

    def child(self, item: CiJob) -> View[Any] | None:
        """Its steps, where there are any."""
        return CiStepsView(self.world, self.run, item, self._excerpts) if item.steps else None

    def copies(self, item: CiJob) -> Sequence[tuple[str, str]]:
        """The name first."""
        pairs = (("job", item.name), ("address", item.url), ("commit", self.run.commit),
                 ("branch", self.run.branch), ("runner", item.runner), ("reason", item.reason))
        return tuple((what, text) for what, text in pairs if text)

    async def url(self, item: CiJob) -> str:
        """Its page, or its run's."""
        return item.url or self.run.url
