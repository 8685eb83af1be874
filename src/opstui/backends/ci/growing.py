"""Logs that grow on a server: asked for as seldom as that is useful, and never from the start."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from opstui.domain.ci import CiJob, LogChunk
from opstui.domain.status import Status

if TYPE_CHECKING:
    from opstui.backends.ci.web.door import Door

MOST = 64 << 20
"""Bytes of one log that are read, and of all that are kept."""
AT_ONCE = 1 << 20
"""Bytes above which news are taken apart in a thread, in pieces of that size."""
KEPT = 4
"""Logs that are kept, so that moving between jobs costs nothing."""
Pauses = Sequence[tuple[int, float]]
"""Bytes up to which a growing log is asked for again after so many seconds; ascending."""


class Sink(Protocol):
    """Where a log's bytes go, and the text that became of them."""

    taken: int
    """Bytes of the server's own log that were fed."""
    text: bytearray
    """What is shown; it only ever grows."""

    def feed(self, data: bytes, *, last: bool) -> None:
        """Take what the server added; `last`: there will be no more."""
        ...


class Plain:
    """A log as it comes."""

    def __init__(self) -> None:
        self.taken = 0
        self.text = bytearray()

    def feed(self, data: bytes, *, last: bool) -> None:
        """Add it."""
        self.taken += len(data)
        self.text += data


S = TypeVar("S", bound=Sink)


@dataclass(slots=True)
class _Kept(Generic[S]):
    sink: S
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: float = float("-inf")
    over: bool = False


class Growing(Generic[S]):
    """The logs of one server, by a key such as the job's id.

    What is behind the known bytes is asked for with Range; a server that sends the whole instead
    is fine, and what is known of it is left out.
    """

    def __init__(
        self, door: Door, make: Callable[[], S], pauses: Pauses,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._make = make
        self._pauses = pauses
        self._clock = clock
        self._kept: OrderedDict[str, _Kept[S]] = OrderedDict()

    async def read(self, key: str, path: str, *, over: bool) -> S:
        """The log as it is now, or was a moment ago; `over`: its job had ended before this."""
        kept = self._kept.setdefault(key, _Kept(self._make()))
        self._kept.move_to_end(key)
        self._make_room()
        async with kept.reading:
            if not kept.over and (over or self._is_due(kept)):
                try:
                    await self._grow(kept, path, over)
                finally:
                    kept.asked = self._clock()
                    self._kept[key] = kept  # another log may have taken its place meanwhile
            return kept.sink

    def due(self, key: str) -> bool:
        """Whether a look at the server is worth it now."""
        kept = self._kept.get(key)
        return kept is None or (not kept.over and self._is_due(kept))

    def known(self, key: str) -> S | None:
        """What was read of it already, without asking."""
        kept = self._kept.get(key)
        return kept.sink if kept is not None else None

    def over(self, key: str) -> bool:
        """All of it was read."""
        kept = self._kept.get(key)
        return kept is not None and kept.over

    def stretch(
        self, key: str, offset: int, limit: int, part: tuple[int, int] | None = None
    ) -> LogChunk:
        """At most `limit` bytes of what was read, or of a part of it; negative is from the end."""
        text = self._kept[key].sink.text
        start, end = part or (0, len(text))
        first = max(start, end + offset) if offset < 0 else min(start + offset, end)
        data = bytes(text[first:min(end, first + max(0, limit))])
        behind = first + len(data)
        return LogChunk(data, behind - start, complete=behind == end and self.over(key))

    def _make_room(self) -> None:
        while len(self._kept) > KEPT or (
            len(self._kept) > 1 and sum(one.sink.taken for one in self._kept.values()) > MOST
        ):
            self._kept.popitem(last=False)

    def _is_due(self, kept: _Kept[S]) -> bool:
        pause = next((seconds for size, seconds in self._pauses if kept.sink.taken <= size),
                     self._pauses[-1][1])
        return self._clock() - kept.asked >= pause

    async def _grow(self, kept: _Kept[S], path: str, over: bool) -> None:
        text = await self._door.text(path, start=kept.sink.taken or None, most=MOST)
        skip = kept.sink.taken - text.start
        if skip > len(text.data):
            # It is shorter than it was: erased by somebody, or written anew.
            kept.sink, skip = self._make(), 0
        data, last = text.data[skip:], over or text.cut
        if len(data) > AT_ONCE:
            await asyncio.to_thread(_fed, kept.sink, data, last)
        else:
            kept.sink.feed(data, last=last)
        kept.over = last


def _fed(sink: Sink, data: bytes, last: bool) -> None:
    """In pieces, between which the screen gets its turn."""
    for at in range(0, len(data), AT_ONCE):
        sink.feed(data[at:at + AT_ONCE], last=last and at + AT_ONCE >= len(data))


def most_telling(jobs: Sequence[CiJob]) -> CiJob | None:
    """Whose log a person wants first: the first that failed, else that runs, else the last."""
    ready = [job for job in jobs if job.log]
    for status in (Status.FAILED, Status.RUNNING):
        if found := next((job for job in ready if job.status is status), None):
            return found
    return ready[-1] if ready else None
