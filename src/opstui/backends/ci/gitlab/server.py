"""GitLab CI as a CI server.

Endpoints: https://docs.gitlab.com/api/pipelines/, https://docs.gitlab.com/api/jobs/. The project is
named by its path with `/` as `%2F`. `pipelines/latest` is never asked: it answers 403 when there is
none, which looks like a missing permission.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar
from urllib.parse import quote

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci.gitlab.creating import body, declared
from opstui.backends.ci.gitlab.decode import (
    MERGE,
    PIPELINE,
    STATUS,
    job_of,
    run_of,
    tests_of,
)
from opstui.backends.ci.gitlab.pipelines import Pipelines
from opstui.backends.ci.gitlab.traces import Traces
from opstui.backends.ci.growing import most_telling
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import Capability, CiJob, CiRun, CiStep, Failure, Input, LogChunk, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

FINAL = ("success", "failed", "canceled", "skipped")
TAKEN = ("canceled", "canceling", "skipped")
LOOKS = 5
"""Times to read a pipeline again after it was told to stop."""
BETWEEN = 0.5
"""Seconds between those."""
RULES = 300.0
"""Seconds for which a project's merge rules are believed."""


class GitLab(BaseServer):
    """The pipelines of one project."""

    kind: ClassVar[str] = "gitlab"
    can: ClassVar[frozenset[Capability]] = frozenset({
        Capability.START, Capability.RERUN_FAILED, Capability.RERUN_JOB, Capability.CANCEL,
        Capability.FORCE, Capability.APPROVE, Capability.JOBS, Capability.LOG, Capability.FOLLOW,
    })
    reasons: ClassVar[Mapping[Capability, str]] = {
        Capability.RERUN: "GitLab runs only failed and cancelled jobs again; start a new pipeline "
                          "on the branch instead",
    }

    def __init__(
        self, name: str, door: Door, project: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """project: its path, such as `group/subgroup/project`."""
        super().__init__(name, f"{door.base.removesuffix('/api/v4')}/{project}")
        self._door = door
        self._project = project
        self._id = quote(project, safe="")
        self._clock = clock
        self._traces = Traces(door, self._id, clock)
        self._pipelines = Pipelines(name, door, self._id)
        self._inputs: tuple[Input, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._rules: tuple[float, bool] | None = None

    def rest(self) -> float:
        """From the door's limits."""
        return self._door.rest()

    def note(self) -> str:
        """From the door's limits."""
        return self._door.note()

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """One request for all branches, and one for the jobs of each that is worth a look."""
        return await self._pipelines.newest(limit)

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The newest attempts, in order; steps where a log was read, or of the first red job."""
        jobs = await self._pipelines.jobs(run)
        red = next((one for one in jobs if one.status is Status.FAILED and one.log), None)
        if red is not None and self._traces.known(red.id) is None:
            # The jobs are worth showing all the same, and opening the log says what is wrong.
            with suppress(OpstuiError):
                await self._traces.read(red.id, over=True)
        return tuple(self._with_steps(one) for one in jobs)

    def _with_steps(self, job: CiJob) -> CiJob:
        trace = self._traces.known(job.id)
        return replace(job, steps=trace.steps(job.status)) if trace is not None else job

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        """Failing tests of the pipeline's report, then why GitLab says that jobs failed."""
        found: list[Failure] = []
        path = self._pipeline(run)
        try:
            summary = (await self._door.get(f"{path}/test_report_summary")).json()
            total = summary.inner("total")
            if total.whole("failed") or total.whole("error") or total.has("suite_error"):
                report = (await self._door.get(f"{path}/test_report")).json()
                found += tests_of(report, job.name if job is not None else "")
        except RefusalError as error:
            if error.status not in (403, 404):
                raise
        jobs = (job,) if job is not None else await self._pipelines.jobs(run)
        found += [
            Failure(one.reason, job=one.name)
            for one in jobs if one.status is Status.FAILED and one.reason
        ]
        return tuple(found)

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """A job's trace without the runner's marks; without a job that of the most telling one."""
        job = job or await self._telling(run)
        over = self._traces.over(job.id) or job.status.finished
        if not over and self._traces.due(job.id):
            # Its state is asked for first: what is read after its end is all there is.
            path = f"/projects/{self._id}/jobs/{job.id}"
            over = job_of((await self._door.get(path)).json()).status.finished
        try:
            await self._traces.read(job.id, over=over)
        except RefusalError as error:
            if error.status != 404:
                raise
            raise OpstuiError(
                f"GitLab has no log of {job.name}", where=job.url or self.where,
                hint="jobs that start other pipelines have none, and old ones may be erased",
            ) from error
        return self._traces.chunk(job.id, offset, limit, step)

    async def _telling(self, run: CiRun) -> CiJob:
        """The one whose log a person wants first."""
        found = most_telling(await self._pipelines.jobs(run))
        if found is None:
            raise OpstuiError(
                f"no job of pipeline #{run.number} has a log yet", where=run.url or self.where,
                hint="look again when one has started",
            )
        return found

    async def workflows(self) -> tuple[Workflow, ...]:
        """A new pipeline, with the inputs and variables that its file declares."""
        project = (await self._door.get(f"/projects/{self._id}")).json()
        ref = project.text("default_branch")
        self._inputs, self._names = await declared(self._door, self._project, ref)
        return (Workflow("", PIPELINE, self._inputs, "runs the branch's head, as GitLab has it"),)

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """A new pipeline on a branch or tag; names that are no declared inputs are variables."""
        sent = body(branch or commit, inputs, self._inputs, self._names)
        secret = {one.name for one in self._inputs if one.secret}
        answer = await self._door.send(
            "POST", f"/projects/{self._id}/pipeline", sent, hide=secret
        )
        return run_of(answer.json(), self.name)

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """Failed and cancelled jobs, or one job, again; they become part of the same pipeline."""
        if job is not None:
            await self._door.send("POST", f"/projects/{self._id}/jobs/{job.id}/retry")
        elif failed:
            await self._door.send("POST", f"{self._pipeline(run)}/retry")
        else:
            raise self._cannot(Capability.RERUN)
        return await self._pipelines.one(run.id)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        """Stop it. GitLab answers 200 whatever happens, so it is read again afterwards.

        Force also ends jobs that GitLab waits for, which only maintainers may.
        """
        await self._door.send("POST", f"{self._pipeline(run)}/cancel")
        if force:
            for job in await self._pipelines.stopping(run):
                await self._door.send(
                    "POST", f"/projects/{self._id}/jobs/{job}/cancel", {"force": True}
                )
        for look in range(LOOKS):
            state = (await self._pipelines.read(run.id)).text("status")
            if state in TAKEN:
                return
            if state in FINAL:
                raise OpstuiError(
                    f"pipeline #{run.number} was not cancelled: it had ended already, "
                    f"{STATUS[state].word}", where=run.url or self.where,
                )
            if look + 1 < LOOKS:
                await asyncio.sleep(BETWEEN)
        raise OpstuiError(
            f"GitLab took the wish to cancel pipeline #{run.number}, but it is still {state}",
            where=run.url or self.where, hint="look again in a while; it may have no more to stop",
        )

    async def approve(self, run: CiRun, job: CiJob | None = None) -> None:
        """Play a manual job: the one that is given, or the only one that waits."""
        if job is None:
            waiting = [
                one for one in await self._pipelines.jobs(run) if one.status is Status.BLOCKED
            ]
            if len(waiting) != 1:
                names = ", ".join(one.name for one in waiting)
                raise OpstuiError(
                    f"{len(waiting) or 'no'} jobs of pipeline #{run.number} wait for a person"
                    + (f": {names}" if names else ""), where=run.url or self.where,
                    hint="open the run and choose the job" if names else "",
                )
            job = waiting[0]
        await self._door.send("POST", f"/projects/{self._id}/jobs/{job.id}/play")

    async def required(self, branch: str) -> frozenset[str]:
        """Pipelines, where the project merges nothing without a passed one.

        GitLab has no required jobs: those that are not optional make the pipeline fail.
        """
        now = self._clock()
        if self._rules is None or now - self._rules[0] > RULES:
            project = (await self._door.get(f"/projects/{self._id}")).json()
            self._rules = now, project.truth("only_allow_merge_if_pipeline_succeeds")
        if not self._rules[1]:
            return frozenset()
        return frozenset({PIPELINE, MERGE}) | self._pipelines.names

    async def close(self) -> None:
        """Close the connections."""
        await self._door.close()

    def _pipeline(self, run: CiRun) -> str:
        return f"/projects/{self._id}/pipelines/{run.id}"
