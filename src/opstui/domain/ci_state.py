"""What several CI runs of one commit mean together."""

from __future__ import annotations

from collections.abc import Iterable

from opstui.domain.ci import CiRun
from opstui.domain.status import Status

BROKEN = frozenset({Status.FAILED, Status.LOST})
UNDER_WAY = frozenset({Status.RUNNING, Status.QUEUED, Status.BLOCKED})


def newest_by_workflow(runs: Iterable[CiRun]) -> list[CiRun]:
    """The newest run of each workflow on each server, by key."""
    newest: dict[tuple[str, str], CiRun] = {}
    for run in runs:
        place = (run.server, run.workflow)
        if place not in newest or run.created > newest[place].created:
            newest[place] = run
    return sorted(newest.values(), key=lambda run: run.key)


def together(runs: Iterable[CiRun]) -> Status:
    """The worst state; a run on uncommitted changes proves nothing about the commit."""
    told = tuple(runs)
    states = {seen(run) for run in told}
    if states & BROKEN:
        return Status.FAILED
    if states & UNDER_WAY:
        return Status.RUNNING
    if states == {Status.PASSED}:
        return Status.WARNED if any(run.dirty for run in told) else Status.PASSED
    return Status.UNKNOWN if Status.UNKNOWN in states else Status.WARNED


def seen(run: CiRun) -> Status:
    """A run's state as a person must see it: failed as soon as one of its jobs has."""
    return Status.FAILED if run.status is Status.RUNNING and run.jobs_failed else run.status


def flaky(runs: Iterable[CiRun]) -> frozenset[str]:
    """Keys of the runs that passed after an earlier attempt at the same commit had failed.

    Servers that count attempts within one run say so themselves; for the others an older run of
    the same workflow on the same commit tells.
    """
    failed: set[tuple[str, str, str]] = set()
    found: set[str] = set()
    for run in sorted(runs, key=lambda run: (run.created, run.number)):
        place = (run.server, run.workflow, run.commit)
        if run.status in BROKEN:
            failed.add(place)
        elif run.status is Status.PASSED and (run.flaky or place in failed):
            found.add(run.key)
    return frozenset(found)
