"""Buildbot's REST answers as runs, jobs and steps.

Shapes: https://docs.buildbot.net/latest/developer/rest.html; times are seconds since 1970. A
run is a build request, which lives from the queue to its end; its build is the one job, and
builds that it triggered are further jobs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from opstui.backends.json_object import Json
from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.status import Status

RESULTS = {
    0: Status.PASSED, 1: Status.WARNED, 2: Status.FAILED, 3: Status.SKIPPED, 4: Status.FAILED,
    5: Status.LOST, 6: Status.CANCELLED,
}
"""`results` of builds, steps and requests: 4 is an exception, 5 a build that is tried again."""
RETRY, SKIPPED = 5, 3
PROPERTIES = ("got_revision", "owner", "owners", "scheduler", "workername")


@dataclass(frozen=True, slots=True)
class Order:
    """A build request with all that is known of it."""

    request: Json
    buildset: Json | None = None
    builds: tuple[Json, ...] = ()
    """Its builds, oldest first: more than one where a build was tried again."""
    steps: tuple[CiStep, ...] = ()
    """Of the newest build, where they were asked for."""

    @property
    def id(self) -> int:
        """The request's id."""
        return self.request.whole("buildrequestid")

    @property
    def build(self) -> Json | None:
        """The newest build."""
        return self.builds[-1] if self.builds else None

    @property
    def stamps(self) -> tuple[Json, ...]:
        """What is built: one source stamp a codebase."""
        return tuple(self.buildset.objects("sourcestamps")) if self.buildset else ()

    @property
    def waits(self) -> bool:
        """Nothing of it runs, and something will."""
        if self.request.truth("complete"):
            return False
        return self.build is None or (
            self.build.truth("complete") and self.build.whole("results") == RETRY
        )

    @property
    def merged(self) -> bool:
        """Another request was taken for it as well: there is nothing to see."""
        return (self.request.truth("complete") and self.build is None
                and self.request.whole("results") == SKIPPED)


def when(json: Json, name: str) -> datetime | None:
    """A time; None while it has not happened."""
    return json.seconds(name) if json.has(name) else None


def status_of(json: Json) -> Status:
    """The state of a build or step."""
    if not json.truth("complete"):
        return Status.RUNNING if json.has("started_at") else Status.QUEUED
    return RESULTS.get(json.whole("results"), Status.UNKNOWN)


def property_of(build: Json, name: str) -> object:
    """A property's value, without its source; None when it is not set."""
    pair = build.inner("properties").value.get(name)
    return pair[0] if isinstance(pair, list) and pair else None


def run_of(
    order: Order, server: str, address: str, builders: Mapping[int, str], stamp: Json | None,
) -> CiRun:
    """A request and its newest build as a run; `stamp` is the source stamp of this repository."""
    build, request = order.build, order.request
    builder = request.whole("builderid")
    status = Status.QUEUED if order.waits else Status.UNKNOWN
    number, started, finished, reason = 0, None, None, ""
    if build is not None and not order.waits:
        status = status_of(build)
        number, started = build.whole("number"), when(build, "started_at")
        finished = when(build, "complete_at")
        reason = build.text("state_string") if status is not Status.PASSED else ""
    elif request.truth("complete"):
        status, finished = RESULTS.get(request.whole("results"), status), when(
            request, "complete_at")
        reason = "it was taken out of the queue" if status is Status.CANCELLED else ""
    failed = [one for one in order.steps if one.status is Status.FAILED]
    if status is Status.RUNNING and failed:
        reason = f"step {failed[0].name} failed"
    page = f"builders/{builder}/builds/{number}" if number else f"buildrequests/{order.id}"
    return CiRun(
        server=server, id=str(order.id), number=number,
        workflow=builders.get(builder, f"builder {builder}"),
        commit=_commit(build, stamp), branch=_branch(stamp), status=status,
        created=when(request, "submitted_at") or started or datetime.fromtimestamp(0, UTC),
        started=started, finished=finished, attempt=len(order.builds) + order.waits or 1,
        who=_who(build), steps=order.steps, url=f"{address}/#/{page}", reason=reason,
        event=_event(order), jobs_failed=1 if failed else 0,
    )


def job_of(build: Json, name: str, steps: tuple[CiStep, ...], address: str, stage: str) -> CiJob:
    """A build as a job."""
    status = status_of(build)
    return CiJob(
        id=str(build.whole("buildid")), name=name, status=status, stage=stage,
        started=when(build, "started_at"), finished=when(build, "complete_at"), steps=steps,
        runner=str(property_of(build, "workername") or ""),
        reason=build.text("state_string") if status is not Status.PASSED else "",
        url=f"{address}/#/builders/{build.whole('builderid')}/builds/{build.whole('number')}",
    )


def steps_of(steps: Iterable[Json]) -> tuple[CiStep, ...]:
    """Steps in their order; those that the master's owner hid only when they went wrong."""
    found = []
    for step in sorted(steps, key=lambda one: one.whole("number")):
        status = status_of(step)
        if not step.truth("hidden") or status in (Status.FAILED, Status.WARNED):
            found.append(CiStep(
                name=step.text("name"), status=status, started=when(step, "started_at"),
                finished=when(step, "complete_at"), id=str(step.whole("stepid")),
            ))
    return tuple(found)


def _commit(build: Json | None, stamp: Json | None) -> str:
    """What was checked out, else what was asked for; empty while that is a branch's head."""
    got = property_of(build, "got_revision") if build is not None else None
    if isinstance(got, dict):  # several codebases
        got = got.get(stamp.text("codebase") if stamp is not None else "")
    if isinstance(got, str) and got:
        return got
    return stamp.text("revision") if stamp is not None else ""


def _branch(stamp: Json | None) -> str:
    return stamp.text("branch").removeprefix("refs/heads/") if stamp is not None else ""


def _who(build: Json | None) -> str:
    """Whoever forced it or wrote the change: `Ana` of `Ana <ana@example.org>`."""
    if build is None:
        return ""
    owner = property_of(build, "owner")
    if not owner:
        owners = property_of(build, "owners")
        owner = owners[0] if isinstance(owners, list) and owners else ""
    name, _, mail = str(owner).partition("<")
    return name.strip() or mail.rstrip(">")


def _event(order: Order) -> str:
    """The scheduler's name, or `rebuild`."""
    if order.buildset is not None and order.buildset.has("rebuilt_buildid"):
        return "rebuild"
    if order.build is not None and (name := property_of(order.build, "scheduler")):
        return str(name)
    return order.buildset.text("reason") if order.buildset is not None else ""
