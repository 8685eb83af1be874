"""What the list of runs does not tell: jobs done and failed, and what former attempts came to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from opstui.domain.ci import CiJob, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

FEW = 5
"""Runs whose jobs are asked for at one look at the list, and former attempts as well."""
FEW_OF = 20
"""Only among so many of the newest runs."""
KEPT = 4000
"""Answers about runs that ended are kept, up to so many."""

Attempt = tuple[str, int]
"""A run's id and the number of an attempt."""


class Counts:
    """Adds jobs' counts and flakiness to a list of runs, with few requests.

    What ended stays as it was, so it is asked for once; runs under way are asked for each time,
    and an unchanged answer is free (304). One request after another, as GitHub wishes.
    """

    def __init__(
        self, jobs: Callable[[CiRun], Awaitable[Sequence[CiJob]]],
        outcome: Callable[[str, int], Awaitable[Status]], no_more: Callable[[], bool],
    ) -> None:
        """jobs: of a run; outcome: of a former attempt; no_more: stop asking."""
        self._jobs = jobs
        self._outcome = outcome
        self._no_more = no_more
        self._counts: dict[Attempt, tuple[int, int, int]] = {}
        self._outcomes: dict[Attempt, Status] = {}

    async def added(self, runs: Sequence[CiRun]) -> tuple[CiRun, ...]:
        """The runs with what is known of them, or can be learned with few requests."""
        try:
            await self._learn(runs)
        except OpstuiError:
            # The list itself is good; what is missing is asked for at the next look.
            self._forget_many()
        return self.known(runs)

    def known(self, runs: Sequence[CiRun]) -> tuple[CiRun, ...]:
        """The runs with what is known of them already."""
        return tuple(self._with(run) for run in runs)

    async def _learn(self, runs: Sequence[CiRun]) -> None:
        wanted = [run for run in runs[:FEW_OF] if self._wants_jobs(run)]
        for run in wanted[:FEW]:
            if self._no_more():
                return
            self.learned(run, await self._jobs(run))
        lookups = 0
        for run in runs[:FEW_OF]:
            attempt = self._unknown_before(run)
            while attempt and lookups < FEW and not self._no_more():
                self._outcomes[(run.id, attempt)] = await self._outcome(run.id, attempt)
                lookups += 1
                attempt = self._unknown_before(run)
        self._forget_many()

    def learned(self, run: CiRun, jobs: Sequence[CiJob]) -> None:
        """Take note of a run's jobs, which somebody asked for."""
        self._counts[(run.id, run.attempt)] = (
            sum(one.status.finished for one in jobs), len(jobs),
            sum(one.status is Status.FAILED for one in jobs),
        )

    def _wants_jobs(self, run: CiRun) -> bool:
        if run.status in (Status.RUNNING, Status.BLOCKED):
            return True
        known = self._counts.get((run.id, run.attempt))
        return run.status is Status.FAILED and (known is None or known[0] < known[1])

    def _with(self, run: CiRun) -> CiRun:
        counts = self._counts.get((run.id, run.attempt))
        if counts is not None:
            done, total, failed = counts
            done = total if run.status.finished else done
            run = replace(run, jobs_done=done, jobs_total=total, jobs_failed=failed)
        return replace(run, flaky=True) if self._flaky(run) else run

    def _unknown_before(self, run: CiRun) -> int:
        """The number of the former attempt to ask for next; 0 when all that matters is known.

        A cancelled attempt says nothing, so that the one before it counts.
        """
        if run.status is not Status.PASSED:
            return 0
        for attempt in range(run.attempt - 1, 0, -1):
            outcome = self._outcomes.get((run.id, attempt))
            if outcome is None:
                return attempt
            if outcome is not Status.CANCELLED:
                return 0
        return 0

    def _flaky(self, run: CiRun) -> bool:
        if run.status is not Status.PASSED:
            return False
        for attempt in range(run.attempt - 1, 0, -1):
            # Where it is not known, there was a reason to run it again.
            outcome = self._outcomes.get((run.id, attempt), Status.UNKNOWN)
            if outcome is not Status.CANCELLED:
                return outcome in (Status.FAILED, Status.UNKNOWN)
        return False

    def _forget_many(self) -> None:
        for kept in (self._counts, self._outcomes):
            while len(kept) > KEPT:
                del kept[next(iter(kept))]
