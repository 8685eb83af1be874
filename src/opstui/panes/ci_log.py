"""The log of a run as lines: its end at once, and what is added while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import CiRun, LogChunk
from opstui.domain.status import Status
from opstui.domain.words import duration, size
from opstui.operations.world import World
from opstui.panes.ci_servers import LIMIT
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, ansi, glyph, line

TAIL = 256 * 1024
"""Bytes of the log's end that the detail area loads."""
WHOLE = 8 * 1024 * 1024
"""Bytes of the log's end that are loaded for reading."""
LOOK = 0.3
"""Seconds between looks for new output."""
LONGEST = 64 * 1024
"""Bytes after which a line without an end is shown as it is."""


def log(world: World, server: CiServer, run: CiRun, tail: int = TAIL) -> Detail:
    """The log's last `tail` bytes, then what comes, ending in how the run ended."""
    reader = _Reader(world, server, run, tail)
    return Detail(
        f"ci/{run.key}/log/{tail}", "Log", reader.load,
        follow=None if run.status.finished else reader.follow,
    )


class _Reader:
    """Reads one log once; `follow` goes on where `load` stopped."""

    def __init__(self, world: World, server: CiServer, run: CiRun, tail: int) -> None:
        self._world = world
        self._server = server
        self._run = run
        self._tail = tail
        self._offset = 0
        self._rest = b""
        self._complete = False

    async def load(self, width: int, /) -> Sequence[Line]:
        """The end of what there is now."""
        chunk = await self._server.log(self._run, -self._tail, self._tail)
        data = chunk.data
        shown: list[Line] = []
        if chunk.offset > len(data):
            left_out = chunk.offset - len(data) + data.find(b"\n") + 1
            data = data[data.find(b"\n") + 1 :]
            where = f"; the whole log is in {self._run.place}" if self._run.place else ""
            shown.append(line((f"{size(left_out)} before this are left out{where}", "dim")))
        self._rest = b""
        shown += self._take(LogChunk(data, chunk.offset, chunk.complete))
        if chunk.complete:
            shown.append(await self._ending())
        elif not shown:
            shown.append(line((_waiting(self._run), "dim")))
        return shown

    async def follow(self) -> AsyncIterator[Sequence[Line]]:
        """New lines in batches, until the run has ended."""
        while not self._complete:
            chunk = await self._server.log(self._run, self._offset)
            batch = self._take(chunk)
            if chunk.complete:
                batch.append(await self._ending())
            if batch:
                yield batch
            elif not chunk.data:
                await asyncio.sleep(LOOK)

    def _take(self, chunk: LogChunk) -> list[Line]:
        """The whole lines of a chunk; the unfinished last one waits for its end."""
        self._offset = chunk.offset
        self._complete = chunk.complete
        *whole, rest = (self._rest + chunk.data).split(b"\n")
        if rest and (chunk.complete or len(rest) > LONGEST):
            whole.append(rest)
            rest = b""
        self._rest = rest
        return [ansi(one.decode("utf-8", "replace")) for one in whole]

    async def _ending(self) -> Line:
        runs = await self._server.runs(LIMIT)
        run = next((one for one in runs if one.key == self._run.key), self._run)
        return (glyph(run.status, ascii_only=self._world.ascii_only), *line(f" {ending(run)}"))


def ending(run: CiRun) -> str:
    """How a run ended, as one sentence: `passed in 41s`, `failed after 3.0s: exit 2`."""
    length = None
    if run.started and run.finished:
        length = duration((run.finished - run.started).total_seconds())
    word = "in" if run.status is Status.PASSED else "after"
    took = f" {word} {length}" if length else ""
    return f"{run.status.word}{took}{f': {run.reason}' if run.reason else ''}"


def _waiting(run: CiRun) -> str:
    if run.status is Status.QUEUED:
        return "queued: it starts as soon as the runs before it are done"
    return "nothing was written yet"
