"""GitLab's pipelines, jobs and test reports as the house's nouns.

Fields: https://docs.gitlab.com/api/pipelines/ and https://docs.gitlab.com/api/jobs/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from opstui.backends.json_object import Json
from opstui.domain.ci import CiJob, CiRun, Failure
from opstui.domain.status import Status

STATUS = {
    "created": Status.QUEUED, "waiting_for_resource": Status.QUEUED,
    "waiting_for_callback": Status.QUEUED, "preparing": Status.QUEUED,
    "pending": Status.QUEUED, "scheduled": Status.QUEUED,
    "running": Status.RUNNING, "canceling": Status.RUNNING,
    "success": Status.PASSED, "failed": Status.FAILED, "canceled": Status.CANCELLED,
    "skipped": Status.SKIPPED, "manual": Status.BLOCKED,
}
"""Of pipelines and jobs alike; a delayed job (`scheduled`) starts by itself."""
PIPELINE = "pipeline"
"""What a pipeline is called that its file gives no name."""
MERGE = "merge request"
KINDS = {
    "schedule": "schedule", "merge_request_event": MERGE,
    "external_pull_request_event": "pull request", "parent_pipeline": "child pipeline",
    "pipeline": "multi-project pipeline", "security_orchestration_policy": "security policy",
}
"""Unnamed pipelines of these sources are not the branch's own, and called by their source."""
EPOCH = datetime.fromtimestamp(0, UTC)
WORDS = 200
"""Characters of a failing test's own words."""


@dataclass(frozen=True, slots=True)
class JobsSeen:
    """What a pipeline's jobs tell of it, retried ones included."""

    jobs: tuple[CiJob, ...]
    """The newest attempt of each, in the order they run."""
    flaky: bool
    """One of them passed after it had failed."""
    who: str
    title: str


def run_of(json: Json, server: str) -> CiRun:
    """A pipeline, from the list or asked for by its id.

    The list tells neither start nor end: those are then when it was made and last changed.
    """
    status = STATUS.get(json.text("status"), Status.UNKNOWN)
    created = json.iso("created_at") or EPOCH
    started = json.iso("started_at")
    if started is None and not json.has("duration") and status not in (
        Status.QUEUED, Status.BLOCKED, Status.UNKNOWN
    ):
        started = created
    source, detail = json.text("source"), json.inner("detailed_status").text("group")
    if detail == "success-with-warnings":
        status = Status.WARNED
    return CiRun(
        server, json.needed("id"), json.whole("iid") or json.whole("id"),
        json.text("name") or KINDS.get(source, PIPELINE), json.text("sha"),
        branch_of(json.text("ref")), status, created, started,
        finished=(json.iso("finished_at") or json.iso("updated_at")) if status.finished else None,
        who=json.inner("user").text("username"), url=json.text("web_url"),
        reason=json.text("yaml_errors") or json.text("failure_reason").replace("_", " "),
        event=source.removesuffix("_event").replace("_", " "),
    )


def branch_of(ref: str) -> str:
    """The branch or tag; `!12` for a merge request's own ref, as GitLab writes it."""
    kind, _, rest = ref.removeprefix("refs/").partition("/")
    if ref.startswith("refs/") and kind == "merge-requests":
        return f"!{rest.partition('/')[0]}"
    return rest if ref.startswith("refs/") and kind in ("heads", "tags") else ref


def jobs_of(items: Sequence[Json], prefix: str = "") -> JobsSeen:
    """The jobs of one pipeline, asked for with the retried ones, so that attempts are known.

    Attempts at one job share its name; the highest id is the newest. `prefix` names the job that
    started their pipeline.
    """
    attempts: dict[str, list[Json]] = {}
    for item in sorted(items, key=lambda item: item.whole("id")):
        attempts.setdefault(item.text("name"), []).append(item)
    jobs, flaky = [], False
    for same in attempts.values():
        job = job_of(same[-1], attempt=len(same), prefix=prefix)
        earlier = [one for one in same[:-1] if one.text("status") == "failed"]
        if earlier and job.status is Status.PASSED:
            flaky = True
            job = replace(job, reason=f"passed on attempt {len(same)}; before: {_why(earlier[-1])}")
        jobs.append(job)
    newest = next(reversed(list(attempts.values())))[-1] if attempts else None
    return JobsSeen(
        tuple(jobs), flaky,
        newest.inner("user").text("username") if newest else "",
        newest.inner("commit").text("title") if newest else "",
    )


def job_of(json: Json, *, attempt: int = 1, prefix: str = "") -> CiJob:
    """One job."""
    optional = json.truth("allow_failure")
    status = STATUS.get(json.text("status"), Status.UNKNOWN)
    if status is Status.FAILED and optional:
        status = Status.WARNED
    started = json.iso("started_at")
    return CiJob(
        json.needed("id"), prefix + json.text("name"), status, json.text("stage"), started,
        json.iso("finished_at"), attempt, optional=optional, log=started is not None,
        runner=json.inner("runner").text("description"),
        reason=_why(json) if json.text("status") == "failed" else "", url=json.text("web_url"),
    )


def bridge_of(json: Json) -> CiJob:
    """A job that starts another pipeline, and which one it started."""
    below = json.inner("downstream_pipeline")
    job = job_of(json)
    told = f"starts pipeline #{below.text('id')}" if below.has("id") else "starts another pipeline"
    if below.has("status"):
        told += f", {below.text('status')}"
    return replace(
        job, log=False, url=below.text("web_url") or job.url,
        reason=f"{job.reason}; {told}" if job.reason else told,
    )


def child_of(json: Json, project: int) -> str:
    """The id of the pipeline that a bridge started in the same project; empty for others."""
    below = json.inner("downstream_pipeline")
    return below.text("id") if below.whole("project_id") == project != 0 else ""


def _why(json: Json) -> str:
    """`script_failure` as words."""
    return json.text("failure_reason").replace("_", " ")


def with_jobs(run: CiRun, seen: JobsSeen) -> CiRun:
    """The run with what its jobs tell; failed ones are counted although others go on.

    Manual jobs that nothing waits for count neither as done nor as missing.
    """
    counted = [
        job for job in seen.jobs if not (job.status is Status.BLOCKED and job.optional)
    ]
    failed = [job for job in counted if job.status is Status.FAILED]
    status = run.status
    if status is Status.PASSED and any(job.status is Status.WARNED for job in counted):
        status = Status.WARNED
    starts = [job.started for job in counted if job.started]
    ends = [job.finished for job in counted if job.finished]
    over = run.status.finished
    return replace(
        run, status=status, started=min(starts) if starts else run.started,
        finished=max(ends) if over and ends else run.finished,
        attempt=max((job.attempt for job in seen.jobs), default=1),
        who=run.who or seen.who, title=run.title or seen.title,
        jobs_done=sum(job.status.finished for job in counted), jobs_total=len(counted),
        jobs_failed=len(failed), reason=run.reason or _reason(failed, over),
        flaky=seen.flaky and run.status in (Status.PASSED, Status.WARNED),
    )


def _reason(failed: Sequence[CiJob], over: bool) -> str:
    if not failed:
        return ""
    names = ", ".join(job.name for job in failed[:3])
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    return f"failed: {names}{more}" + ("" if over else "; others go on")


def flaky_runs(runs: Sequence[CiRun]) -> tuple[CiRun, ...]:
    """Newest first, with those marked that passed where an older one of the same commit failed."""
    failed: set[tuple[str, str, str]] = set()
    found: list[CiRun] = []
    for run in reversed(runs):
        same = (run.commit, run.branch, run.workflow)
        if run.status is Status.FAILED:
            failed.add(same)
        elif run.status in (Status.PASSED, Status.WARNED) and same in failed:
            run = replace(run, flaky=True)
        found.append(run)
    return tuple(reversed(found))


def tests_of(json: Json, only: str = "") -> Iterable[Failure]:
    """The failing tests of a pipeline's test report; a suite is called as its job."""
    for suite in json.objects("test_suites"):
        name = suite.text("name")
        if only and name != only:
            continue
        if broken := suite.text("suite_error"):
            yield Failure(f"its test report can't be read: {broken}", job=name)
        for case in suite.objects("test_cases"):
            if case.text("status") in ("failed", "error"):
                yield Failure(_said(case), _where(case), name, test=True)


def _where(case: Json) -> str:
    """`tests/test_parser.py: test_one`, as far as the report says."""
    return ": ".join(filter(None, (case.text("file") or case.text("classname"), case.text("name"))))


def _said(case: Json) -> str:
    """The first line that the test printed; `system_output` may be of any type."""
    output = case.value.get("system_output")
    text = output if isinstance(output, str) else ""
    text = text or case.text("stack_trace")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first[:WORDS] or case.text("name")
