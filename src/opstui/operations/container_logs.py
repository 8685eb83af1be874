"""Logs of containers: one followed over its restarts, several merged by the engine's times."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from heapq import heapify, heappop, heapreplace
from time import monotonic

from opstui.domain.container_state import ContainerState, state_of
from opstui.domain.container_use import Said, Window
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.operations.world import World

LOOKS = 0.5
"""Seconds between looks at the list, which is in memory, for a container that came back."""
LAST_WORDS = timedelta(milliseconds=50)
QUIET = 0.25
"""Seconds without a word after which a container is not waited for any more."""
FIRST = 1.0
"""Seconds that the first words of each are waited for."""
BATCH = 2_000
"""Lines that are told at once, so that keys come in between."""
ROOM = 20_000
"""Lines of one container that may wait for the others."""

Words = list[Said] | str
"""Lines of a container, or a remark about it."""


async def follow(world: World, container: Container, window: Window) -> AsyncGenerator[Words, None]:
    """The log over the container's restarts, until it is gone."""
    output = world.engine.logs(container, window)
    while True:
        async for lines in output:
            yield lines
        state = await _state(world, container)
        if state is None:
            yield "the container is gone"
            return
        if not state.running:
            yield _ending(state)
        while state is not None and not state.running:
            await _listed_as_running(world, container)
            state = await _state(world, container)
        if state is None:
            return
        yield "started again"
        output = world.engine.logs(container, Window(window.tail, _new_output(state)))


async def _state(world: World, container: Container) -> ContainerState | None:
    """How it is; None when it is gone."""
    try:
        return state_of(await world.engine.inspect(container.id))
    except OpstuiError:
        return None


async def _listed_as_running(world: World, container: Container) -> None:
    """Wait for the list, which the event stream keeps fresh, to show it running or gone."""
    while True:
        await asyncio.sleep(LOOKS)
        listed = next((one for one in world.board.containers if one.id == container.id), None)
        if listed is None or listed.state == "running":
            return


def _new_output(state: ContainerState) -> str:
    """From when on output is a new start's.

    A container writes before the engine notes its start, so the end before it counts, and a
    little more for the last words that were still in the pipe then.
    """
    if state.finished is None:  # it never ended: the engine itself was away
        return state.started.isoformat() if state.started else ""
    return (state.finished + LAST_WORDS).isoformat()


def _ending(state: ContainerState) -> str:
    if state.exit_code is None:
        return "it was not started yet"
    killed = ", killed: out of memory" if state.out_of_memory else ""
    return f"it ended with exit {state.exit_code}{killed}"


class _Lane:
    """What one of several containers said and nobody has read yet."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: deque[Said | str] = deque()
        self.heard = monotonic() + FIRST - QUIET
        self.ended = False
        self.room = asyncio.Event()

    @property
    def holds_up(self) -> bool:
        """Whether its next words may be older than what the others said."""
        return not (self.waiting or self.ended or monotonic() - self.heard > QUIET)

    @property
    def head(self) -> bytes:
        """The time of its next words; a remark comes at once."""
        first = self.waiting[0]
        return b"" if isinstance(first, str) else first.stamp


async def merged(
    sources: Mapping[str, AsyncGenerator[Words, None]]
) -> AsyncGenerator[list[tuple[str, Said | str]], None]:
    """What several containers say, with their names, by the engine's times.

    Each one's words are in order already, so the oldest of the next ones is next, once every
    container has said something or has been quiet for a moment. Ends with the last of them.
    """
    lanes = [_Lane(name) for name in sources]
    news = asyncio.Event()
    tasks = [asyncio.create_task(_listen(sources[lane.name], lane, news)) for lane in lanes]
    try:
        while True:
            if batch := _next(lanes):
                yield batch
                for lane in lanes:
                    lane.room.set()
                await asyncio.sleep(0)
                continue
            if all(lane.ended for lane in lanes):
                return
            news.clear()
            waited = any(lane.waiting for lane in lanes)
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIET / 5 if waited else None):
                    await news.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _next(lanes: Sequence[_Lane]) -> list[tuple[str, Said | str]]:
    """All that can be told by now, up to a batch."""
    found: list[tuple[str, Said | str]] = []
    if any(lane.holds_up for lane in lanes):
        return found
    heads = [(lane.head, n) for n, lane in enumerate(lanes) if lane.waiting]
    heapify(heads)
    while heads and len(found) < BATCH:
        lane = lanes[heads[0][1]]
        found.append((lane.name, lane.waiting.popleft()))
        if lane.waiting:
            heapreplace(heads, (lane.head, heads[0][1]))
        elif lane.holds_up:
            break
        else:
            heappop(heads)
    return found


async def _listen(source: AsyncGenerator[Words, None], lane: _Lane, news: asyncio.Event) -> None:
    try:
        async with aclosing(source) as words:
            async for some in words:
                lane.waiting.extend([some] if isinstance(some, str) else some)
                lane.heard = monotonic()
                news.set()
                while len(lane.waiting) > ROOM:
                    lane.room.clear()
                    await lane.room.wait()
    except OpstuiError as error:
        lane.waiting.append(str(error))
    finally:
        lane.ended = True
        news.set()
