"""What Gitea's and Forgejo's fakes truly share: one repository, its files, branches, statuses.

Shapes: https://docs.gitea.com/api/ and https://codeberg.org/api/swagger.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote

from tests.fakes.ci.base import Ask, FakeServer, Reply, route

REPOSITORY = "ana/churn"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DONE = ("success", "failure", "cancelled", "skipped")
REPO = r"/api/v1/repos/ana/churn"
DISPATCH = """\
name: Deploy
on:
  workflow_dispatch:
    inputs:
      where: {description: Where to, type: choice, options: [stage, live], default: stage}
      fast: {type: boolean, default: true}
jobs: {}
"""
PUSH = "on: push\njobs: {}\n"


@dataclass
class Step:
    """One step of a job."""

    name: str
    status: str = "waiting"
    started: datetime | None = None
    stopped: datetime | None = None


@dataclass
class Job:
    """One attempt at a job; states are the forges' own."""

    id: int
    name: str
    status: str = "waiting"
    attempt: int = 1
    started: datetime | None = None
    stopped: datetime | None = None
    steps: list[Step] = field(default_factory=list)
    log: bytes = b""


@dataclass
class Run:
    """One run."""

    id: int
    index: int
    branch: str
    sha: str
    status: str = "waiting"
    workflow: str = "ci.yml"
    event: str = "push"
    title: str = "Take the parser apart"
    attempt: int = 1
    need_approval: bool = False
    created: datetime = BEGIN
    started: datetime | None = None
    stopped: datetime | None = None
    jobs: list[Job] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    past: dict[int, str] = field(default_factory=dict)
    """What earlier attempts came to."""


class FakeForge(FakeServer):
    """Runs nothing by itself: tests say what happens."""

    product: ClassVar[str] = ""
    version: ClassVar[str] = ""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.token = token
        self.runs: list[Run] = []
        self.files: dict[str, str] = {}
        self.required: tuple[str, ...] = ()
        self.old = False
        """An older release: what it starts is not named, and newer endpoints are missing."""
        self._ids = 300
        self._now = BEGIN

    # What tests do

    def add(
        self, status: str = "success", branch: str = "main", sha: str = "a" * 40, *,
        jobs: tuple[str, ...] = ("lint", "unit"), workflow: str = "ci.yml", event: str = "push",
    ) -> Run:
        with self.lock:
            run = Run(self.next_id(), len(self.runs) + 1, branch, sha, workflow=workflow,
                      event=event, created=self.tick())
            for name in jobs:
                run.jobs.append(Job(self.next_id(), name, steps=[Step("checkout"), Step(name)]))
            self.runs.append(run)
            self.turn(run, status)
            return run

    def turn(self, run: Run, status: str) -> None:
        """Something happens to a run and all of its jobs that did not end yet."""
        with self.lock:
            for job in run.jobs:
                if job.status not in DONE:
                    self.turn_job(job, status)
            run.status = status
            if status in ("running", "success", "failure") and run.started is None:
                run.started = self.tick()
            if status in DONE:
                run.stopped = self.tick(5)

    def turn_job(self, job: Job, status: str) -> None:
        with self.lock:
            job.status = status
            if status in ("running", "success", "failure"):
                job.started = job.started or self.tick()
                for step in job.steps:
                    step.status, step.started = status, step.started or self.tick()
            if status in DONE:
                job.stopped = self.tick(3)
                for step in job.steps:
                    step.status, step.stopped = status, self._now

    def fill(self, count: int) -> None:
        """Very many runs, all over."""
        with self.lock:
            for number in range(count):
                self.runs.append(Run(
                    self.next_id(), number + 1, f"branch-{number % 50}", f"{number:040x}",
                    "success", created=self._now, started=self._now, stopped=self._now,
                ))

    def tick(self, seconds: float = 1.0) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def find(self, id: str) -> Run | None:
        return next((run for run in self.runs if run.id == int(id)), None)

    # What it says

    def refusal(self, status: int) -> Reply:
        headers = {"Retry-After": str(self.retry_after)} if status == 429 else {}
        words = {401: "token is required", 403: "token does not have at least one of required "
                 "scope(s)", 404: "The target couldn't be found."}.get(status, "no")
        return Reply({"message": words, "url": f"{self.address}/api/swagger"}, status, headers)

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("Authorization") not in (f"Bearer {self.token}", f"token {self.token}"):
            return self.refusal(401)
        return super().answer(ask)

    def listed(self, ask: Ask, items: list[Any], under: str, shown: Any) -> Reply:
        """A page of a list in an object."""
        page, headers = self.page(ask, items, size="limit", default=30, most=50)
        headers["X-Total-Count"] = str(len(items))
        return Reply({"total_count": len(items), under: [shown(one) for one in page]}, 200, headers)

    @route("GET", r"/api/v1/version")
    def _version(self, ask: Ask) -> Reply:
        return Reply({"version": self.version})

    @route("GET", REPO + r"/branches/(?P<branch>.+)")
    def _branch(self, ask: Ask) -> Reply:
        return Reply({
            "name": unquote(ask["branch"]), "protected": bool(self.required),
            "required_approvals": 0, "enable_status_check": bool(self.required),
            "status_check_contexts": list(self.required), "user_can_push": True,
            "user_can_merge": True, "effective_branch_protection_name": "",
        })

    @route("GET", REPO + r"/contents/(?P<path>.+)")
    def _contents(self, ask: Ask) -> Reply:
        path = unquote(ask["path"])
        if path in self.files:
            return Reply(self._file(path, whole=True))
        inside = [one for one in self.files if one.rpartition("/")[0] == path]
        return Reply([self._file(one) for one in inside]) if inside else self.refusal(404)

    @route("GET", REPO + r"/commits/(?P<sha>[^/]+)/status")
    def _status(self, ask: Ask) -> Reply:
        """The newest status of each job's context; none for what a person started."""
        latest: dict[str, dict[str, Any]] = {}
        for run in self.runs:
            if run.sha == ask["sha"] and run.event in ("push", "pull_request"):
                for number, job in enumerate(run.jobs):
                    one = self._commit_status(run, job, number)
                    latest[f"{one['context']}"] = one
        items = list(latest.values())
        shown, headers = self.page(ask, items, size="limit", default=30, most=50)
        return Reply({
            "state": "success" if items else "", "sha": ask["sha"], "total_count": len(items),
            "statuses": shown, "commit_url": f"{self.address}{REPO}/commits/{ask['sha']}",
            "url": f"{self.address}{REPO}/commits/{ask['sha']}/status",
        }, 200, headers)

    def user(self) -> dict[str, Any]:
        return {"id": 3, "login": "ana", "full_name": "Ana Ruiz", "email": "ana@example.org",
                "avatar_url": f"{self.address}/avatars/3", "is_admin": False,
                "html_url": f"{self.address}/ana", "created": stamp(BEGIN)}

    def repository(self) -> dict[str, Any]:
        return {"id": 42, "name": "churn", "full_name": REPOSITORY, "private": False,
                "default_branch": "main", "html_url": f"{self.address}/{REPOSITORY}"}

    def page_of(self, run: Run) -> str:
        """The run's page for people."""
        return f"{self.address}/{REPOSITORY}/actions/runs/{run.index}"

    def _file(self, path: str, *, whole: bool = False) -> dict[str, Any]:
        text = self.files[path]
        content = base64.b64encode(text.encode()).decode() if whole else None
        return {
            "name": path.rpartition("/")[2], "path": path, "type": "file", "size": len(text),
            "sha": "f" * 40, "encoding": "base64" if whole else None, "content": content,
            "target": None, "url": f"{self.address}{REPO}/contents/{path}",
            "html_url": f"{self.address}/{REPOSITORY}/src/branch/main/{path}",
        }

    def _commit_status(self, run: Run, job: Job, number: int) -> dict[str, Any]:
        words = {"success": "Successful in 4s", "failure": "Failing after 4s",
                 "cancelled": "Has been cancelled", "skipped": "Has been skipped",
                 "running": "Has started running", "waiting": "Waiting to run",
                 "blocked": "Blocked by required conditions"}
        states = {"success": "success", "skipped": "success", "failure": "failure",
                  "cancelled": "failure"}
        return {
            "id": job.id, "status": states.get(job.status, "pending"),
            "target_url": f"/{REPOSITORY}/actions/runs/{run.index}/jobs/{number}",
            "description": words[job.status], "creator": self.user(),
            "url": f"{self.address}{REPO}/statuses/{run.sha}",
            "context": f"{run.workflow} / {job.name} ({run.event})",
            "created_at": stamp(run.created), "updated_at": stamp(job.stopped or run.created),
        }


def stamp(when: datetime | None) -> str:
    """Go writes a time that never was as one of year 1, or as the beginning of 1970."""
    return when.isoformat().replace("+00:00", "Z") if when else "0001-01-01T00:00:00Z"
