"""Logs of runs, jobs and steps: as a tail beside a list, or whole over everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiJob, CiRun, CiStep, LogChunk
from opstui.domain.ci_target import Target
from opstui.domain.status import Status
from opstui.domain.words import duration, size
from opstui.operations.ci_feeds import LIMIT
from opstui.operations.world import World
from opstui.ui.desk import Detail, no_lines
from opstui.ui.log_feed import Log, Piece
from opstui.ui.paint import Line, glyph, line

if TYPE_CHECKING:
    from opstui.domain.log_text import LogText

TAIL = 256 * 1024
"""Bytes of the log's end that the detail area loads."""
CHUNK = 1 << 20
"""Bytes that are asked for at once."""
LOOK = 0.3
"""Seconds between looks for new output of the local runner."""
LOOK_FAR = 2.0
"""Seconds between looks for new output of a server elsewhere."""
LONGEST_REST = 60.0
LOCAL = "local"
"""The runner that may be looked at often: it is a file."""


def log(world: World, server: CiServer, target: Target, *, whole: bool = False) -> Detail:
    """The log, then what comes, ending in how it ended; without `whole` only its last part."""
    follows = Capability.FOLLOW in server.capabilities
    ended = target.status.finished
    still = "" if follows or ended else _why_still(server, target)
    # where it can't be followed, its end is another text to read
    state = "" if follows else f"/{target.status.word}"
    return Detail(
        f"ci/{target.key}/log{'/whole' if whole else ''}{state}", "Log", no_lines,
        log=Log(_Reader(world, server, target, whole=whole).pieces, target.file, still),
    )


def _why_still(server: CiServer, target: Target) -> str:
    return f"{target.status.word}: {server.why_not(Capability.FOLLOW)}"


class _Reader:
    """Reads one log once."""

    def __init__(
        self, world: World, server: CiServer, target: Target, *, whole: bool, offset: int = 0,
    ) -> None:
        self._world = world
        self._server = server
        self._target = target
        self._whole = whole
        self._offset = offset

    async def pieces(self) -> AsyncIterator[Piece]:
        """The log from where it was read to, until it ends."""
        target, server = self._target, self._server
        follows = Capability.FOLLOW in server.capabilities
        if Capability.LOG not in server.capabilities:
            yield Piece(note=line((server.why_not(Capability.LOG), "dim")))
            return
        if not target.status.finished and not follows and not _readable(target):
            return
        if target.job is not None and not target.job.log and target.status.finished:
            yield Piece(note=line(("this job has no log", "dim")))
            return
        if target.status is Status.QUEUED and not target.step:
            yield Piece(note=line((_waiting(target), "dim")))
        if target.timed and target.status.finished:
            yield Piece(await self._by_time())
            yield Piece(note=await self._ending())
            return
        pieces, complete = await self._begin()
        while True:
            for piece in pieces:
                yield piece
            if complete or not (pieces or follows):
                break
            if not pieces:
                yield Piece(live=True)
                await asyncio.sleep(self._look())
            pieces, complete = await self._next()
        if complete:
            yield Piece(note=await self._ending())

    def _look(self) -> float:
        rest = min(self._server.rest(), LONGEST_REST)
        return max(rest, LOOK if self._server.name == LOCAL else LOOK_FAR)

    async def _begin(self) -> tuple[list[Piece], bool]:
        """The first pieces: the log's end, or its beginning where all of it is wanted."""
        start, stop = self._target.stretch
        self._offset = max(self._offset, start)
        if self._whole or stop is not None or self._offset:
            return await self._next()
        chunk = await self._ask(-TAIL, TAIL)
        data, self._offset = chunk.data, chunk.offset
        if chunk.offset <= len(data):
            return [Piece(data)] if data else [], chunk.complete
        cut = data.find(b"\n") + 1
        left_out = chunk.offset - len(data) + cut
        note = line((f"{size(left_out)} before this are left out; ", "dim"), ("l", "key"),
                    (" reads all of it", "dim"))
        return [Piece(note=note), Piece(data[cut:])], chunk.complete

    async def _next(self) -> tuple[list[Piece], bool]:
        stop = self._target.stretch[1]
        limit = CHUNK if stop is None else min(CHUNK, stop - self._offset)
        if limit <= 0:
            return [], True
        chunk = await self._ask(self._offset, limit)
        self._offset = chunk.offset
        complete = chunk.complete or (stop is not None and chunk.offset >= stop)
        return [Piece(chunk.data)] if chunk.data else [], complete

    async def _by_time(self) -> bytes:
        """The lines of the job's log that were written while the step ran."""
        from opstui.domain.failing_lines import failing_part  # not at the start
        from opstui.operations.first_failure import whole

        text = await whole(self._server, replace(self._target, step=None))
        step = self._target.step
        part = failing_part(text, step.started if step else None, step.finished if step else None)
        return text.stretch(part.start, part.stop)

    async def _ask(self, offset: int, limit: int) -> LogChunk:
        target = self._target
        return await self._server.log(
            target.run, offset, limit, job=target.job, step=target.asked
        )

    async def _ending(self) -> Line:
        ended = self._target
        if not ended.status.finished:
            ended = await now(self._server, ended)
        return (
            glyph(ended.status, ascii_only=self._world.ascii_only), *line(f" {ending(ended.thing)}")
        )


def _readable(target: Target) -> bool:
    """Whether there may be a log though it has not ended."""
    return target.job is not None and target.job.log and target.job.status.finished


async def now(server: CiServer, target: Target) -> Target:
    """The same as the server knows it now."""
    if target.job is not None:
        jobs = await server.jobs(target.run)
        job = next((one for one in jobs if one.key == target.job.key), target.job)
        return replace(target, job=job, step=_step(job.steps, target.step))
    run = next((one for one in await server.runs(LIMIT) if one.key == target.run.key), target.run)
    return replace(target, run=run, step=_step(run.steps, target.step))


def _step(steps: Sequence[CiStep], step: CiStep | None) -> CiStep | None:
    if step is None:
        return None
    return next((one for one in steps if one.key == step.key), step)


def read_already(
    world: World, server: CiServer, target: Target, text: LogText, at: int | None,
    head: Sequence[Line],
) -> Detail:
    """A log that was read before, begun at a line; it goes on where reading stopped."""
    reader = _Reader(world, server, target, whole=True,
                     offset=target.stretch[0] + text.size)
    return Detail(
        f"ci/{target.key}/log/failure", "Log", no_lines,
        log=Log(reader.pieces, target.file, text=text, at=at, head=head),
    )


def ending(thing: CiRun | CiJob | CiStep) -> str:
    """How it ended, as one sentence: `passed in 41s`, `failed after 3.0s: exit 2`."""
    length = None
    if thing.started and thing.finished:
        length = duration((thing.finished - thing.started).total_seconds())
    word = "in" if thing.status is Status.PASSED else "after"
    took = f" {word} {length}" if length else ""
    if isinstance(thing, CiStep):
        reason = f"exit {thing.exit_code}" if thing.exit_code else ""
    else:
        reason = thing.reason
    return f"{thing.status.word}{took}{f': {reason}' if reason else ''}"


def _waiting(target: Target) -> str:
    if target.job is None:
        return "queued: it starts as soon as the runs before it are done"
    return "queued: nothing was written yet"
