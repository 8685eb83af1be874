"""A GitHub with one repository, whose Actions go on by ticks.

It answers as https://docs.github.com/en/rest says, and each answer is judged by GitHub's own
description: `deviations` must stay empty. Logs are on another server, as on the real one.
"""

from __future__ import annotations

from collections.abc import Callable

import yaml

from tests.fakes.ci import github_shapes as shapes
from tests.fakes.ci import github_tell as tell
from tests.fakes.ci.base import Ask, Reply, route
from tests.fakes.ci.github_reads import Reads
from tests.fakes.ci.github_state import ID, REPO
from tests.fakes.ci.github_world import Job, Run, WorkflowFile


class FakeGitHub(Reads):
    """All that changes something, beside all that can be asked."""

    @route("POST", f"{REPO}/actions/runs/{ID}/rerun")
    def rerun(self, ask: Ask) -> Reply:
        return self._again(self._run(ask), lambda job: True)

    @route("POST", f"{REPO}/actions/runs/{ID}/rerun-failed-jobs")
    def rerun_failed(self, ask: Ask) -> Reply:
        return self._again(self._run(ask), lambda job: job.conclusion != "success")

    @route("POST", f"{REPO}/actions/jobs/{ID}/rerun")
    def rerun_job(self, ask: Ask) -> Reply:
        wanted = int(ask["id"])
        return self._again(self._run_of(wanted), lambda job: job.id == wanted)

    def _again(self, run: Run | None, fresh: Callable[[Job], bool]) -> Reply:
        if run is None:
            return self.refusal(404)
        if run.latest.status != "completed":
            return self.refusal(403, "This workflow is already running")
        plans = [(job.plan, None if fresh(job) else job) for job in run.latest.jobs]
        run.again(plans, [self.id() for _ in plans], "ana", self.clock.now())
        return Reply({}, 201)

    @route("POST", f"{REPO}/actions/runs/{ID}/(?P<verb>cancel|force-cancel)")
    def cancel(self, ask: Ask) -> Reply:
        run = self._run(ask)
        if run is None:
            return self.refusal(404)
        if run.latest.status == "completed":
            return self.refusal(409, "Cannot cancel a workflow run that is completed.")
        run.cancel(self.clock.now(), force=ask["verb"] == "force-cancel")
        return Reply({}, 202)

    @route("POST", f"{REPO}/actions/runs/{ID}/approve")
    def approve(self, ask: Ask) -> Reply:
        run = self._run(ask)
        if run is None:
            return self.refusal(404)
        if not run.fork or run.latest.special != "action_required":
            return self.refusal(403, "This run is not from a fork pull request")
        run.latest.special = ""
        return Reply({}, 201)

    @route("GET", f"{REPO}/actions/runs/{ID}/pending_deployments")
    def pending(self, ask: Ask) -> Reply:
        names = self._environments(self._run(ask))
        return Reply([tell.pending(self, one, self.reviewer) for one in names])

    @route("POST", f"{REPO}/actions/runs/{ID}/pending_deployments")
    def review(self, ask: Ask) -> Reply:
        run, wanted = self._run(ask), ask.json()["environment_ids"]
        names = [one for one in self._environments(run) if shapes.number(one) in wanted]
        if run is None or not names or not self.reviewer:
            return self.refusal(422, "There are no pending deployment requests to approve")
        for job in run.latest.jobs:
            if job.plan.environment in names:
                job.approved, job.status = True, "queued"
        return Reply([tell.deployment(self, run, one) for one in names])

    @route("POST", f"{REPO}/actions/workflows/(?P<name>[^/]+)/dispatches")
    def dispatch(self, ask: Ask) -> Reply:
        file, body = self.workflow(ask["name"]), ask.json()
        if file is None:
            return self.refusal(404)
        if "return_run_details" in body and self.age == "422":
            return self.refusal(
                422, 'Invalid request.\n\n"return_run_details" is not a permitted key.')
        inputs = body.get("inputs", {})
        if wrong := self._wrong_start(file, body["ref"], inputs):
            return self.refusal(422, wrong)
        run = self.add_run(body["ref"], self.branches[body["ref"]], workflow=file.id,
                           event="workflow_dispatch", title=file.name)
        run.inputs = inputs
        if self.age != "new" or not body.get("return_run_details"):
            return Reply(None, 204)
        url = f"{self.address}{REPO}/actions/runs/{run.id}"
        return Reply({"workflow_run_id": run.id, "run_url": url, "html_url": url})

    def _wrong_start(self, file: WorkflowFile, ref: str, inputs: dict[str, str]) -> str:
        parsed = yaml.safe_load(self.files[file.path])
        on = parsed.get("on", parsed.get(True))
        if "workflow_dispatch" not in on:
            return "Workflow does not have 'workflow_dispatch' trigger"
        if ref not in self.branches:
            return f"No ref found for: {ref}"
        details = on["workflow_dispatch"] if isinstance(on, dict) else None
        declared = (details or {}).get("inputs", {})
        if extra := sorted(set(inputs) - set(declared)):
            return f"Unexpected inputs provided: {extra}"
        missing = [name for name, one in declared.items() if one.get("required")
                   and not inputs.get(name)]
        return f"Required input '{missing[0]}' not provided" if missing else ""
