"""GitHub Actions as a CI server.

https://docs.github.com/en/rest/actions; the base is https://api.github.com, for Enterprise
https://HOST/api/v3. Polls are conditional: an unchanged answer costs nothing of the limit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci.github import decode
from opstui.backends.ci.github.approving import Gates, approve, waiting
from opstui.backends.ci.github.counts import Counts
from opstui.backends.ci.github.logs import NOT_LIVE, Logs
from opstui.backends.ci.github.outside import MARK, Outside, elsewhere
from opstui.backends.ci.github.pen import Pause, Pen
from opstui.backends.ci.github.protection import required
from opstui.backends.ci.github.starting import Starter, only, taken
from opstui.backends.ci.github.workflows import workflows
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import (
    Capability,
    CiJob,
    CiRun,
    CiStep,
    Failure,
    LogChunk,
    Workflow,
)
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
"""What every request says; the version is supported by all Enterprise servers in support."""
PAGE = 100
MOST_JOBS = 1000
PATIENCE = 1.0
"""Seconds for what is added to the list, such as counts; what takes longer comes the next time."""
FAILED_JOBS = 10
"""Annotations are asked for of so many failed jobs at most."""


class GitHub(BaseServer):
    """One repository's workflows."""

    kind: ClassVar[str] = "github"
    can: ClassVar[frozenset[Capability]] = frozenset(Capability) - {Capability.FOLLOW}
    reasons: ClassVar[Mapping[Capability, str]] = {Capability.FOLLOW: NOT_LIVE}

    def __init__(
        self, name: str, door: Door, repository: str, where: str = "",
        pause: Pause = asyncio.sleep, clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make no request yet.

        repository: `owner/name`; where: its address for people; pause: waits so many seconds;
        clock: tells seconds.
        """
        super().__init__(name, where or page(door.base, repository))
        self._door = door
        self._repository = quote(repository)
        self._root = f"/repos/{self._repository}"
        self._pen = Pen(door, pause)
        self._starter = Starter(door, self._pen, self._repository, name, pause)
        self._logs = Logs(door, self._repository)
        self._counts = Counts(self._plain_jobs, self._outcome, self._no_more)
        self._gates = Gates(door, self._repository, self._no_more)
        self._required: dict[str, frozenset[str]] = {}
        self._outside = Outside(door, self._repository, name, self._no_more, clock)
        self._clock = clock
        self._enough = 0.0
        """When a look at the list has taken long enough, by the clock."""
        self._newest = 0
        """The largest id of a run that was ever seen."""

    def rest(self) -> float:
        """Seconds until the next poll is welcome."""
        return self._door.rest()

    def note(self) -> str:
        """Little budget, a refused login."""
        return self._door.note()

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """One request for each 100 runs, and a few for the jobs of those that matter.

        What other systems reported of the newest commits stands among them. Without a login,
        which may ask little, it is one request.
        """
        if not self._door.login.known:
            limit = min(limit, PAGE)
        found = await self._door.pages(
            f"{self._root}/actions/runs",
            {"per_page": min(max(limit, 1), PAGE), "exclude_pull_requests": "true"},
            limit=limit, under="workflow_runs",
        )
        # A run that is started between two pages would be on both.
        runs = tuple({one.text("id"): decode.run(one, self.name) for one in found}.values())
        self._newest = max([self._newest, *(decode.number(run.id) for run in runs)])
        if not self._door.login.known:
            return self._counts.known(runs)
        self._enough = self._clock() + PATIENCE
        own = await self._gates.named(await self._counts.added(runs))
        reported = await self._outside.runs(own)
        return decode.newest_first((*own, *reported))[:limit] if reported else own

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The newest attempt's jobs, in the order of the site."""
        if run.id.startswith(MARK):
            return ()
        jobs = await self._plain_jobs(run)
        self._counts.learned(run, jobs)
        if not any(one.status is Status.BLOCKED for one in jobs):
            return jobs
        reason = (await waiting(self._door, self._repository, run)).reason
        return tuple(replace(one, reason=reason or one.reason)
                     if one.status is Status.BLOCKED else one for one in jobs)

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        """The error annotations, those that name a file first; GitHub keeps 10 a job."""
        if run.id.startswith(MARK):
            return ()
        jobs = (job,) if job is not None else await self._plain_jobs(run)
        failed = [one for one in jobs if one.status is Status.FAILED][:FAILED_JOBS]
        found: list[Failure] = []
        for one in failed:
            told = await self._door.pages(
                f"{self._root}/check-runs/{one.id}/annotations", {"per_page": PAGE}, limit=PAGE,
            )
            found += [each for data in told
                      if (each := decode.failure(data, one.name)) is not None]
        return tuple(sorted(found, key=lambda each: not each.where))

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """A log with GitHub's timestamps; of a run, its jobs' logs in the order they ended."""
        _own(run)
        if job is not None:
            return await self._logs.of_job(job, offset, limit, step)
        return await self._logs.of_run(run, await self._plain_jobs(run), offset, limit)

    async def workflows(self) -> tuple[Workflow, ...]:
        """What has `workflow_dispatch` on the default branch."""
        return await workflows(self._door, self._repository)

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Start a workflow on the branch's head, which is all that GitHub can."""
        chosen = workflow or only(await self.workflows(), self.where)
        return self._seen(await self._starter.start(branch, chosen, inputs, self._newest))

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """A further attempt of the same run."""
        _own(run)
        if job is not None:
            path = f"{self._root}/actions/jobs/{job.id}/rerun"
        else:
            verb = "rerun-failed-jobs" if failed else "rerun"
            path = f"{self._root}/actions/runs/{run.id}/{verb}"
        await self._pen.post(path)
        return await self._again(run)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        """Ask for the end; force does not let `always()` steps and jobs go on."""
        _own(run)
        verb = "force-cancel" if force else "cancel"
        await self._pen.post(f"{self._root}/actions/runs/{run.id}/{verb}")

    async def approve(self, run: CiRun, job: CiJob | None = None) -> None:
        """Approve the deployments that wait, or the run of a fork's pull request."""
        _own(run)
        await approve(self._door, self._pen, self._repository, run)

    async def required(self, branch: str) -> frozenset[str]:
        """The names of required checks, which are names of jobs here."""
        found = await required(self._door, self._repository, branch)
        self._required[branch] = found
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._door.close()

    def _no_more(self) -> bool:
        """Whether what would only be good to know is left to the next look."""
        return self._door.rest() > 0 or self._clock() > self._enough

    async def _plain_jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        found = await self._door.pages(
            f"{self._root}/actions/runs/{run.id}/jobs", {"filter": "latest", "per_page": PAGE},
            limit=MOST_JOBS, under="jobs",
        )
        names = self._required.get(run.branch, frozenset())
        return tuple(decode.job(one, names) for one in found)

    async def _outcome(self, run_id: str, attempt: int) -> Status:
        """What a former attempt came to; unknown where it was deleted."""
        path = f"{self._root}/actions/runs/{run_id}/attempts/{attempt}"
        try:
            answer = await self._door.get(path, {"exclude_pull_requests": "true"})
        except RefusalError as error:
            if error.status == 404:
                return Status.UNKNOWN
            raise
        return decode.status(answer.json())

    async def _again(self, run: CiRun) -> CiRun:
        try:
            answer = await self._door.get(f"{self._root}/actions/runs/{run.id}")
            return self._seen(decode.run(answer.json(), self.name))
        except OpstuiError as error:
            raise taken("it is run again", error) from error

    def _seen(self, run: CiRun) -> CiRun:
        self._newest = max(self._newest, decode.number(run.id))
        return run


def page(base: str, repository: str) -> str:
    """The repository's page, from the address of the API that tells of it."""
    if base.endswith("/api/v3"):
        return f"{base.removesuffix('/api/v3')}/{repository}"
    scheme, _, host = base.partition("://")
    return f"{scheme}://{host.removeprefix('api.')}/{repository}"


def _own(run: CiRun) -> None:
    if run.id.startswith(MARK):
        raise elsewhere(run)
