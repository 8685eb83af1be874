"""What takes the engine a while: pulling, pushing, building, pruning; each with its progress."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime

from opstui.domain.status import Status
from opstui.domain.transfer import Part

KEPT = 50
"""Finished jobs that are remembered."""
BEGUN = "begun"
LOUDEST = 0.4
"""Seconds between two tellings of progress: nothing on the screen hurries."""


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as it is now, for a row."""

    id: int
    verb: str
    """`pull`, `push`, `build`, `prune`."""
    name: str
    """What it is about."""
    place: str
    status: Status
    note: str
    """How far it is, or how it ended, as a sentence."""
    began: datetime
    ended: datetime | None = None
    parts: tuple[Part, ...] = ()

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return str(self.id)


@dataclass(eq=False, slots=True)
class Job:
    """One job under way or ended. Only the event loop touches it."""

    facts: JobFacts
    tell: Callable[[], None]
    """Called after something changed, a few times a second at most."""
    output: list[bytes] = field(default_factory=list)
    """What it printed, where it prints anything."""
    stopping: bool = False
    """Somebody wants it to end."""
    _parts: dict[str, Part] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _late: asyncio.TimerHandle | None = None
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def follow(self, task: asyncio.Task[None]) -> None:
        """The task that cancelling ends."""
        self._task = task

    def stop(self) -> None:
        """Ask it to end: what it waits for is given up."""
        self.stopping = True
        if self._task is not None:
            self._task.cancel()
        self.tell()

    def part(self, part: Part) -> None:
        """Something happened to one of its parts."""
        if self._parts.get(part.name) != part:
            self._parts[part.name] = part
            self._soon()

    def note(self, text: str) -> None:
        """How far it is, in words."""
        if text != self.facts.note:
            self._renew(note=text)
            self._soon()

    def printed(self, data: bytes) -> None:
        """It wrote something."""
        self.output.append(data)
        self._wake()

    def end(self, status: Status, note: str, at: datetime) -> None:
        """It is over."""
        self._renew(status=status, note=note, ended=at)
        self._wake()
        if self._late is not None:
            self._late.cancel()
            self._late = None
        self.tell()

    async def pieces(self) -> AsyncIterator[bytes]:
        """What it printed from the beginning, and what it goes on to print."""
        at = 0
        while True:
            more = self._more
            while at < len(self.output):
                yield self.output[at]
                at += 1
            if self.facts.ended is not None:
                return
            yield b""  # all that there is by now was given
            await more.wait()

    def now(self) -> JobFacts:
        """The job with its parts as they are."""
        self._renew(parts=tuple(self._parts.values()))
        return self.facts

    def _renew(self, **changed: object) -> None:
        from dataclasses import replace

        self.facts = replace(self.facts, **changed)  # type: ignore[arg-type]

    def _wake(self) -> None:
        """Everybody who waits for more; each waits for an event of its own time."""
        old, self._more = self._more, asyncio.Event()
        old.set()

    def _soon(self) -> None:
        if self._late is None:
            self._late = asyncio.get_running_loop().call_later(LOUDEST, self._say)

    def _say(self) -> None:
        self._late = None
        self.tell()


class Jobs:
    """The jobs of this session, newest first."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._numbers = itertools.count(1)

    def begin(
        self, verb: str, name: str, place: str, at: datetime, tell: Callable[[], None]
    ) -> Job:
        """A new job that is under way from now on."""
        facts = JobFacts(next(self._numbers), verb, name, place, Status.RUNNING, BEGUN, at)
        job = Job(facts, tell)
        self._jobs.insert(0, job)
        ended = [one for one in self._jobs if one.facts.ended is not None]
        for old in ended[KEPT:]:
            self._jobs.remove(old)
        return job

    def all(self) -> tuple[JobFacts, ...]:
        """Every job as it is now."""
        return tuple(job.now() for job in self._jobs)

    def find(self, id: int) -> Job | None:
        """One of them."""
        return next((job for job in self._jobs if job.facts.id == id), None)

    def under_way(self, verb: str) -> bool:
        """Whether such a job is under way."""
        return any(job.facts.verb == verb and job.facts.ended is None for job in self._jobs)
