"""A GitLab that holds one project with pipelines, jobs, traces and test reports.

Shapes: https://docs.gitlab.com/api/pipelines/ and https://docs.gitlab.com/api/jobs/.
python-gitlab drives it in `tests/backends/ci/gitlab/test_judged.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from tests.fakes.ci.base import Ask, FakeServer, Reply, route

PROJECT = "tools/parsers/churn"
TOKEN = "glpat-of-nobody"
USER = {"id": 3, "username": "ana", "name": "Ana Ruiz", "state": "active",
        "avatar_url": None, "web_url": "https://gitlab.example/ana"}
BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OVER = ("success", "failed", "canceled", "skipped")
ID = r"/api/v4/projects/(?P<project>[^/]+)"
PIPELINE = ID + r"/pipelines/(?P<pipeline>[0-9]+)"
JOB = ID + r"/jobs/(?P<job>[0-9]+)"


@dataclass
class Job:
    """One attempt at a job."""

    id: int
    name: str
    stage: str = "test"
    status: str = "created"
    allow_failure: bool = False
    failure_reason: str | None = None
    trace: bytes = b""
    created: datetime = BEGIN
    started: datetime | None = None
    finished: datetime | None = None
    starts: Pipeline | None = None
    """The pipeline that this job started, for a bridge."""
    elsewhere: bool = False
    """That pipeline is another project's."""
    bridge: bool = False
    stubborn: bool = False
    """It stays `canceling` until it is forced."""


@dataclass
class Pipeline:
    """One pipeline."""

    id: int
    iid: int
    ref: str
    sha: str
    status: str = "created"
    source: str = "push"
    name: str | None = None
    jobs: list[Job] = field(default_factory=list)
    created: datetime = BEGIN
    updated: datetime = BEGIN
    variables: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    suites: list[dict[str, Any]] = field(default_factory=list)
    title: str = "Take the parser apart"
    refuses_to_stop: bool = False

    @property
    def newest(self) -> list[Job]:
        """The last attempt of each job."""
        return list({job.name: job for job in self.jobs}.values())


class FakeGitLab(FakeServer):
    """Runs nothing by itself: tests say what happens."""

    etags = True

    def __init__(self, project: str = PROJECT, token: str = TOKEN) -> None:
        super().__init__()
        self.project = project
        self.token = token
        self.pipelines: list[Pipeline] = []
        self.heads = {"main": "a" * 40}
        self.must_pass = False
        self.ranges = False
        """Whether a proxy in front of it honours Range on traces."""
        self.graphql: dict[str, Any] = {}
        """What GraphQL knows, by field; empty for a server that knows none of it."""
        self.limit: tuple[int, int] | None = None
        """Requests allowed and left, shown in headers."""
        self._ids = 1000
        self._now = BEGIN

    # What tests do

    def add(
        self, status: str = "success", ref: str = "main", sha: str = "", *, source: str = "push",
        name: str | None = None, jobs: tuple[str, ...] = ("lint", "unit"), listed: bool = True,
    ) -> Pipeline:
        """A pipeline whose jobs are all in its state."""
        with self.lock:
            now = self.tick()
            pipeline = Pipeline(
                self._next(), len(self.pipelines) + 1, ref, sha or self.heads.get(ref, "b" * 40),
                status, source, name, created=now, updated=now,
            )
            for number, job in enumerate(jobs):
                self.add_job(pipeline, job, status, stage=("build", "test")[min(number, 1)])
            self.pipelines.append(pipeline)
            return pipeline

    def add_job(
        self, pipeline: Pipeline, name: str, status: str = "created", *, stage: str = "test",
        allow_failure: bool = False, trace: bytes = b"", reason: str | None = None,
        starts: Pipeline | None = None, elsewhere: bool = False,
    ) -> Job:
        with self.lock:
            job = Job(self._next(), name, stage, allow_failure=allow_failure, trace=trace,
                      created=self._now, starts=starts, elsewhere=elsewhere,
                      bridge=starts is not None)
            pipeline.jobs.append(job)
            self._turn(job, status, reason)
            return job

    def turn(self, job: Job, status: str, reason: str | None = None) -> None:
        """Something happens to a job; its pipeline follows."""
        with self.lock:
            self._turn(job, status, reason)
            pipeline = self.of(job)
            self._settle(pipeline)

    def finish(self, pipeline: Pipeline, status: str) -> None:
        """All that did not end yet ends so."""
        with self.lock:
            for job in pipeline.newest:
                if job.status not in OVER:
                    self._turn(job, status, None)
            pipeline.status = status
            pipeline.updated = self.tick()

    def of(self, job: Job) -> Pipeline:
        return next(one for one in self.pipelines if job in one.jobs)

    def fill(self, count: int) -> None:
        """Very many pipelines, all over."""
        with self.lock:
            for number in range(count):
                self.pipelines.append(Pipeline(
                    self._next(), number + 1, f"branch-{number % 50}", f"{number:040x}", "success",
                    created=self._now, updated=self._now,
                ))

    def tick(self, seconds: float = 1.0) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    def _turn(self, job: Job, status: str, reason: str | None) -> None:
        now = self.tick()
        job.status = status
        if status in ("running", "success", "failed", "canceling") and job.started is None:
            job.started = now
        if status in OVER:
            job.finished = self.tick(5)
        job.failure_reason = (reason or "script_failure") if status == "failed" else None

    def _settle(self, pipeline: Pipeline) -> None:
        """The pipeline's state, from its jobs."""
        states = [job.status for job in pipeline.newest
                  if not (job.allow_failure and job.status in ("failed", "manual"))]
        for state in ("canceling", "running", "pending", "created", "preparing", "manual",
                      "failed", "canceled"):
            if state in states:
                pipeline.status = state
                break
        else:
            pipeline.status = "success"
        if pipeline.status in ("pending", "created") and "success" in states:
            pipeline.status = "running"
        pipeline.updated = self.tick()

    # What it says

    def headers(self) -> dict[str, str]:
        if self.limit is None:
            return {}
        return {"RateLimit-Limit": str(self.limit[0]), "RateLimit-Remaining": str(self.limit[1]),
                "RateLimit-Reset": "4102444800", "RateLimit-Name": "throttle_authenticated_api"}

    def refusal(self, status: int) -> Reply:
        """In GitLab's words; rate limits are answered in plain text."""
        if status == 429:
            return Reply("Retry later\n", 429, {"Retry-After": str(self.retry_after)})
        words = {401: "401 Unauthorized", 403: "403 Forbidden", 404: "404 Not Found",
                 409: "409 Conflict"}.get(status, f"{status} Internal Server Error")
        return Reply({"message": words}, status)

    def answer(self, ask: Ask) -> Reply:
        if self.token and ask.headers.get("Authorization") != f"Bearer {self.token}":
            return self.refusal(401)
        _, named, rest = ask.path.partition("/projects/")
        if named and unquote(rest.split("/")[0]) not in (self.project, "42"):
            return Reply({"message": "404 Project Not Found"}, 404)
        return super().answer(ask)

    @route("GET", ID)
    def _project(self, ask: Ask) -> Reply:
        return Reply({
            "id": 42, "name": "churn", "path_with_namespace": self.project,
            "default_branch": "main", "web_url": f"{self.address}/{self.project}",
            "only_allow_merge_if_pipeline_succeeds": self.must_pass,
            "allow_merge_on_skipped_pipeline": None,
        })

    @route("GET", ID + r"/pipelines")
    def _pipelines(self, ask: Ask) -> Reply:
        children = ask.first("source") == "parent_pipeline"
        wanted = [one for one in self.pipelines
                  if (one.source == "parent_pipeline") == children]
        for name in ("sha", "ref", "status"):
            if value := ask.first(name):
                wanted = [one for one in wanted if getattr(one, name) == value]
        wanted.sort(key=lambda one: one.id, reverse=ask.first("sort", "desc") == "desc")
        shown, headers = self._paged(ask, wanted)
        return Reply([self._short(one) for one in shown], 200, headers)

    @route("GET", ID + r"/pipelines/latest")
    def _latest(self, ask: Ask) -> Reply:
        """403 where there is none, as the real one answers."""
        ref = ask.first("ref", "main")
        found = [one for one in self.pipelines if one.ref == ref]
        return Reply(self._long(found[-1])) if found else self.refusal(403)

    @route("GET", PIPELINE)
    def _pipeline(self, ask: Ask) -> Reply:
        found = self._find(ask)
        return Reply(self._long(found)) if found else self.refusal(404)

    @route("GET", PIPELINE + r"/(?P<kind>jobs|bridges)")
    def _jobs(self, ask: Ask) -> Reply:
        found = self._find(ask)
        if found is None:
            return self.refusal(404)
        retried = ask.first("include_retried").lower() == "true"
        jobs = [job for job in (found.jobs if retried else found.newest)
                if job.bridge == (ask["kind"] == "bridges")]
        jobs.sort(key=lambda job: job.id, reverse=True)
        shown, headers = self._paged(ask, jobs)
        return Reply([self._job(found, job) for job in shown], 200, headers)

    @route("GET", PIPELINE + r"/test_report_summary")
    def _summary(self, ask: Ask) -> Reply:
        found = self._find(ask)
        if found is None:
            return self.refusal(404)
        suites = [{key: value for key, value in suite.items() if key != "test_cases"}
                  | {"build_ids": [job.id for job in found.jobs if job.name == suite["name"]]}
                  for suite in found.suites]
        total = {"time": 1.5, "suite_error": None} | {
            key: sum(suite[f"{key if key != 'count' else 'total'}_count"] for suite in found.suites)
            for key in ("count", "success", "failed", "skipped", "error")
        }
        return Reply({"total": total, "test_suites": suites})

    @route("GET", PIPELINE + r"/test_report")
    def _report(self, ask: Ask) -> Reply:
        found = self._find(ask)
        if found is None:
            return self.refusal(404)
        counts = {f"{key}_count": sum(suite[f"{key}_count"] for suite in found.suites)
                  for key in ("total", "success", "failed", "skipped", "error")}
        return Reply({"total_time": 1.5, **counts, "test_suites": found.suites})

    @route("POST", PIPELINE + r"/retry")
    def _retry_all(self, ask: Ask) -> Reply:
        found = self._find(ask)
        if found is None:
            return self.refusal(404)
        for job in found.newest:
            if job.status in ("failed", "canceled"):
                self._again(found, job)
        self._settle(found)
        return Reply(self._long(found), 201)

    @route("POST", PIPELINE + r"/cancel")
    def _cancel_all(self, ask: Ask) -> Reply:
        """200 whatever the state, and perhaps nothing happened."""
        found = self._find(ask)
        if found is None:
            return self.refusal(404)
        if found.status not in OVER and not found.refuses_to_stop:
            for job in found.newest:
                if job.status not in (*OVER, "manual"):
                    self._turn(job, "canceling" if job.stubborn else "canceled", None)
            self._settle(found)
        return Reply(self._long(found))

    @route("POST", ID + r"/pipeline")
    def _create(self, ask: Ask) -> Reply:
        given = ask.json()
        ref = given.get("ref", "")
        if ref not in self.heads:
            return Reply({"message": {"base": ["Reference not found"]}}, 400)
        found = self.add("created", ref, source="api")
        found.variables = {one["key"]: one["value"] for one in given.get("variables", [])}
        found.inputs = given.get("inputs", {})
        return Reply(self._long(found), 201)

    @route("GET", JOB)
    def _one_job(self, ask: Ask) -> Reply:
        found = self._find_job(ask)
        return Reply(self._job(*found)) if found else self.refusal(404)

    @route("GET", JOB + r"/trace")
    def _trace(self, ask: Ask) -> Reply:
        """The whole of it whatever Range says, unless a proxy in front knows better."""
        found = self._find_job(ask)
        if found is None or found[1].bridge:
            return self.refusal(404)
        data, wish = found[1].trace, ask.headers.get("Range", "")
        if not (self.ranges and wish.startswith("bytes=")):
            return Reply(data, 200, {"Content-Type": "text/plain"})
        start = int(wish.removeprefix("bytes=").removesuffix("-"))
        if start >= len(data):
            return Reply(b"", 416, {"Content-Range": f"bytes */{len(data)}"})
        whole = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
        return Reply(data[start:], 206, {"Content-Type": "text/plain", **whole})

    @route("POST", JOB + r"/(?P<act>retry|cancel|play)")
    def _act(self, ask: Ask) -> Reply:
        found = self._find_job(ask)
        if found is None:
            return self.refusal(404)
        pipeline, job = found
        if ask["act"] == "retry":
            if job.status not in ("failed", "canceled", "success"):
                return Reply({"message": "403 Forbidden - Job is not retryable"}, 403)
            job = self._again(pipeline, job)
        elif ask["act"] == "play":
            if job.status != "manual":
                return Reply({"message": "400 Bad request - Unplayable Job"}, 400)
            self._turn(job, "pending", None)
        elif job.status == "canceling" and ask.json().get("force"):
            self._turn(job, "canceled", None)
        elif job.status not in OVER:
            self._turn(job, "canceling" if job.stubborn else "canceled", None)
        self._settle(pipeline)
        return Reply(self._job(pipeline, job), 200 if ask["act"] == "play" else 201)

    @route("POST", r"/api/graphql")
    def _graphql(self, ask: Ask) -> Reply:
        query = str(ask.json()["query"])
        field = next((name for name in self.graphql if name in query), "")
        if not field:
            return Reply({"errors": [{"message": "Field doesn't exist on type 'Project'"}]})
        return Reply({"data": {"project": {field: self.graphql[field]}}})

    def _again(self, pipeline: Pipeline, job: Job) -> Job:
        again = self.add_job(
            pipeline, job.name, "pending", stage=job.stage, allow_failure=job.allow_failure
        )
        again.stubborn = job.stubborn
        return again

    def _find(self, ask: Ask) -> Pipeline | None:
        return next((one for one in self.pipelines if one.id == int(ask["pipeline"])), None)

    def _find_job(self, ask: Ask) -> tuple[Pipeline, Job] | None:
        wanted = int(ask["job"])
        return next(((one, job) for one in self.pipelines for job in one.jobs
                     if job.id == wanted), None)

    def _paged(self, ask: Ask, items: list[Any]) -> tuple[list[Any], dict[str, str]]:
        """GitLab counts only up to 10,000 items."""
        shown, headers = self.page(ask, items, default=20)
        number, each = max(1, ask.whole("page", 1)), min(ask.whole("per_page", 20), 100)
        more = number * each < len(items)
        headers |= {"X-Page": str(number), "X-Per-Page": str(each),
                    "X-Next-Page": str(number + 1) if more else "",
                    "X-Prev-Page": str(number - 1) if number > 1 else ""}
        if len(items) <= 10_000:
            headers |= {"X-Total": str(len(items)), "X-Total-Pages": str(-(-len(items) // each))}
        return shown, headers

    def _short(self, one: Pipeline) -> dict[str, Any]:
        return {
            "id": one.id, "iid": one.iid, "project_id": 42, "status": one.status,
            "source": one.source, "ref": one.ref, "sha": one.sha, "name": one.name,
            "web_url": f"{self.address}/{self.project}/-/pipelines/{one.id}",
            "created_at": _stamp(one.created), "updated_at": _stamp(one.updated),
        }

    def _long(self, one: Pipeline) -> dict[str, Any]:
        starts = [job.started for job in one.newest if job.started]
        ends = [job.finished for job in one.newest if job.finished]
        over = one.status in OVER
        length = round((max(ends) - min(starts)).total_seconds()) if over and ends and starts \
            else None
        return self._short(one) | {
            "before_sha": "0" * 40, "tag": False, "yaml_errors": None, "user": USER,
            "started_at": _stamp(min(starts)) if starts else None,
            "finished_at": _stamp(max(ends)) if over and ends else None, "committed_at": None,
            "duration": length, "queued_duration": 1, "coverage": None, "archived": False,
            "detailed_status": {"icon": f"status_{one.status}", "text": one.status.title(),
                                "label": one.status, "group": one.status},
        }

    def _job(self, pipeline: Pipeline, job: Job) -> dict[str, Any]:
        ran = job.finished - job.started if job.finished and job.started else None
        said: dict[str, Any] = {
            "id": job.id, "status": job.status, "stage": job.stage, "name": job.name,
            "ref": pipeline.ref, "tag": False, "coverage": None,
            "allow_failure": job.allow_failure, "created_at": _stamp(job.created),
            "started_at": _stamp(job.started), "finished_at": _stamp(job.finished),
            "erased_at": None, "duration": ran.total_seconds() if ran else None,
            "queued_duration": 0.4, "user": USER,
            "commit": {"id": pipeline.sha, "short_id": pipeline.sha[:8],
                       "title": pipeline.title, "message": f"{pipeline.title}\n"},
            "pipeline": {key: value for key, value in self._short(pipeline).items()
                         if key != "name"},
            "web_url": f"{self.address}/{self.project}/-/jobs/{job.id}",
            "project": {"ci_job_token_scope_enabled": False},
        }
        if job.failure_reason:
            said["failure_reason"] = job.failure_reason
        if job.bridge:
            below = job.starts
            return said | {"downstream_pipeline": self._short(below) | {
                "project_id": 77 if job.elsewhere else 42} if below else None}
        return said | {
            "runner": {"id": 9, "description": "runner-9", "active": True, "is_shared": False,
                       "name": "gitlab-runner"} if job.started else None,
            "artifacts": [], "artifacts_expire_at": None, "tag_list": ["linux"],
            "archived": False,
        }


def quoted(project: str) -> str:
    """As the project stands in addresses."""
    return quote(project, safe="")


def suite(name: str, *cases: tuple[str, str, str]) -> dict[str, Any]:
    """A test suite of (state, test, output)."""
    count = {state: sum(case[0] == state for case in cases)
             for state in ("success", "failed", "skipped", "error")}
    return {
        "name": name, "total_time": 1.5, "total_count": len(cases),
        "success_count": count["success"], "failed_count": count["failed"],
        "skipped_count": count["skipped"], "error_count": count["error"], "suite_error": None,
        "test_cases": [{
            "status": state, "name": test, "classname": "tests.test_parser",
            "file": "tests/test_parser.py", "execution_time": 0.2,
            "system_output": output or None, "stack_trace": None, "recent_failures": None,
        } for state, test, output in cases],
    }


def _stamp(when: datetime | None) -> str | None:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z") if when else None
