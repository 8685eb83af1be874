"""What CI says of a branch's head: every workflow on every server, and what is required."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from opstui.domain.branch import Branch
from opstui.domain.ci import Capability, CiJob, CiRun
from opstui.domain.ci_state import seen
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.domain.words import age, duration, short
from opstui.operations.world import World
from opstui.panes.ci_servers import server_of
from opstui.ui.desk import Detail
from opstui.ui.paint import Line, Span, glyph, line

_PATIENCE = 10.0
"""Seconds for the servers to say what is required."""


def ci_detail(world: World, branch: Branch) -> Detail:
    """The newest run of each workflow at the head; required ones that never ran are named."""

    async def load(width: int, /) -> Sequence[Line]:
        runs = world.board.ci_runs_of(branch.commit)
        required, unknown = await _required(world, there(branch))
        checks = await _jobs_named(world, runs, required)
        missing = sorted(required - {run.workflow for run in runs} - {job.name for job in checks})
        shown = [_run(world, run, required) for run in runs]
        shown += [_check(world, job.status, job.name, "required job") for job in checks]
        shown += [_check(world, Status.UNKNOWN, name, "required, but nothing here has that name")
                  for name in missing]
        if not shown:
            shown = [line((f"no run of {short(branch.commit)} is known", "dim")),
                     line(("t", "key"), (" runs CI on it", "dim"))]
        return [*shown, *([()] if unknown else []), *(line((text, "warn")) for text in unknown)]

    runs = world.board.ci_runs_of(branch.commit)
    states = ",".join(f"{run.key} {run.status.word} {run.jobs_failed}" for run in runs)
    return Detail(f"branch-ci/{branch.commit}/{branch.ref}/{states}", "CI", load)


def there(branch: Branch) -> str:
    """The name that the branch has at its remote."""
    if branch.remote:
        return branch.name.partition("/")[2]
    return branch.upstream.partition("/")[2] or branch.name


async def _required(world: World, branch: str) -> tuple[frozenset[str], list[str]]:
    """Names that protections ask for, and the servers that could not say."""
    try:
        async with asyncio.timeout(_PATIENCE):
            answers = await asyncio.gather(
                *(server.required(branch) for server in world.ci), return_exceptions=True
            )
    except TimeoutError:
        return frozenset(), ["what the branch requires is unknown: no answer in time"]
    names: set[str] = set()
    unknown: list[str] = []
    for server, said in zip(world.ci, answers, strict=True):
        if isinstance(said, OpstuiError):
            unknown.append(f"what {server.name} requires is unknown: {said}")
        elif isinstance(said, BaseException):
            raise said
        else:
            names |= said
    return frozenset(names), unknown


async def _jobs_named(
    world: World, runs: Sequence[CiRun], names: frozenset[str]
) -> list[CiJob]:
    """The jobs that are required by name: some servers protect by job, not by workflow."""
    if not names - {run.workflow for run in runs}:
        return []
    found: list[CiJob] = []
    for run in runs:
        server = server_of(world.ci, run)
        if server is not None and Capability.JOBS in server.capabilities:
            with suppress(OpstuiError, TimeoutError):  # then it stays unknown
                async with asyncio.timeout(_PATIENCE):
                    found += [job for job in await server.jobs(run) if job.name in names]
    return found


def _check(world: World, status: Status, name: str, note: str) -> Line:
    return (glyph(status, ascii_only=world.ascii_only), Span(f" {name}"), Span(f"  {note}", "dim"))


def _run(world: World, run: CiRun, required: frozenset[str]) -> Line:
    now = world.clock()
    took = duration(run.elapsed(now))
    spans = [
        glyph(seen(run), ascii_only=world.ascii_only), Span(f" {run.workflow}"),
        Span(f"  #{run.number} on {run.server}", "dim"),
        Span(f"  {took}" if took else "", "plain"), Span(f"  {age(run.created, now)}", "dim"),
    ]
    if run.workflow in required:
        spans.append(Span("  required", "accent"))
    if run.reason:
        spans.append(Span(f"  {run.reason}", "bad" if run.status is Status.FAILED else "dim"))
    return tuple(spans)
