"""What the fake GitHub can be asked."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import unquote

from tests.fakes.ci import github_shapes as shapes
from tests.fakes.ci import github_tell as tell
from tests.fakes.ci.base import Ask, Reply, route
from tests.fakes.ci.github_state import ID, REPO, GitHubState
from tests.fakes.ci.github_world import Job, Run


class Reads(GitHubState):
    """All that changes nothing."""

    @route("GET", REPO)
    def repository(self, ask: Ask) -> Reply:
        return Reply(tell.full_repository(self, "main"))

    @route("GET", f"{REPO}/actions/runs")
    def list_runs(self, ask: Ask) -> Reply:
        return self._runs(ask, self.runs)

    @route("GET", f"{REPO}/actions/workflows/(?P<name>[^/]+)/runs")
    def list_workflow_runs(self, ask: Ask) -> Reply:
        file = self.workflow(ask["name"])
        return self._runs(ask, [one for one in self.runs if one.workflow is file])

    def _runs(self, ask: Ask, runs: list[Run]) -> Reply:
        wanted = {"branch": "branch", "event": "event", "head_sha": "sha"}
        for name, attribute in wanted.items():
            if value := ask.first(name):
                runs = [one for one in runs if getattr(one, attribute) == value]
        shown, headers = self.page(ask, runs)
        told = [tell.run(self, one) for one in shown]
        return Reply({"total_count": len(runs), "workflow_runs": told}, 200, headers)

    @route("GET", f"{REPO}/actions/runs/{ID}")
    def one_run(self, ask: Ask) -> Reply:
        run = self._run(ask)
        return Reply(tell.run(self, run)) if run else self.refusal(404)

    @route("GET", rf"{REPO}/actions/runs/{ID}/attempts/(?P<number>\d+)")
    def one_attempt(self, ask: Ask) -> Reply:
        run = self._run(ask)
        attempts = [one for one in run.attempts if str(one.number) == ask["number"]] if run else []
        return Reply(tell.run(self, run, attempts[0])) if run and attempts else self.refusal(404)

    @route("GET", rf"{REPO}/actions/runs/{ID}/attempts/(?P<number>\d+)/jobs")
    def attempt_jobs(self, ask: Ask) -> Reply:
        run = self._run(ask)
        jobs = [one for each in (run.attempts if run else []) if str(each.number) == ask["number"]
                for one in each.jobs]
        return self._jobs(ask, run, jobs) if run else self.refusal(404)

    @route("GET", f"{REPO}/actions/runs/{ID}/jobs")
    def jobs(self, ask: Ask) -> Reply:
        run = self._run(ask)
        return self._jobs(ask, run, run.latest.jobs) if run else self.refusal(404)

    def _jobs(self, ask: Ask, run: Run, jobs: list[Job]) -> Reply:
        shown, headers = self.page(ask, jobs)
        told = [tell.job(self, run, one) for one in shown]
        return Reply({"total_count": len(jobs), "jobs": told}, 200, headers)

    @route("GET", f"{REPO}/actions/jobs/{ID}")
    def one_job(self, ask: Ask) -> Reply:
        job, run = self._job(int(ask["id"])), self._run_of(int(ask["id"]))
        return Reply(tell.job(self, run, job)) if job and run else self.refusal(404)

    @route("GET", f"{REPO}/actions/jobs/{ID}/logs")
    def job_log(self, ask: Ask) -> Reply:
        job = self._job(int(ask["id"]))
        if job is None or job.status != "completed" or not job.log:
            return self.refusal(404)
        if job.id in self.gone:
            return self.refusal(410, "Server Error: the logs for this run have expired")
        return Reply(None, 302, {"Location": f"{self.storage.address}/logs/{job.id}?sig=secret"})

    @route("GET", rf"/logs/{ID}")
    def stored_here(self, ask: Ask) -> Reply:
        """For clients whose every connection comes here, such as gh over a unix socket."""
        return self.stored(int(ask["id"]))

    @route("GET", f"{REPO}/actions/runs/{ID}/logs")
    def run_log(self, ask: Ask) -> Reply:
        return Reply(None, 302, {"Location": f"{self.address}/zips/{ask['id']}"})

    @route("GET", rf"/zips/{ID}")
    def run_zip(self, ask: Ask) -> Reply:
        run, packed = self._run(ask), io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            for number, job in enumerate(run.latest.jobs if run else ()):
                file.writestr(f"{number}_{job.plan.name}.txt", job.text())
        return Reply(packed.getvalue(), 200, {"Content-Type": "application/zip"})

    @route("GET", f"{REPO}/actions/runs/{ID}/artifacts")
    def artifacts(self, ask: Ask) -> Reply:
        return Reply({"total_count": 0, "artifacts": []})

    @route("GET", f"{REPO}/check-runs/{ID}/annotations")
    def annotations(self, ask: Ask) -> Reply:
        job = self._job(int(ask["id"]))
        told = [tell.annotation(self, one) for one in (job.annotations() if job else [])]
        shown, headers = self.page(ask, told)
        return Reply(shown, 200, headers)

    @route("GET", f"{REPO}/actions/workflows")
    def list_workflows(self, ask: Ask) -> Reply:
        told = [tell.workflow(self, one) for one in self.workflows]
        shown, headers = self.page(ask, told)
        return Reply({"total_count": len(told), "workflows": shown}, 200, headers)

    @route("GET", f"{REPO}/actions/workflows/(?P<name>[^/]+)")
    def one_workflow(self, ask: Ask) -> Reply:
        file = self.workflow(ask["name"])
        return Reply(tell.workflow(self, file)) if file else self.refusal(404)

    @route("GET", f"{REPO}/contents/(?P<path>.+)")
    def contents(self, ask: Ask) -> Reply:
        text = self.files.get(ask["path"])
        if text is None:
            return self.refusal(404)
        return Reply(shapes.file(f"{self.address}{REPO}", ask["path"], text))

    @route("GET", f"{REPO}/branches")
    def list_branches(self, ask: Ask) -> Reply:
        told = [tell.short_branch(self, *one) for one in self.branches.items()]
        shown, headers = self.page(ask, told)
        return Reply(shown, 200, headers)

    @route("GET", f"{REPO}/branches/(?P<name>[^/]+)")
    def branch(self, ask: Ask) -> Reply:
        name = unquote(ask["name"])
        if name not in self.branches:
            return self.refusal(404, "Branch not found")
        return Reply(tell.branch(self, name, self.branches[name], self.protected.get(name)))

    @route("GET", f"{REPO}/rules/branches/(?P<name>[^/]+)")
    def branch_rules(self, ask: Ask) -> Reply:
        return Reply(tell.rules(self.rules.get(unquote(ask["name"]))))

    @route("GET", f"{REPO}/commits/(?P<sha>[^/]+)/check-runs")
    def check_runs(self, ask: Ask) -> Reply:
        found = self.checks.get(ask["sha"], [])
        shown, headers = self.page(ask, found)
        return Reply({"total_count": len(found), "check_runs": shown}, 200, headers)

    @route("GET", f"{REPO}/commits/(?P<sha>[^/]+)/status")
    def commit_status(self, ask: Ask) -> Reply:
        return Reply(tell.combined(self, ask["sha"], self.statuses.get(ask["sha"], [])))
