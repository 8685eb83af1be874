"""Reads traces as seldom as possible: GitLab sends the whole of one each time it is asked.

Its API has no offset, and the body is made from the whole trace (lib/api/ci/jobs.rb). A Range is
asked for all the same, as a proxy or an object store in between may honour it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from opstui.backends.ci.gitlab.trace import Trace
from opstui.backends.ci.growing import Growing
from opstui.backends.ci.web.door import Door
from opstui.domain.ci import CiStep, LogChunk

PAUSES = ((256 << 10, 2.0), (4 << 20, 10.0), (1 << 62, 60.0))
"""Bytes up to which a growing trace is asked for again after so many seconds."""


class Traces:
    """The traces of one project's jobs, by the job's id."""

    def __init__(
        self, door: Door, project: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """project: as it stands in addresses, quoted."""
        self._project = project
        self._logs = Growing(door, Trace, PAUSES, clock)
        self.due, self.known, self.over = self._logs.due, self._logs.known, self._logs.over

    async def read(self, job: str, *, over: bool) -> Trace:
        """The trace as it is now, or was a moment ago; `over`: the job had ended before this."""
        path = f"/projects/{self._project}/jobs/{job}/trace"
        return await self._logs.read(job, path, over=over)

    def chunk(self, job: str, offset: int, limit: int, step: CiStep | None = None) -> LogChunk:
        """A stretch of what was read, or of a section; negative offsets count from the end."""
        trace = self._logs.known(job)
        part = trace.piece(step) if trace is not None and step is not None else None
        return self._logs.stretch(job, offset, limit, part)
