"""Gitea Actions as a CI server, as of Gitea 1.27.

Endpoints: https://docs.gitea.com/api/ (repository, actions). A log is served with Range while its
job runs too (routers/common/actions.go: ServeContent of the stored log).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import quote

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci.gitea import decode, statuses
from opstui.backends.ci.gitea.files import HEAD, only, workflow
from opstui.backends.ci.github.counts import Counts
from opstui.backends.ci.github.slices import slices
from opstui.backends.ci.growing import Growing, Plain, most_telling
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import Capability, CiJob, CiRun, CiStep, LogChunk, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

PAGE = 50
"""Items of a page, the most that Gitea gives unless it is set up otherwise."""
MOST_JOBS = 500
MOST_WORKFLOWS = 100
PAUSES = ((1 << 20, 1.0), (1 << 62, 3.0))
"""Bytes up to which a growing log is asked for again after so many seconds."""
PATIENCE = 3.0
"""Seconds for what is added to the list; what takes longer comes with a later look."""
LOOKS_FOR = 20
"""Newest runs among which one that was started is looked for."""
KEPT = 1000
IN_BROWSER = "open it in the browser"


class Gitea(BaseServer):
    """The runs of one repository."""

    kind: ClassVar[str] = "gitea"
    can: ClassVar[frozenset[Capability]] = frozenset({
        Capability.START, Capability.RERUN, Capability.RERUN_FAILED, Capability.RERUN_JOB,
        Capability.JOBS, Capability.LOG, Capability.FOLLOW,
    })
    reasons: ClassVar[Mapping[Capability, str]] = {
        Capability.CANCEL: f"Gitea's API has no way to cancel a run; {IN_BROWSER}",
        Capability.FORCE: f"Gitea's API has no way to cancel a run; {IN_BROWSER}",
        Capability.APPROVE: f"Gitea's API has no way to approve a run; {IN_BROWSER}",
    }

    def __init__(
        self, name: str, door: Door, repository: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """repository: `owner/name`."""
        super().__init__(name, f"{door.base.removesuffix('/api/v1')}/{repository}")
        self._door = door
        self._repository = quote(repository)
        self._path = f"/repos/{self._repository}/actions"
        self._logs = Growing(door, Plain, PAUSES, clock)
        self._counts = Counts(self.jobs, self._outcome, self._no_more)
        self._clock = clock
        self._enough = 0.0
        self._seen: dict[str, datetime] = {}

    def rest(self) -> float:
        """From the door's limits."""
        return self._door.rest()

    def note(self) -> str:
        """From the door's limits."""
        return self._door.note()

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """Of all branches; with a login also the counts of jobs of the newest that matter."""
        found = await self._door.pages(
            f"{self._path}/runs", {"limit": min(limit, PAGE), "exclude_pull_requests": "true"},
            limit=limit, under="workflow_runs",
        )
        # One that starts between two pages moves another to both.
        runs = {one.text("id"): decode.run(one, self.name, self._first) for one in found}
        if not self._door.login.known:
            return self._counts.known(tuple(runs.values()))
        self._enough = self._clock() + PATIENCE
        return await self._counts.added(tuple(runs.values()))

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The newest attempt's jobs, with their steps."""
        found = await self._door.pages(
            f"{self._path}/runs/{run.id}/jobs", {"limit": PAGE}, limit=MOST_JOBS, under="jobs"
        )
        return decode.jobs(found, run)

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """A job's log, as it is also while the job runs; without a job the most telling one's."""
        job = job or most_telling(await self.jobs(run))
        if job is None or not job.log:
            raise OpstuiError(
                f"{job.name if job else f'run #{run.number}'} has no log", where=run.url,
                hint="look again when it has started",
            )
        key = f"{job.id}/{job.attempt}"
        over = self._logs.over(key) or job.status.finished
        if not over and self._logs.due(key):
            over = await self._ended(job)
        try:
            log = await self._logs.read(key, f"{self._path}/jobs/{job.id}/logs", over=over)
        except RefusalError as error:
            if error.status != 404:
                raise
            if not over:
                return LogChunk(b"", max(0, offset), complete=False)
            raise OpstuiError(
                f"Gitea has no log of {job.name}: it wrote none, or was cleaned up since",
                where=job.url or self.where, hint="run it again for a new one",
            ) from error
        part = slices(bytes(log.text), job.steps).get(step.key, (0, 0)) if step else None
        return self._logs.stretch(key, offset, limit, part)

    async def workflows(self) -> tuple[Workflow, ...]:
        """The active ones that can be started by hand, with the inputs their files declare."""
        answer = await self._door.get(f"{self._path}/workflows")
        active = [one for one in answer.json().objects("workflows")
                  if one.text("state") == "active"][:MOST_WORKFLOWS]
        found = [
            await workflow(self._door, self._repository, one.needed("path"), one.text("name"))
            for one in active
        ]
        return tuple(one for one in found if one is not None)

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Start a workflow on a branch's head; older servers do not say which run it became."""
        workflow = workflow or only(await self.workflows(), self.where)
        newest = max((int(run.id) for run in await self.runs(1) if run.id.isdecimal()), default=0)
        answer = await self._door.send(
            "POST",
            f"{self._path}/workflows/{quote(workflow, safe='')}/dispatches?return_run_details=true",
            {"ref": f"refs/heads/{branch}", "inputs": dict(inputs)},
        )
        if id := answer.json().text("workflow_run_id"):
            return await self._one(id)
        for run in await self.runs(LOOKS_FOR):
            if int(run.id) > newest and (run.branch, run.workflow) == (branch, workflow):
                return run
        raise OpstuiError(
            f"Gitea took {workflow}, but its run is not in the list yet", where=self.where,
            hint="refresh in a moment; " + HEAD,
        )

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """All of it, what failed, or one job: a new attempt at the same run."""
        path = f"{self._path}/runs/{run.id}"
        if job is not None:
            path += f"/jobs/{job.id}/rerun"
        else:
            path += "/rerun-failed-jobs" if failed else "/rerun"
        try:
            await self._door.send("POST", path)
        except RefusalError as error:
            if error.status != 404:
                raise
            raise OpstuiError(
                "this Gitea has no way to run that again", where=run.url or self.where,
                hint="it takes Gitea 1.27, and a login that may write; or " + IN_BROWSER,
            ) from error
        return await self._one(run.id)

    async def required(self, branch: str) -> frozenset[str]:
        """From the branch's protection."""
        return await statuses.required(self._door, self._repository, branch)

    async def close(self) -> None:
        """Close the connections."""
        await self._door.close()

    async def _one(self, id: str) -> CiRun:
        json = (await self._door.get(f"{self._path}/runs/{id}")).json()
        return decode.run(json, self.name, self._first)

    async def _ended(self, job: CiJob) -> bool:
        json = (await self._door.get(f"{self._path}/jobs/{job.id}")).json()
        return decode.status(json).finished

    async def _outcome(self, id: str, attempt: int) -> Status:
        """What a former attempt came to."""
        json = (await self._door.get(f"{self._path}/runs/{id}/attempts/{attempt}")).json()
        return decode.status(json)

    def _no_more(self) -> bool:
        return self._clock() > self._enough or self._door.rest() > 0

    def _first(self, id: str) -> datetime:
        """When a run was first seen that does not say when it was made."""
        while len(self._seen) > KEPT:
            del self._seen[next(iter(self._seen))]
        return self._seen.setdefault(id, datetime.now(UTC))
