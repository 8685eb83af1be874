"""GitHub's runs, jobs and annotations as CI nouns.

Shapes: https://docs.github.com/en/rest/actions/workflow-runs, /workflow-jobs and
https://docs.github.com/en/rest/checks/runs. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from opstui.backends.json_object import Json, not_json
from opstui.domain.ci import CiJob, CiRun, CiStep, Failure
from opstui.domain.status import Status

STATUS = {
    "queued": Status.QUEUED, "requested": Status.QUEUED, "pending": Status.QUEUED,
    "in_progress": Status.RUNNING, "waiting": Status.BLOCKED,
}
CONCLUSION = {
    "success": Status.PASSED, "failure": Status.FAILED, "timed_out": Status.FAILED,
    "startup_failure": Status.FAILED, "cancelled": Status.CANCELLED, "skipped": Status.SKIPPED,
    "neutral": Status.SKIPPED, "action_required": Status.BLOCKED, "stale": Status.LOST,
}
REASON = {
    "timed_out": "it took too long",
    "startup_failure": "its workflow file could not be started",
    "action_required": "waits for a maintainer's approval",
    "waiting": "waits for the approval of a deployment",
    "stale": "GitHub gave it up after 14 days without a sign",
}
EVENTS = {
    "pull_request": "pull request", "pull_request_target": "pull request",
    "workflow_dispatch": "a person", "repository_dispatch": "an API call",
    "workflow_run": "another workflow", "workflow_call": "another workflow",
    "merge_group": "merge queue",
}
GENERAL = ".github"
"""The path of annotations that belong to no file, such as `Process completed with exit code 1`."""


def status(data: Json) -> Status:
    """The state of a run, a job, a step or a check, from `status` and `conclusion`."""
    state = data.text("status")
    if state == "completed":
        return CONCLUSION.get(data.text("conclusion"), Status.UNKNOWN)
    # Older servers put the conclusion into the status of a run.
    return STATUS.get(state) or CONCLUSION.get(state, Status.UNKNOWN)


def run(data: Json, server: str) -> CiRun:
    """An entry of actions/runs, or of actions/runs/ID."""
    state, created = status(data), data.iso("created_at")
    if created is None:
        raise not_json(data.product, f"{data.path or 'run'}.created_at is missing", data.where)
    under_way = state in (Status.QUEUED, Status.BLOCKED)
    actor = data.inner("triggering_actor").text("login") or data.inner("actor").text("login")
    return CiRun(
        server=server, id=data.needed("id"), number=data.whole("run_number"),
        workflow=data.text("name") or _file(data.text("path")), commit=data.text("head_sha"),
        branch=data.text("head_branch"), status=state, created=created,
        started=None if under_way else data.iso("run_started_at") or created,
        # There is no end time: a run that ended was touched last when it ended.
        finished=data.iso("updated_at") if state.finished else None,
        attempt=data.whole("run_attempt") or 1, who=actor, url=data.text("html_url"),
        reason=REASON.get(data.text("conclusion")) or REASON.get(data.text("status"), ""),
        title=data.text("display_title"),
        event=EVENTS.get(data.text("event"), data.text("event").replace("_", " ")),
    )


def job(data: Json, required: Collection[str] = ()) -> CiJob:
    """An entry of actions/runs/ID/jobs; `required` are the names of required checks."""
    state, name = status(data), data.text("name")
    began = state not in (Status.QUEUED, Status.BLOCKED, Status.SKIPPED)
    steps = tuple(step(one) for one in data.objects("steps"))
    return CiJob(
        id=data.needed("id"), name=name, status=state,
        # A job of a reusable workflow is called `caller / job`.
        stage=name.rpartition(" / ")[0],
        started=data.iso("started_at") if began else None,
        finished=data.iso("completed_at") if state.finished and began else None,
        attempt=data.whole("run_attempt") or 1, steps=steps, required=name in required,
        log=state.finished and bool(steps), runner=data.text("runner_name"),
        reason=REASON.get(data.text("conclusion")) or REASON.get(data.text("status"), ""),
        url=data.text("html_url"),
    )


def step(data: Json) -> CiStep:
    """A step of a job."""
    state = status(data)
    return CiStep(
        data.text("name"), state, data.iso("started_at"), data.iso("completed_at"),
        id=data.text("number"),
    )


def failure(data: Json, job_name: str) -> Failure | None:
    """An annotation of a check run; None for warnings and notices."""
    if data.text("annotation_level") != "failure":
        return None
    title, message, path = data.text("title"), data.text("message"), data.text("path")
    text = f"{title}: {message}" if title and title not in message else message or title
    line = data.whole("start_line")
    where = "" if path in ("", GENERAL) else f"{path}:{line}" if line else path
    return Failure(text.strip(), where, job_name)


def counted(found: CiRun, jobs: Collection[CiJob]) -> CiRun:
    """The run with its jobs counted."""
    return replace(
        found, jobs_total=len(jobs), jobs_done=sum(one.status.finished for one in jobs),
        jobs_failed=sum(one.status is Status.FAILED for one in jobs),
    )


def newest_first(runs: Collection[CiRun]) -> tuple[CiRun, ...]:
    """By the time of their latest attempt's creation, as the list of the site has it."""
    return tuple(sorted(runs, key=lambda one: (one.created, number(one.id)), reverse=True))


def _file(path: str) -> str:
    return path.partition("@")[0].rpartition("/")[2]


def number(text: str) -> int:
    """An id as a number; 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() else 0
