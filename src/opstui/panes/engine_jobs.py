"""Jobs of the engine: what is pulled, pushed, built and pruned, how far it is, how it ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from opstui.domain.page import Page
from opstui.domain.status import Status
from opstui.domain.transfer import Part
from opstui.domain.words import age, size
from opstui.operations.engine_jobs import Job, JobFacts
from opstui.operations.world import World
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail, Question, no_lines
from opstui.ui.log_feed import Log, Piece
from opstui.ui.paint import Line, Span, glyph, line
from opstui.ui.view import View


def why_not_stop(view: JobsView, job: JobFacts) -> str:
    """What is over can't be stopped."""
    return "" if job.ended is None else "it is over"


class JobsView(View[JobFacts]):
    """The session's jobs, newest first."""

    kind: ClassVar[str] = "jobs"
    title = "Jobs"
    noun = "job"

    def __init__(self, world: World) -> None:
        self._world = world

    def columns(self) -> tuple[Column[JobFacts], ...]:
        """State and what it is about first."""
        now = self._world.clock()
        return (
            Column("status", "", self._glyph, width=1),
            Column("verb", "Job", lambda job: job.verb, width=5),
            Column("name", "Image", lambda job: job.name, grow=1, least=20),
            Column("note", "Progress", lambda job: Span(progress(job), "dim"), grow=1, drop=2),
            Column("age", "Age", lambda job: age(job.began, now), width=3, right=True, drop=1),
        )

    def _glyph(self, job: JobFacts) -> Span:
        return glyph(job.status, ascii_only=self._world.ascii_only)

    async def load(self, token: str = "") -> Page[JobFacts]:
        """All of this session."""
        return Page(self._world.jobs.all())

    def empty(self) -> Sequence[Line]:
        """How to begin one."""
        return (line(("nothing was pulled, pushed, built or pruned yet", "dim")),
                line(("in Images  ", "dim"), ("p", "key"), " pull  ", ("P", "key"), " push  ",
                     ("B", "key"), " build  ", ("x", "key"), " prune"))

    def name(self, item: JobFacts) -> str:
        """What it does to what."""
        return f"{item.verb} {item.name}"

    def details(self, item: JobFacts) -> Sequence[Detail]:
        """What it prints, else its parts."""
        job = self._world.jobs.find(item.id)
        if job is not None and item.verb == "build":
            return (build_log(job),)

        async def shown(width: int) -> Sequence[Line]:
            return part_lines(item)

        return (Detail(f"job/{item.id}", "Progress", shown),)

    @action("D", "Stop", changes=("images",), when=why_not_stop)
    async def stop(self, facts: JobFacts, desk: Desk) -> None:
        """Stop the job; what it leaves behind is looked up and said."""
        job = self._world.jobs.find(facts.id)
        if job is None or not await desk.confirm(Question(
            title=f"Stop the {facts.verb}", object=facts.name, place=facts.place, yes="Stop",
            effect=_EFFECTS.get(facts.verb, "It ends where it is."),
        )):
            return
        if job.facts.ended is None:
            job.stop()
            desk.changed(self.kind)


_EFFECTS = {
    "pull": "The engine drops what it has of it by now.",
    "push": "The registry gets no tag; what it took already is under no name there.",
    "build": "The engine stops at the step it is at; the steps before stay in its cache.",
    "prune": "It ends after the image that is being removed; those removed by then stay removed.",
}


def build_log(job: Job) -> Detail:
    """What a build prints, followed."""

    async def pieces() -> AsyncIterator[Piece]:
        async for data in job.pieces():
            yield Piece(data) if data else Piece(live=True)
        role = "good" if job.facts.status is Status.PASSED else "warn"
        yield Piece(note=line((job.facts.note, role)))

    return Detail(f"job/{job.facts.id}/log", "Log", no_lines, Log(pieces, name="build"))


def progress(job: JobFacts) -> str:
    """How far it is: bytes where they are counted, else the note."""
    if job.ended is not None or not job.parts:
        return job.note
    total = sum(part.total for part in job.parts)
    if not total:
        return job.note
    done = sum(min(part.done, part.total) for part in job.parts)
    return f"{size(done)} of {size(total)}"


def part_lines(job: JobFacts) -> list[Line]:
    """The sentence, then each part."""
    room = max((len(part.name) for part in job.parts), default=0)
    shown: list[Line] = [line(job.note)] if job.note else []
    shown += [()] if shown and job.parts else []
    return shown + [_part(part, room) for part in job.parts]


def _part(part: Part, room: int) -> Line:
    counted = f"  {size(part.done)} of {size(part.total)}" if part.total else ""
    return line((f"{part.name:<{room}}  ", "dim"), part.word, (counted, "dim"))
