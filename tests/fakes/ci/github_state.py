"""The state of the fake GitHub, and how each of its answers is refused, counted and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Self

from tests.fakes.ci.base import Ask, FakeServer, Reply, route
from tests.fakes.ci.described import Description
from tests.fakes.ci.github_world import (
    Annotation,
    Attempt,
    Clock,
    Job,
    JobPlan,
    Run,
    StepPlan,
    WorkflowFile,
)

OWNER, NAME = "ana", "churn"
REPO = f"/repos/{OWNER}/{NAME}"
TOKEN = "gho_made_up_for_tests"
ID = r"(?P<id>[0-9]+)"
DOCS = "https://docs.github.com/rest"
SHA = "b52e59c0a1b2c3d4e5f60718293a4b5c6d7e8f90"
CI_YAML = """\
name: CI
on:
  push:
  pull_request:
  workflow_dispatch:
    inputs:
      level:
        description: How much to test
        type: choice
        options: [short, full]
        default: full
      debug:
        type: boolean
      note:
        description: Why
        required: true
jobs:
  lint: {runs-on: ubuntu-latest, steps: [{run: make lint}]}
"""
DEPLOY_YAML = "name: Deploy\non: {push: {branches: [main]}}\njobs: {}\n"
CHECKOUT = StepPlan("Run actions/checkout@v4", ("Syncing repository: ana/churn",))
JOBS = (
    JobPlan("lint", (CHECKOUT, StepPlan("Run make lint", ("all good",)))),
    JobPlan("unit (3.11)", (CHECKOUT, StepPlan("Run make unit", ("3 passed",)))),
)
BROKEN = JobPlan(
    "unit (3.11)",
    (CHECKOUT, StepPlan("Run make unit", (
        "E   AssertionError: boom", "FAILED tests/test_parser.py::test_parse - boom",
    ), 3), StepPlan("Run make report")),
    annotations=(
        Annotation("AssertionError: boom", "tests/test_parser.py", 41, title="test_parse"),
        Annotation("a deprecated thing", "src/parser.py", 3, "warning"),
    ),
)


@cache
def description() -> Description:
    return Description(Path(__file__).with_name("github_api.json"))


class FakeStorage(FakeServer):
    """The other host that has the logs: it must never see a login."""

    def __init__(self, github: GitHubState) -> None:
        super().__init__()
        self._github = github

    @route("GET", rf"/logs/{ID}")
    def log(self, ask: Ask) -> Reply:
        return self._github.stored(int(ask["id"]))


class GitHubState(FakeServer):
    """What there is in the repository; lists are newest first."""

    etags = True

    def __init__(self) -> None:
        super().__init__()
        self.storage = FakeStorage(self)
        self.clock = Clock()
        self.runs: list[Run] = []
        self.files = {".github/workflows/ci.yml": CI_YAML, ".github/workflows/deploy.yml":
                      DEPLOY_YAML}
        self.workflows = [
            WorkflowFile(701, "CI", ".github/workflows/ci.yml", JOBS),
            WorkflowFile(702, "Deploy", ".github/workflows/deploy.yml"),
        ]
        self.branches = {"main": SHA}
        self.protected: dict[str, tuple[str, ...]] = {}
        self.rules: dict[str, tuple[str, ...]] = {}
        self.checks: dict[str, list[dict[str, Any]]] = {}
        self.statuses: dict[str, list[tuple[str, str]]] = {}
        self.reviewer = True
        """Whether the login may approve deployments."""
        self.gone: set[int] = set()
        """Ids of jobs whose logs were deleted."""
        self.age = "new"
        """Servers that tell no run of a dispatch: "204", or "422" for one that refuses the wish."""
        self.rate = [5000, 5000]
        """Requests left, and the limit."""
        self.token = TOKEN
        self.limited = ""
        """"primary", or "secondary" with its Retry-After."""
        self.judged = True
        self.deviations: list[str] = []
        self._ids = 9000

    def __enter__(self) -> Self:
        super().__enter__()
        self.storage.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.storage.__exit__()
        super().__exit__()

    # What tests say

    def id(self) -> int:
        self._ids += 1
        return self._ids

    def add_run(
        self, branch: str = "main", sha: str = SHA, *, jobs: Sequence[JobPlan] | None = None,
        workflow: int = 701, event: str = "push", title: str = "Fix the parser",
        who: str = "ana", special: str = "", fork: bool = False,
    ) -> Run:
        file = self.workflow(str(workflow))
        assert file is not None
        now = self.clock.now()
        plans = file.jobs if jobs is None else tuple(jobs)
        with self.lock:
            run = Run(self.id(), len(self.runs) + 1, file, branch, sha, event, now, title, who,
                      fork=fork)
            run.attempts.append(Attempt(
                1, now, who, [Job(self.id(), plan, 1, now) for plan in plans], special,
            ))
            self.runs.insert(0, run)
            self.branches.setdefault(branch, sha)
        return run

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            with self.lock:
                now = self.clock.tick()
                for run in self.runs:
                    run.tick(now)

    def end(self, run: Run, most: int = 60) -> Run:
        """Let it run until it is over."""
        for _ in range(most):
            if run.latest.status == "completed":
                return run
            self.tick()
        raise AssertionError(f"run {run.id} does not end: {run.latest.status}")

    def workflow(self, name: str) -> WorkflowFile | None:
        return next((one for one in self.workflows if name in
                     (str(one.id), one.path.rpartition("/")[2])), None)

    def stored(self, job: int) -> Reply:
        found = self._job(job)
        return Reply(found.text()) if found else Reply("<Error>BlobNotFound</Error>", 404)

    # How every answer is made

    def reply(self, ask: Ask) -> Reply:
        free = False
        if not self.broken and (refused := self._refused(ask)):
            self.requests.append(ask)
            return refused
        reply = super().reply(ask)
        free = reply.status == 304 and bool(ask.headers.get("Authorization"))
        if not free and self.rate[0] > 0:
            self.rate[0] -= 1
        if not self.broken and self.judged and ask.path.startswith("/repos/"):
            self.deviations += description().answer(ask, reply)
            if ask.headers.get("User-Agent") == "opstui":
                self.deviations += description().request(ask)
        return reply

    def headers(self) -> dict[str, str]:
        reset = int(self.clock.now().timestamp()) + 1800
        return {"X-RateLimit-Limit": str(self.rate[1]), "X-RateLimit-Remaining": str(self.rate[0]),
                "X-RateLimit-Reset": str(reset), "X-RateLimit-Resource": "core"}

    def refusal(self, status: int, words: str = "") -> Reply:
        usual = {401: "Bad credentials", 403: "Resource not accessible by personal access token",
                 404: "Not Found", 409: "Conflict", 429: "You have exceeded a secondary rate limit",
                 500: "Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
        headers = {"Retry-After": str(self.retry_after)} if status == 429 else {}
        body = {"message": words or usual.get(status, "No"), "documentation_url": DOCS,
                "status": str(status)}
        return Reply(body, status, headers)

    def _refused(self, ask: Ask) -> Reply | None:
        shown = ask.headers.get("Authorization", "")
        if shown and shown not in (f"Bearer {self.token}", f"token {self.token}"):
            return self.refusal(401)
        if not shown and (ask.method != "GET" or ask.path.endswith("/logs")):
            return self.refusal(403, "Must have admin rights to Repository.")
        if self.limited == "primary":
            self.rate[0] = 0
            return self.refusal(403, "API rate limit exceeded for user ID 1.")
        if self.limited == "secondary":
            reply = self.refusal(403, "You have exceeded a secondary rate limit.")
            return replace(reply, headers={"Retry-After": str(self.retry_after)})
        return None

    # Finding

    def _run(self, ask: Ask) -> Run | None:
        return next((one for one in self.runs if one.id == int(ask["id"])), None)

    def _run_of(self, job: int) -> Run | None:
        return next((one for one in self.runs for each in one.attempts
                     if any(inner.id == job for inner in each.jobs)), None)

    def _job(self, wanted: int) -> Job | None:
        return next((job for run in self.runs for attempt in run.attempts
                     for job in attempt.jobs if job.id == wanted), None)

    def _environments(self, run: Run | None) -> list[str]:
        jobs = run.latest.jobs if run else []
        return [job.plan.environment for job in jobs if job.status == "waiting"]
