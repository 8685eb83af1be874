"""Logs of jobs that ended, each fetched once, and a run's log made of them.

GET /repos/O/R/actions/jobs/ID/logs answers with a redirect to a storage address that is good for
a minute: https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run
A job's log never changes once the job ended; another attempt is another job.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opstui.backends.ci.github.slices import slices
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.ci import CiJob, CiRun, CiStep, LogChunk
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door

KEPT_BYTES = 48 << 20
"""Bytes of logs that are kept for the next read; the last one always is."""
KEPT_RUNS = 8
BOM = b"\xef\xbb\xbf"
NOT_LIVE = (
    "GitHub's API has no log of a running job; its steps are live, its log comes when the job ends"
)
_MORE = b"\n===== the log is longer; this is as much of it as opstui reads =====\n"


@dataclass(slots=True)
class _Log:
    """A job's whole log, and where its steps are, once somebody wanted to know."""

    data: bytes
    steps: dict[str, tuple[int, int]] | None = None


@dataclass(slots=True)
class _Told:
    """What a run's log was made of: reading on must find the same bytes before it."""

    order: list[CiJob] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes of each job's part, as far as known, so that none is fetched to be skipped."""


class Logs:
    """The logs of one repository's jobs."""

    def __init__(self, door: Door, repository: str) -> None:
        self._door = door
        self._repository = repository
        self._kept: OrderedDict[str, _Log] = OrderedDict()
        self._told: OrderedDict[tuple[str, int], _Told] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def of_job(
        self, job: CiJob, offset: int, limit: int, step: CiStep | None = None
    ) -> LogChunk:
        """A stretch of a job's log, or of the part that belongs to one of its steps."""
        if not job.log:
            raise OpstuiError(why_none(job), where=job.url)
        log = await self._fetched(job)
        begin, end = 0, len(log.data)
        if step is not None:
            if log.steps is None:
                log.steps = slices(log.data, job.steps)
            begin, end = log.steps.get(step.key, (0, 0))
        size = end - begin
        at = max(0, size + offset) if offset < 0 else min(offset, size)
        stop = min(size, at + limit)
        return LogChunk(log.data[begin + at : begin + stop], stop, stop == size)

    async def of_run(
        self, run: CiRun, jobs: Sequence[CiJob], offset: int, limit: int
    ) -> LogChunk:
        """The logs of the jobs that ended, one after another in the order they ended.

        That order stays as it was told first, so that a run under way can be read on.
        """
        told = self._remembered(run)
        known = {one.id for one in told.order}
        ready = [one for one in jobs if one.log and one.id not in known]
        told.order += sorted(ready, key=lambda one: (str(one.finished or ""), one.id))
        order = tuple(told.order)
        if offset < 0:
            total = sum([await self._size(told, job) for job in order])
            offset = max(0, total + offset)
        found: list[bytes] = []
        start, left = 0, len(order)
        for job in order:
            if start >= offset + limit:
                break
            left -= 1
            size = told.sizes.get(job.id)
            if size is None or start + size > offset:
                part = await self._part(job)
                size = told.sizes[job.id] = len(part)
                found.append(part[max(0, offset - start) : max(0, offset + limit - start)])
            start += size
        end = min(start, offset + limit)
        ended = run.status.finished and all(one.status.finished for one in jobs)
        return LogChunk(b"".join(found), end, ended and not left and end == start)

    def _remembered(self, run: CiRun) -> _Told:
        told = self._told.setdefault((run.id, run.attempt), _Told())
        self._told.move_to_end((run.id, run.attempt))
        while len(self._told) > KEPT_RUNS:
            self._told.popitem(last=False)
        return told

    async def _size(self, told: _Told, job: CiJob) -> int:
        if job.id not in told.sizes:
            told.sizes[job.id] = len(await self._part(job))
        return told.sizes[job.id]

    async def _part(self, job: CiJob) -> bytes:
        """A job's part of its run's log: a line that names it, then its log or why it is gone."""
        try:
            log = (await self._fetched(job)).data
        except RefusalError as error:
            if error.status not in (404, 410):
                raise
            log = f"{error.what}\n".encode()
        return _header(job) + (log if log.endswith(b"\n") or not log else log + b"\n")

    async def _fetched(self, job: CiJob) -> _Log:
        async with self._one_at_a_time:
            if job.id not in self._kept:
                self._kept[job.id] = await self._fetch(job)
                self._make_room()
            self._kept.move_to_end(job.id)
            return self._kept[job.id]

    async def _fetch(self, job: CiJob) -> _Log:
        try:
            text = await self._door.text(f"/repos/{self._repository}/actions/jobs/{job.id}/logs")
        except RefusalError as error:
            if error.status not in (404, 410):
                raise
            raise RefusalError(
                f"GitHub has no log of {job.name}; logs are usually deleted after 90 days",
                where=job.url or self._door.base, hint="run the job again for a new one",
                status=error.status, headers=error.headers, words=error.words,
            ) from error
        return _Log(text.data.removeprefix(BOM) + (_MORE if text.cut else b""))

    def _make_room(self) -> None:
        held = sum(len(one.data) for one in self._kept.values())
        while len(self._kept) > 1 and held > KEPT_BYTES:
            held -= len(self._kept.popitem(last=False)[1].data)


def why_none(job: CiJob) -> str:
    """Why a job has no log now, as one sentence."""
    if job.status is Status.RUNNING:
        return NOT_LIVE
    if not job.status.finished:
        return f"{job.name} has not started; its log comes when it ends"
    return f"{job.name} ran no step, so that it has no log"


def _header(job: CiJob) -> bytes:
    again = f", attempt {job.attempt}" if job.attempt > 1 else ""
    return f"===== {job.name}: {job.status.word}{again} =====\n".encode()
