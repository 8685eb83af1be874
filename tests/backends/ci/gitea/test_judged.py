"""The fake Gitea is judged by a client that was generated from Gitea's published description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from opstui.backends.ci.gitea.server import Gitea
from tests.backends.ci.described import Recorded
from tests.fakes.ci.forge import REPO, TOKEN
from tests.fakes.ci.gitea import FakeGitea

OWNER, NAME = "ana", "churn"


@pytest.fixture
def client() -> Any:
    """Imported here as it takes seconds."""
    return pytest.importorskip("gitea_api_client")


@pytest.fixture
async def api(fake: FakeGitea, client: Any) -> AsyncIterator[Any]:
    settings = client.Configuration(
        host=f"{fake.address}/api/v1", api_key={"AuthorizationHeaderToken": f"token {TOKEN}"},
    )
    async with client.ApiClient(settings) as connection:
        yield client.RepositoryApi(connection)


async def test_the_generated_client_finds_its_way(
    fake: FakeGitea, api: Any, client: Any, server: Gitea
) -> None:
    recorded = Recorded(fake)
    made = fake.add("failure")
    made.jobs[0].log = b"2026-11-23T09:00:01.0000000Z boom\n"
    for state in ("waiting", "running", "success", "cancelled", "skipped", "blocked"):
        fake.add(state)
    fake.required = ("ci.yml / unit (push)",)

    runs = await api.get_workflow_runs(OWNER, NAME, page=1, limit=50)
    assert (runs.total_count, runs.workflow_runs[-1].conclusion) == (7, "failure")
    run = runs.workflow_runs[-1].id
    jobs = await api.list_workflow_run_jobs(OWNER, NAME, run)
    assert [job.name for job in jobs.jobs] == ["lint", "unit"]
    job = await api.get_workflow_job(OWNER, NAME, str(jobs.jobs[0].id))
    assert job.steps[0].name == "checkout"
    again = await api.rerun_workflow_run(OWNER, NAME, run)
    assert (again.status, again.run_attempt) == ("queued", 2)
    fake.turn(made, "failure")
    await api.rerun_failed_workflow_run(OWNER, NAME, run)
    fake.turn(made, "failure")
    await api.rerun_workflow_job(OWNER, NAME, run, made.jobs[1].id)
    assert made.attempt == 4
    first = await api.get_workflow_run_attempt(OWNER, NAME, run, 1)
    assert first.conclusion == "failure"
    workflows = await api.actions_list_repository_workflows(OWNER, NAME)
    assert [one.id for one in workflows.workflows] == ["ci.yml", "deploy.yml"]
    started = await api.actions_dispatch_workflow(
        OWNER, NAME, "deploy.yml", return_run_details=True,
        body=client.CreateActionWorkflowDispatch(ref="refs/heads/main", inputs={"where": "live"}),
    )
    assert started.workflow_run_id == fake.runs[-1].id
    status = await api.repo_get_combined_status_by_ref(OWNER, NAME, "a" * 40)
    assert status.total_count == 2

    # And what this project's own server asks for beyond that.
    newest = await server.runs(50)
    await server.workflows()
    await server.required("main")
    await server.jobs(newest[0])
    assert recorded.deviations(_models(client)) == []


def _models(client: Any) -> dict[str, type[Any]]:
    run = rf"{REPO}/actions/runs/[0-9]+"
    return {
        rf"GET {REPO}/actions/runs": client.ActionWorkflowRunsResponse,
        rf"GET {run}/attempts/[0-9]+": client.ActionWorkflowRun,
        rf"GET {run}/jobs": client.ActionWorkflowJobsResponse,
        rf"GET {REPO}/actions/jobs/[0-9]+": client.ActionWorkflowJob,
        rf"POST {run}/rerun": client.ActionWorkflowRun,
        rf"POST {run}/jobs/[0-9]+/rerun": client.ActionWorkflowJob,
        rf"GET {REPO}/actions/workflows": client.ActionWorkflowResponse,
        rf"POST {REPO}/actions/workflows/[^/]+/dispatches": client.RunDetails,
        rf"GET {REPO}/contents/.+": client.ContentsResponse,
        rf"GET {REPO}/branches/.+": client.Branch,
        rf"GET {REPO}/commits/[^/]+/status": client.CombinedStatus,
    }
