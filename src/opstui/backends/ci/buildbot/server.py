"""A Buildbot master as a CI server.

Endpoints: https://docs.buildbot.net/latest/developer/rest.html, tried on Buildbot 4.3. A run is
a build request, so that it keeps its name from the queue to the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import ClassVar

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci.buildbot.decode import job_of, status_of, steps_of
from opstui.backends.ci.buildbot.forces import parameters, workflows_of
from opstui.backends.ci.buildbot.listen import news
from opstui.backends.ci.buildbot.logs import Logs
from opstui.backends.ci.buildbot.orders import Orders
from opstui.backends.ci.buildbot.signin import Acting, reading
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.refusals import RefusalError
from opstui.backends.json_object import Json, not_json
from opstui.domain.ci import Capability, CiJob, CiRun, CiStep, Failure, LogChunk, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

API = "/api/v2"


class Buildbot(BaseServer):
    """One master, as far as it builds this repository. Implements CiServer."""

    kind = "buildbot"
    can = frozenset({
        Capability.START, Capability.RERUN, Capability.CANCEL, Capability.JOBS, Capability.LOG,
        Capability.FOLLOW,
    })
    reasons: ClassVar[Mapping[Capability, str]] = {
        Capability.RERUN_FAILED: "Buildbot rebuilds a whole build, not only what failed",
        Capability.RERUN_JOB: "Buildbot rebuilds a whole build, not one part of it",
        Capability.FORCE: "Buildbot knows one way to stop a build only",
        Capability.APPROVE: "Buildbot has nothing that waits for a person",
    }

    def __init__(
        self, name: str, door: Door, remotes: tuple[str, ...], *, builders: tuple[str, ...] = (),
    ) -> None:
        """Set up without touching anything.

        door:     to the master's web address, with user and password or without.
        remotes:  addresses of this repository: a master builds many, the rest is left out.
        builders: names of the builders that count, whatever they say they build.
        """
        super().__init__(name, door.base)
        self._door = reading(door)
        self._act = Acting(door)
        self._orders = Orders(name, self._door, remotes, builders)
        self._logs = Logs(self._door)

    def rest(self) -> float:
        """Seconds it wants to be left alone."""
        return self._door.rest()

    def note(self) -> str:
        """What a person should know: above all why the list is empty."""
        return self._door.note() or self._orders.note

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """The newest build requests of this repository, with their builds."""
        return await self._orders.newest(limit)

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The newest build, and the builds that it triggered."""
        order = await self._orders.one(run.id)
        if order.build is None:
            return ()
        number = order.build.whole("buildid")
        try:
            triggered = await self._listed(f"/builds/{number}/triggered_builds", "builds")
        except RefusalError as error:
            if error.status != 404:  # before Buildbot 4.0
                raise
            triggered = []
        jobs = [self._job(order.build, "")]
        jobs += [self._job(one, run.workflow) for one in triggered]
        return tuple(await asyncio.gather(*jobs))

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        """The steps that failed, in the words they have for it themselves."""
        jobs = (job,) if job is not None else await self.jobs(run)
        found = []
        for one in jobs:
            if one.status in (Status.FAILED, Status.WARNED) and one.id:
                steps = await self._listed(f"/builds/{one.id}/steps", "steps")
                found += [
                    Failure(step.text("state_string"), step.text("name"), one.name)
                    for step in steps if status_of(step) is Status.FAILED
                ]
        return tuple(found)

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """The log of a step, else of all steps of a build one after the other.

        Lines of Buildbot itself are left out: they hold the worker's whole environment.
        """
        if step is not None and step.id:
            return await self._logs.read(await self._logs.of_step(step.id), offset, limit)
        if job is not None and job.id:
            build = await self._first(f"/builds/{job.id}", "builds")
        else:
            order = await self._orders.one(run.id)
            if order.build is None:
                return LogChunk(b"", 0, order.request.truth("complete"))
            build = order.build
        shelf = await self._logs.of_build(build.whole("buildid"), build.truth("complete"))
        return await self._logs.read(shelf, offset, limit)

    async def workflows(self) -> tuple[Workflow, ...]:
        """What the master's force schedulers can start, of the builders that count here."""
        builders = {name: one for one, name in (await self._orders.builders()).items()}
        allowed = await self._orders.allowed()
        found = [
            workflow for scheduler in await self._listed("/forceschedulers", "forceschedulers")
            for workflow in workflows_of(scheduler, builders)
        ]
        return tuple(one for one in found
                     if allowed is None or int(one.id.rpartition("/")[2]) in allowed)

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Force a build of a commit."""
        known = await self.workflows()
        if not workflow and len(known) == 1:
            workflow = known[0].id
        if workflow not in {one.id for one in known}:
            raise OpstuiError(
                "which builder is to be started is not clear" if not workflow
                else f"no force scheduler {workflow!r} is there any more", where=self.where,
                hint=f"known: {', '.join(one.id for one in known) or 'none'}",
            )
        name, _, builder = workflow.rpartition("/")
        scheduler = await self._first(f"/forceschedulers/{name}", "forceschedulers")
        ours = {"branch": branch, "revision": commit, **self._orders.place}
        sent = parameters(scheduler, int(builder), inputs, ours)
        result = await self._act(f"{API}/forceschedulers/{name}", "force", **sent)
        return replace(await self._started(result), branch=branch, commit=commit)

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """Build the same source stamp with the same properties again."""
        if failed or job is not None:
            raise self._cannot(Capability.RERUN_JOB if job else Capability.RERUN_FAILED)
        order = await self._orders.one(run.id)
        if order.build is None:
            raise OpstuiError("it was never built, so there is nothing to build again",
                              where=self.where, hint="start a new one")
        path = f"{API}/builds/{order.build.whole('buildid')}"
        again = await self._started(await self._act(path, "rebuild"))
        return replace(again, branch=again.branch or run.branch)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        """Stop the build, or take the request out of the queue."""
        order = await self._orders.one(run.id)
        reason = "stopped from opstui"
        if order.request.truth("complete"):
            raise OpstuiError(f"{run.workflow} #{run.number} has ended already", where=self.where)
        if order.build is None or order.waits:
            await self._act(f"{API}/buildrequests/{run.id}", "cancel", reason=reason)
        else:
            path = f"{API}/builds/{order.build.whole('buildid')}"
            await self._act(path, "stop", reason=reason)

    def changes(self) -> AsyncIterator[None]:
        """Yields when the master says that something changed, of whatever it builds."""
        return news(self._door)

    async def close(self) -> None:
        """Let go of connections and of the session."""
        await self._door.close()
        await self._act.close()

    async def _job(self, build: Json, stage: str) -> CiJob:
        steps = await self._steps(build.whole("buildid"))
        names = await self._orders.builders()
        name = names.get(build.whole("builderid"), "build")
        return job_of(build, name, steps, self.where, stage)

    async def _steps(self, build: int) -> tuple[CiStep, ...]:
        """The steps, with the exit codes of those that failed."""
        steps = steps_of(await self._listed(f"/builds/{build}/steps", "steps"))
        return tuple([
            replace(step, exit_code=await self._logs.exit_code(step.id))
            if step.status in (Status.FAILED, Status.WARNED) else step for step in steps
        ])

    async def _started(self, result: object) -> CiRun:
        """The run of `[buildset, {builder: request}]`."""
        requests = result[1] if isinstance(result, list) and len(result) == 2 else None
        if not isinstance(requests, dict) or not requests:
            raise not_json("Buildbot", "no request was made", self.where)
        return await self._orders.run(str(next(iter(requests.values()))))

    async def _listed(self, path: str, name: str) -> list[Json]:
        return list((await self._door.get(API + path)).json().objects(name))

    async def _first(self, path: str, name: str) -> Json:
        for one in await self._listed(path, name):
            return one
        raise not_json("Buildbot", f"{name} is empty", self.where)


