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
"""Bytes of logs that are kept for the next read; the log on the screen always is."""
KEPT_RUNS = 8
BOM = b"\xef\xbb\xbf"
_MORE = b"\n===== the log is longer; this is as much of it as opstui reads =====\n"
NOT_LIVE = (
    "GitHub's API has no log of a running job; its steps are live, its log comes when the job ends"
)


@dataclass(slots=True)
class _Told:
    """What was given out of a run's log: reading on must find the same bytes before it."""

    order: list[CiJob] = field(default_factory=list)


class Logs:
    """The logs of one repository's jobs."""

    def __init__(self, door: Door, repository: str) -> None:
        self._door = door
        self._repository = repository
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._told: OrderedDict[tuple[str, int], _Told] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def of_job(
        self, job: CiJob, offset: int, limit: int, step: CiStep | None = None
    ) -> LogChunk:
        """A stretch of a job's log, or of the part that belongs to one of its steps."""
        if not job.log:
            raise OpstuiError(why_none(job), where=job.url)
        whole = await self._fetched(job)
        if step is not None:
            begin, end = slices(whole, job.steps).get(step.key, (0, 0))
            whole = whole[begin:end]
        return stretch([whole], offset, limit, ended=True)

    async def of_run(
        self, run: CiRun, jobs: Sequence[CiJob], offset: int, limit: int
    ) -> LogChunk:
        """The logs of the jobs that ended, one after another in the order they ended.

        That order stays as it was told first, so that a run under way can be read on.
        """
        told = self._told.setdefault((run.id, run.attempt), _Told())
        self._told.move_to_end((run.id, run.attempt))
        while len(self._told) > KEPT_RUNS:
            self._told.popitem(last=False)
        known = {one.id for one in told.order}
        ready = [one for one in jobs if one.log and one.id not in known]
        told.order += sorted(ready, key=lambda one: (str(one.finished or ""), one.id))
        pieces: list[bytes] = []
        for job in told.order:
            pieces += [_header(job), await self._readable(job)]
        ended = run.status.finished and all(one.status.finished for one in jobs)
        return stretch(pieces, offset, limit, ended=ended)

    async def _readable(self, job: CiJob) -> bytes:
        """A job's log that ends with a line's end, or why it is gone."""
        try:
            log = await self._fetched(job)
        except RefusalError as error:
            if error.status not in (404, 410):
                raise
            log = f"{_gone(job)}\n".encode()
        return log if log.endswith(b"\n") or not log else log + b"\n"

    async def _fetched(self, job: CiJob) -> bytes:
        async with self._one_at_a_time:
            if job.id not in self._kept:
                path = f"/repos/{self._repository}/actions/jobs/{job.id}/logs"
                try:
                    text = await self._door.text(path)
                except RefusalError as error:
                    if error.status not in (404, 410):
                        raise
                    raise RefusalError(
                        _gone(job), where=job.url or self._door.base,
                        hint="run the job again for a new one", status=error.status,
                        headers=error.headers, words=error.words,
                    ) from error
                rest = _MORE if text.cut else b""
                self._kept[job.id] = text.data.removeprefix(BOM) + rest
                self._make_room()
            self._kept.move_to_end(job.id)
            return self._kept[job.id]

    def _make_room(self) -> None:
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > KEPT_BYTES:
            self._kept.popitem(last=False)


def why_none(job: CiJob) -> str:
    """Why a job has no log now, as one sentence."""
    if job.status is Status.RUNNING:
        return NOT_LIVE
    if not job.status.finished:
        return f"{job.name} has not started; its log comes when it ends"
    return f"{job.name} ran no step, so that it has no log"


def stretch(pieces: Sequence[bytes], offset: int, limit: int, *, ended: bool) -> LogChunk:
    """At most `limit` bytes from `offset` of the pieces as one; a negative one is from the end."""
    size = sum(map(len, pieces))
    at = max(0, size + offset) if offset < 0 else min(offset, size)
    end = min(size, at + max(0, limit))
    found: list[bytes] = []
    start = 0
    for piece in pieces:
        found.append(piece[max(0, at - start) : max(0, end - start)])
        start += len(piece)
    return LogChunk(b"".join(found), end, ended and end == size)


def _header(job: CiJob) -> bytes:
    again = f", attempt {job.attempt}" if job.attempt > 1 else ""
    return f"===== {job.name}: {job.status.word}{again} =====\n".encode()


def _gone(job: CiJob) -> str:
    return f"GitHub keeps no log of {job.name} any more (usually after 90 days)"
