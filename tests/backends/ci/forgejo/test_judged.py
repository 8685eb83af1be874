"""The fake Forgejo is judged by a client generated from Forgejo's published description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from opstui.backends.ci.forgejo.server import Forgejo
from tests.backends.ci.described import Recorded
from tests.fakes.ci.forge import REPO, TOKEN
from tests.fakes.ci.forgejo import FakeForgejo

OWNER, NAME = "ana", "churn"


@pytest.fixture
async def api(fake: FakeForgejo) -> AsyncIterator[Any]:
    """Imported here as it takes a while."""
    client = pytest.importorskip("pyforgejo")
    import httpx

    async with httpx.AsyncClient() as connection:
        yield client.AsyncPyforgejoApi(
            base_url=f"{fake.address}/api/v1", api_key=f"token {TOKEN}", httpx_client=connection
        ).repository


async def test_the_generated_client_finds_its_way(
    fake: FakeForgejo, api: Any, server: Forgejo
) -> None:
    recorded = Recorded(fake)
    for state in ("waiting", "running", "success", "failure", "cancelled", "skipped", "blocked"):
        fake.add(state)
    fake.required = ("ci.yml / unit (push)",)

    runs = await api.list_action_runs(OWNER, NAME, page=1, limit=50)
    assert (runs.total_count, runs.workflow_runs[-1].status) == (7, "waiting")
    run = await api.action_run(OWNER, NAME, runs.workflow_runs[0].id)
    assert (run.index_in_repo, run.prettyref) == (7, "main")
    status = await api.repo_get_combined_status_by_ref(OWNER, NAME, "a" * 40)
    assert status.total_count == 2
    started = await api.dispatch_workflow(
        OWNER, NAME, "deploy.yml", ref="main", inputs={"where": "live"}, return_run_info=True
    )
    assert started.id == fake.runs[-1].id

    # And what this project's own server asks for beyond that.
    newest = await server.runs(50)
    await server.jobs(newest[-1])
    await server.workflows()
    await server.required("main")
    assert recorded.deviations(_models()) == []


def _models() -> dict[str, type[Any]]:
    from pyforgejo import types

    return {
        rf"GET {REPO}/actions/runs": types.ListActionRunResponse,
        rf"GET {REPO}/actions/runs/[0-9]+": types.ActionRun,
        rf"POST {REPO}/actions/workflows/[^/]+/dispatches": types.DispatchWorkflowRun,
        rf"GET {REPO}/contents/.+": types.ContentsResponse,
        rf"GET {REPO}/branches/.+": types.Branch,
        rf"GET {REPO}/commits/[^/]+/status": types.CombinedStatus,
    }
