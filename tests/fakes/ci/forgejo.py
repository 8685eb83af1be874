"""A Forgejo 15 that holds one repository with Actions.

Shapes: https://codeberg.org/api/swagger. The models that `pyforgejo` makes of Forgejo's published
description judge every answer in `tests/backends/ci/forgejo/test_judged.py`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.fakes.ci.base import Ask, Reply, route
from tests.fakes.ci.forge import DISPATCH, DONE, PUSH, REPO, TOKEN, FakeForge, Run, stamp

RUN = REPO + r"/actions/runs/(?P<run>[0-9]+)"


class FakeForgejo(FakeForge):
    """Its API knows runs and how to start one, and nothing of jobs."""

    product: ClassVar[str] = "Forgejo"
    version: ClassVar[str] = "15.0.2+gitea-1.22.0"

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__(token)
        self.files = {".forgejo/workflows/ci.yml": PUSH, ".forgejo/workflows/deploy.yml": DISPATCH}

    @route("GET", REPO + r"/actions/runs")
    def _runs(self, ask: Ask) -> Reply:
        wanted = [run for run in self.runs
                  if ask.first("head_sha", run.sha) == run.sha
                  and ask.first("ref", f"refs/heads/{run.branch}") == f"refs/heads/{run.branch}"]
        return self.listed(ask, wanted[::-1], "workflow_runs", self._run)

    @route("GET", RUN)
    def _one(self, ask: Ask) -> Reply:
        run = self.find(ask["run"])
        return Reply(self._run(run)) if run else self.refusal(404)

    @route("POST", REPO + r"/actions/workflows/(?P<file>[^/]+)/dispatches")
    def _dispatch(self, ask: Ask) -> Reply:
        given = ask.json()
        if f".forgejo/workflows/{ask['file']}" not in self.files:
            return self.refusal(404)
        run = self.add("waiting", given["ref"], workflow=ask["file"], event="workflow_dispatch")
        run.inputs = given.get("inputs", {})
        if self.old or not given.get("return_run_info"):
            return Reply(None, 204)
        return Reply({"id": run.id, "run_number": run.index,
                      "jobs": [job.name for job in run.jobs]}, 201)

    def _run(self, run: Run) -> dict[str, Any]:
        length = (run.stopped - run.started).seconds if run.stopped and run.started else 0
        return {
            "id": run.id, "title": run.title, "repository": self.repository(),
            "workflow_id": run.workflow, "index_in_repo": run.index, "trigger_user": self.user(),
            "ScheduleID": 0, "prettyref": run.branch, "is_ref_deleted": False,
            "commit_sha": run.sha, "is_fork_pull_request": run.need_approval,
            "need_approval": run.need_approval, "approved_by": 0, "event": run.event,
            "event_payload": "{}", "trigger_event": run.event, "status": run.status,
            "started": stamp(run.started), "stopped": stamp(run.stopped),
            "created": stamp(run.created),
            "updated": stamp(run.stopped or run.started or run.created),
            "duration": length * 1_000_000_000 if run.status in DONE else 0,
            "html_url": self.page_of(run),
        }
