"""Reads traces as seldom as possible: GitLab sends the whole of one each time it is asked.

Its API has no offset, and the body is made from the whole trace (lib/api/ci/jobs.rb). A Range is
asked for all the same, as a proxy or an object store in between may honour it.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from opstui.backends.ci.gitlab.trace import Trace
from opstui.backends.ci.web.door import Door
from opstui.domain.ci import CiStep, LogChunk

SMALL = 256 << 10
LARGE = 4 << 20
PAUSES = ((SMALL, 2.0), (LARGE, 10.0), (1 << 62, 60.0))
"""Bytes up to which a growing trace is asked for again after so many seconds."""
MOST = 64 << 20
"""Bytes of one trace that are read."""
AT_ONCE = 1 << 20
"""Bytes above which a trace is taken apart in a thread."""
KEPT = 4
"""Traces that are kept, so that moving between jobs costs nothing."""


@dataclass(slots=True)
class _Kept:
    trace: Trace = field(default_factory=Trace)
    asked: float = float("-inf")
    over: bool = False


class Traces:
    """The traces of one project's jobs, by the job's id."""

    def __init__(
        self, door: Door, project: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._door = door
        self._project = project
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def read(self, job: str, *, over: bool) -> Trace:
        """The trace as it is now, or was a moment ago; `over`: the job had ended before this."""
        kept = self._kept.setdefault(job, _Kept())
        self._kept.move_to_end(job)
        while len(self._kept) > KEPT or (len(self._kept) > 1 and self._bytes() > MOST):
            self._kept.popitem(last=False)
        if kept.over or (not over and not self._due(kept)):
            return kept.trace
        kept.asked = self._clock()
        try:
            await self._grow(job, kept, over)
        finally:
            kept.asked = self._clock()
        return kept.trace

    def due(self, job: str) -> bool:
        """Whether a look at the server is worth it now."""
        kept = self._kept.get(job)
        return kept is None or (not kept.over and self._due(kept))

    def known(self, job: str) -> Trace | None:
        """What was read of it already, without asking."""
        kept = self._kept.get(job)
        return kept.trace if kept is not None else None

    def over(self, job: str) -> bool:
        """Nothing will be added any more."""
        kept = self._kept.get(job)
        return kept is not None and kept.over

    def chunk(self, job: str, offset: int, limit: int, step: CiStep | None = None) -> LogChunk:
        """A stretch of what was read; negative offsets count from the end."""
        trace = self._kept[job].trace
        start, end = trace.piece(step) if step is not None else (0, len(trace.text))
        first = max(start, end + offset) if offset < 0 else min(start + offset, end)
        data = bytes(trace.text[first:min(end, first + limit)])
        behind = first + len(data)
        return LogChunk(data, behind - start, complete=behind == end and self.over(job))

    def _bytes(self) -> int:
        return sum(kept.trace.taken for kept in self._kept.values())

    def _due(self, kept: _Kept) -> bool:
        pause = next(seconds for size, seconds in PAUSES if kept.trace.taken <= size)
        return self._clock() - kept.asked >= pause

    async def _grow(self, job: str, kept: _Kept, over: bool) -> None:
        path = f"/projects/{self._project}/jobs/{job}/trace"
        text = await self._door.text(path, start=kept.trace.taken or None, most=MOST)
        skip = kept.trace.taken - text.start
        if skip > len(text.data):
            # It is shorter than it was: erased by somebody, or written anew.
            kept.trace, skip = Trace(), 0
        data, last = text.data[skip:], over or text.cut
        if len(data) > AT_ONCE:
            await asyncio.to_thread(kept.trace.feed, data, last=last)
        else:
            kept.trace.feed(data, last=last)
        kept.over = last
