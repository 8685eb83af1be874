"""What the detail area tells of one run beside its log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.status import Status
from opstui.domain.words import age, duration, short
from opstui.operations.world import World
from opstui.panes.run_detail import pairs
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line


def facts(world: World, run: CiRun) -> Detail:
    """State, reason, commit, command, times, steps, where its files are."""

    async def load(width: int, /) -> Sequence[Line]:
        return _facts(world, run)

    return Detail(f"ci/{run.key}", "Run", load)


def _facts(world: World, run: CiRun) -> list[Line]:
    now = world.clock()
    state = (glyph(run.status, ascii_only=world.ascii_only), Span(f" {run.status.word}"))
    shown = pairs((
        ("state", state),
        ("reason", run.reason),
        ("run", f"#{run.number} on {run.server}"),
        ("attempt", str(run.attempt) if run.attempt != 1 else ""),
        ("what", run.workflow),
        ("commit", run.commit + (" and uncommitted changes" if run.dirty else "")),
        ("subject", _subject(world, run)),
        ("branch", run.branch),
        ("who", run.who),
        ("queued", _when(run.created, now)),
        ("started", _when(run.started, now)),
        ("finished", _when(run.finished, now)),
        ("took", duration(run.elapsed(now))),
        ("usually", duration(usual(world.board.ci_runs, run))),
        ("command", run.command),
        ("files", run.place),
        ("page", run.url),
    ))
    if run.steps:
        shown += [line(), line(("Steps", "title"))]
        room = max(len(step.name) for step in run.steps)
        shown += [_step(world, step, room, now) for step in run.steps]
    return shown


def job_facts(
    world: World, run: CiRun, job: CiJob, usually: float | None, *, required: bool = False
) -> Detail:
    """State, reason, times, where it ran, steps."""

    async def load(width: int, /) -> Sequence[Line]:
        return _job_facts(world, run, job, usually, required)

    return Detail(f"ci/{run.key}/job/{job.key}", "Job", load)


def _job_facts(
    world: World, run: CiRun, job: CiJob, usually: float | None, required: bool
) -> list[Line]:
    now = world.clock()
    state = (glyph(job.status, ascii_only=world.ascii_only), Span(f" {job.status.word}"))
    marks = ("the branch's protection asks for it" if required or job.required else
             "its failure does not fail the run" if job.optional else "")
    shown = pairs((
        ("job", job.name),
        ("state", state),
        ("reason", job.reason),
        ("stage", job.stage),
        ("required" if required or job.required else "optional", marks),
        ("attempt", str(job.attempt) if job.attempt != 1 else ""),
        ("started", _when(job.started, now)),
        ("finished", _when(job.finished, now)),
        ("took", duration(job.elapsed(now))),
        ("usually", duration(usually)),
        ("runner", job.runner),
        ("run", f"#{run.number} {run.workflow} on {run.server}"),
        ("commit", run.commit),
        ("branch", run.branch),
        ("page", job.url),
    ))
    if job.steps:
        shown += [line(), line(("Steps", "title"))]
        room = max(len(step.name) for step in job.steps)
        shown += [_step(world, step, room, now) for step in job.steps]
    return shown


def _step(world: World, step: CiStep, room: int, now: datetime) -> Line:
    took = ""
    if step.started is not None:
        took = duration(((step.finished or now) - step.started).total_seconds())
    spans = [
        glyph(step.status, ascii_only=world.ascii_only),
        Span(f" {step.name:<{room}}  "), Span(f"{took:>6}", "dim"),
    ]
    if step.exit_code:
        spans.append(Span(f"  exit {step.exit_code}", "bad"))
    return tuple(spans)


def usual(runs: Sequence[CiRun], like: CiRun) -> float | None:
    """Seconds that the same thing usually takes: the median of its last ten passes, if any."""
    from statistics import median  # brings decimal numbers and fractions along

    took = [
        (one.finished - one.started).total_seconds() for one in runs
        if one.status is Status.PASSED and one.started and one.finished
        and (one.server, one.workflow) == (like.server, like.workflow)
    ]
    return median(took[:10]) if took else None


def _subject(world: World, run: CiRun) -> str:
    """The commit's subject where a branch still points at it."""
    return next((one.subject for one in world.board.branches if one.commit == run.commit), "")


def _when(then: datetime | None, now: datetime) -> str:
    if then is None:
        return ""
    old = age(then, now)
    return f"{then:%Y-%m-%d %H:%M:%S} UTC, {'just now' if old == 'now' else f'{old} ago'}"


def title(run: CiRun) -> str:
    """What to call a run in a sentence: `#812 make test on main (4f2c1e9)`."""
    on = f" on {run.branch}" if run.branch else ""
    return f"#{run.number} {run.workflow}{on} ({short(run.commit)})"
