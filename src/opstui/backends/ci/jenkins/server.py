"""Jenkins as a CI server.

Endpoints: https://www.jenkins.io/doc/book/using/remote-access-api/. Not tried on a real Jenkins,
since none can be installed from the package registries; the tests' fake is judged by api4jenkins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from opstui.backends.ci.base import BaseServer
from opstui.backends.ci.jenkins.approving import approve
from opstui.backends.ci.jenkins.decode import rebased
from opstui.backends.ci.jenkins.finding import Finding
from opstui.backends.ci.jenkins.posting import Posting
from opstui.backends.ci.jenkins.stages import WHOLE, Stages
from opstui.backends.ci.jenkins.starting import Starting
from opstui.backends.ci.jenkins.stopping import stop
from opstui.backends.ci.jenkins.tapes import Tapes
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.refusals import RefusalError
from opstui.backends.json_object import Json
from opstui.domain.ci import Capability, CiJob, CiRun, CiStep, Failure, LogChunk, Workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

MOST_RUNNING = 8
"""Builds under way that are asked how far they are."""
MOST_TESTS = 100
"""Failing tests that are named."""
TESTS = "suites[cases[className,name,status,errorDetails]]"
AGAIN = "a new build of what the branch is now: Jenkins builds no chosen commit again"


class Jenkins(BaseServer):
    """One Jenkins, as far as it builds this repository. Implements CiServer."""

    kind = "jenkins"
    can = frozenset({
        Capability.START, Capability.RERUN, Capability.CANCEL, Capability.FORCE,
        Capability.APPROVE, Capability.JOBS, Capability.LOG, Capability.FOLLOW,
    })
    reasons: ClassVar[Mapping[Capability, str]] = {
        Capability.RERUN_FAILED: "Jenkins builds all of it anew, not only what failed",
        Capability.RERUN_JOB: "Jenkins can't run one stage alone",
    }

    def __init__(
        self, name: str, door: Door, remotes: tuple[str, ...], *, jobs: tuple[str, ...] = (),
    ) -> None:
        """Set up without touching anything.

        remotes: addresses of this repository.
        jobs:    full names or addresses of jobs, multibranch projects or folders; without, they
                 are looked for among the jobs whose last build cloned this repository.
        """
        super().__init__(name, door.base)
        self._door = door
        self._finding = Finding(name, door, remotes, jobs)
        self._tapes = Tapes(door)
        self._stages = Stages(door, self._tapes)
        self._post = Posting(door)
        self._starting = Starting(name, door, self._finding, self._post)

    def rest(self) -> float:
        """Seconds it wants to be left alone."""
        return self._door.rest()

    def note(self) -> str:
        """What a person should know: above all why the list is empty."""
        return self._door.note() or self._finding.note

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        """The newest builds of this repository's jobs, and what waits in the queue."""
        runs = await self._finding.runs(limit)
        running = [run for run in runs if run.status is Status.RUNNING][:MOST_RUNNING]
        told = dict(zip((run.id for run in running),
                        await asyncio.gather(*map(self._glanced, running)), strict=True))
        return tuple(told.get(run.id, run) for run in runs)

    async def jobs(self, run: CiRun) -> tuple[CiJob, ...]:
        """The stages of a pipeline with their steps, or the build as the one job."""
        run = await self._built(run)
        return await self._stages.jobs(run) if run.number else ()

    async def failures(self, run: CiRun, job: CiJob | None = None) -> tuple[Failure, ...]:
        """What the failed stages say, then the failing tests of the report, if there is one."""
        jobs = (job,) if job is not None else await self.jobs(run)
        found = [Failure(one.reason, one.name, one.name) for one in jobs
                 if one.status is Status.FAILED and one.reason and one.id != WHOLE]
        return (*found, *await self._tests(run))

    async def log(
        self, run: CiRun, offset: int, limit: int = 1 << 20, *,
        job: CiJob | None = None, step: CiStep | None = None,
    ) -> LogChunk:
        """The log of a step, of a stage, or of the whole build."""
        data: bytes | bytearray
        if job is None or job.id == WHOLE:
            run = await self._built(run)
            if not run.number:
                return LogChunk(b"", 0, run.status.finished)
            tape = await self._tapes.read(f"{run.url}logText/")
            data, complete = tape.data, tape.complete
        else:
            job = await self._stages.now(run, job)
            data, complete = await self._stages.log(run, job, step)
        start = max(0, len(data) + offset) if offset < 0 else min(offset, len(data))
        piece = bytes(data[start : start + limit])
        end = start + len(piece)
        return LogChunk(piece, end, complete and end == len(data))

    async def workflows(self) -> tuple[Workflow, ...]:
        """The jobs of this repository with their parameters; one for a multibranch project."""
        return await self._starting.workflows()

    async def start(
        self, commit: str, branch: str, workflow: str = "", inputs: Mapping[str, str] = {},
    ) -> CiRun:
        """Put a build of the branch's head into the queue; the commit can't be chosen."""
        return await self._starting.start(branch, workflow, inputs)

    async def rerun(
        self, run: CiRun, *, failed: bool = False, job: CiJob | None = None
    ) -> CiRun:
        """Build the branch's present head with the parameters that the run had."""
        if failed or job is not None:
            raise self._cannot(Capability.RERUN_JOB if job else Capability.RERUN_FAILED)
        run = await self._built(run)
        if not run.number:
            raise OpstuiError("it was not built yet, so there is nothing to build again",
                              where=self.where, hint="wait for it, or cancel it")
        return replace(await self._starting.again(run), reason=AGAIN)

    async def cancel(self, run: CiRun, *, force: bool = False) -> None:
        """Stop a build, or take it out of the queue; force does not let it clean up."""
        run = await self._built(run)
        if run.number:
            await stop(self._door, self._post, run.url, force=force)
        elif run.status.finished:
            raise OpstuiError("it was taken out of the queue already", where=self.where)
        else:
            await self._post(f"/queue/cancelItem?id={run.id}")

    async def approve(self, run: CiRun, job: CiJob | None = None) -> None:
        """Let a pipeline go on that waits for a yes."""
        await approve(self._door, self._post, run)

    async def close(self) -> None:
        """Let go of connections."""
        await self._door.close()

    async def _glanced(self, run: CiRun) -> CiRun:
        told = await self._stages.glance(run)
        if told is None:
            return run
        status = Status.BLOCKED if told.status is Status.BLOCKED else run.status
        return replace(run, status=status, jobs_failed=told.failed, jobs_done=told.done)

    async def _built(self, run: CiRun) -> CiRun:
        """The run with its build's number and address, if it left the queue by now."""
        if run.number or not run.id.isdecimal():
            return run
        try:
            item = (await self._door.get(f"/queue/item/{run.id}/api/json")).json()
        except RefusalError as error:
            if error.status != 404:
                raise
            return run
        build = item.inner("executable")
        if build.has("number"):
            return replace(
                run, number=build.whole("number"), status=Status.RUNNING,
                url=rebased(build.needed("url"), self.where),
            )
        return replace(run, status=Status.CANCELLED) if item.truth("cancelled") else run

    async def _tests(self, run: CiRun) -> list[Failure]:
        """Failing tests by name, from the JUnit plugin."""
        if run.status not in (Status.FAILED, Status.WARNED):
            return []
        try:
            answer = await self._door.get(f"{run.url}testReport/api/json", {"tree": TESTS})
        except RefusalError as error:
            if error.status != 404:
                raise
            return []
        return [_test(case) for suite in answer.json().objects("suites")
                for case in suite.objects("cases")
                if case.text("status") in ("FAILED", "REGRESSION")][:MOST_TESTS]


def _test(case: Json) -> Failure:
    place = ".".join(filter(None, (case.text("className"), case.text("name"))))
    words = case.text("errorDetails").strip().partition("\n")[0]
    return Failure(words or "failed", place, test=True)


