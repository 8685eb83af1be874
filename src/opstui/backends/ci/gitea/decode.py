"""Gitea's runs and jobs as CI nouns.

Shapes: https://docs.gitea.com/api/ (ActionWorkflowRun, ActionWorkflowJob), states from Gitea's
services/convert/action.go. A time that never was is written as the year 1 or 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from opstui.backends.json_object import Json
from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.status import Status

STATUS = {
    "queued": Status.QUEUED, "requested": Status.QUEUED, "pending": Status.QUEUED,
    "in_progress": Status.RUNNING, "waiting": Status.BLOCKED,
}
CONCLUSION = {
    "success": Status.PASSED, "failure": Status.FAILED, "cancelled": Status.CANCELLED,
    "skipped": Status.SKIPPED,
}
EVENTS = {
    "pull_request": "pull request", "pull_request_sync": "pull request",
    "pull_request_target": "pull request", "workflow_dispatch": "a person",
    "workflow_run": "another workflow", "schedule": "schedule",
}
"""The events that read better in other words, in Gitea and in Forgejo."""
WAITS = "waits for the approval of somebody who may write"


def status(json: Json) -> Status:
    """Of a run, a job or a step."""
    state = json.text("status")
    if state == "completed":
        return CONCLUSION.get(json.text("conclusion"), Status.UNKNOWN)
    return STATUS.get(state) or CONCLUSION.get(state, Status.UNKNOWN)


def run(json: Json, server: str, seen: Callable[[str], datetime]) -> CiRun:
    """A run; `seen` says when it was first seen, for one that did not start.

    Gitea 1.27 does not tell when a run was made, only when it started.
    """
    state, id = status(json), json.needed("id")
    started = json.iso("started_at")
    file, _, ref = json.text("path").partition("@")
    actor = json.inner("trigger_actor").text("login") or json.inner("actor").text("login")
    event = json.text("event")
    return CiRun(
        server, id, json.whole("run_number"), file.rpartition("/")[2] or "workflow",
        json.text("head_sha"), json.text("head_branch") or branch_of(ref), state,
        json.iso("created_at") or started or seen(id), started,
        json.iso("completed_at") if state.finished else None,
        attempt=max(1, json.whole("run_attempt")), who=actor, url=json.text("html_url"),
        reason=WAITS if state is Status.BLOCKED else "", title=json.text("display_title"),
        event=EVENTS.get(event, event),
    )


def branch_of(ref: str) -> str:
    """The branch or tag of a full ref; `#5` for a pull request's own."""
    kind, _, rest = ref.removeprefix("refs/").partition("/")
    if not ref.startswith("refs/"):
        return ref
    return f"#{rest.partition('/')[0]}" if kind == "pull" else rest


def jobs(items: Sequence[Json], run: CiRun) -> tuple[CiJob, ...]:
    """The newest attempt of each job; older servers list the earlier ones as well."""
    newest: dict[str, int] = {}
    for item in items:
        name = item.text("name")
        newest[name] = max(newest.get(name, 0), item.whole("run_attempt"))
    return tuple(
        _job(item, run) for item in items if item.whole("run_attempt") == newest[item.text("name")]
    )


def _job(json: Json, run: CiRun) -> CiJob:
    """Where the run itself does not wait for approval, a waiting job waits for other jobs."""
    state, started = status(json), json.iso("started_at")
    if state is Status.BLOCKED and run.status is not Status.BLOCKED:
        state = Status.QUEUED
    return CiJob(
        json.needed("id"), json.text("name"), state, started=started,
        finished=json.iso("completed_at") if state.finished else None,
        attempt=max(1, json.whole("run_attempt")), steps=tuple(map(_step, json.objects("steps"))),
        log=started is not None and state is not Status.SKIPPED,
        runner=json.text("runner_name"), reason=WAITS if state is Status.BLOCKED else "",
        url=json.text("html_url"),
    )


def _step(json: Json) -> CiStep:
    state = status(json)
    return CiStep(
        json.text("name"), state, json.iso("started_at"),
        json.iso("completed_at") if state.finished else None, id=str(json.whole("number") + 1),
    )
