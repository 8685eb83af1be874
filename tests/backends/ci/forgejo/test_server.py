"""Forgejo's runs as a person sees them, and the little that can be done about them."""

from __future__ import annotations

import pytest

from opstui.backends.ci.forgejo.server import Forgejo
from opstui.domain.ci import Capability
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.fakes.ci.forgejo import FakeForgejo


async def test_the_list_tells_who_what_and_where(fake: FakeForgejo, server: Forgejo) -> None:
    run = fake.add("failure", "feature/x", "c" * 40)
    found, = await server.runs(10)
    assert (found.status, found.workflow, found.branch) == (Status.FAILED, "ci.yml", "feature/x")
    assert (found.commit, found.who, found.number) == ("c" * 40, "ana", run.index)
    assert found.started and found.finished and found.finished > found.started
    assert found.url.endswith(f"/ana/churn/actions/runs/{run.index}")
    assert len(fake.requests) == 1


async def test_a_run_that_waits_has_no_start(fake: FakeForgejo, server: Forgejo) -> None:
    fake.add("waiting")
    run, = await server.runs(10)
    assert (run.status, run.started, run.finished) == (Status.QUEUED, None, None)


async def test_a_run_that_waits_for_approval_is_blocked(
    fake: FakeForgejo, server: Forgejo
) -> None:
    run = fake.add("waiting", event="pull_request")
    run.need_approval = True
    found, = await server.runs(10)
    assert (found.status, found.event) == (Status.BLOCKED, "pull request")
    assert "approval" in found.reason


async def test_jobs_are_known_from_the_statuses_of_the_commit(
    fake: FakeForgejo, server: Forgejo
) -> None:
    other = fake.add("success", workflow="docs.yml", jobs=("pages",))
    run = fake.add("running", jobs=("lint", "unit (3.12)", "arm", "x86", "late"))
    for job, state in zip(run.jobs, ("success", "failure", "cancelled", "skipped", "waiting"),
                          strict=True):
        job.status = state
    found = next(one for one in await server.runs(10) if one.id == str(run.id))
    jobs = await server.jobs(found)
    assert [(job.name, job.status) for job in jobs] == [
        ("lint", Status.PASSED), ("unit (3.12)", Status.FAILED), ("arm", Status.CANCELLED),
        ("x86", Status.SKIPPED), ("late", Status.QUEUED),
    ]
    assert not any(job.log for job in jobs)
    assert jobs[1].url.endswith(f"/actions/runs/{run.index}/jobs/1")
    assert other.sha == run.sha, "the other workflow's jobs are not shown"


async def test_what_a_person_started_has_no_statuses(fake: FakeForgejo, server: Forgejo) -> None:
    fake.add("running", event="workflow_dispatch")
    run, = await server.runs(10)
    assert await server.jobs(run) == ()


async def test_very_many_jobs_come_in_pages(fake: FakeForgejo, server: Forgejo) -> None:
    fake.add("failure", jobs=tuple(f"job {number}" for number in range(120)))
    run, = await server.runs(10)
    assert [job.name for job in await server.jobs(run)] == [f"job {n}" for n in range(120)]


@pytest.mark.parametrize("old", [False, True])
async def test_a_workflow_is_started_with_its_inputs(
    fake: FakeForgejo, server: Forgejo, old: bool
) -> None:
    fake.old = old
    workflow, = await server.workflows()
    assert workflow.id == "deploy.yml"
    assert [one.name for one in workflow.inputs] == ["where", "fast"]
    run = await server.start("a" * 40, "feature/x", "", {"where": "live"})
    assert (run.id, run.branch, run.event) == (str(fake.runs[-1].id), "feature/x", "a person")
    assert fake.runs[-1].inputs == {"where": "live"}
    with pytest.raises(OpstuiError, match="Forgejo has no"):
        await server.start("a" * 40, "main", "gone.yml")


async def test_without_workflow_files_nothing_can_be_started(
    fake: FakeForgejo, server: Forgejo
) -> None:
    fake.files = {}
    assert await server.workflows() == ()
    with pytest.raises(OpstuiError, match="workflow_dispatch"):
        await server.start("a" * 40, "main")


def test_what_its_api_lacks_is_said_in_plain_words(server: Forgejo) -> None:
    lacking = set(Capability) - server.capabilities
    assert {Capability.LOG, Capability.CANCEL, Capability.RERUN} <= lacking
    for capability in lacking:
        assert server.why_not(capability).endswith("open it in the browser")


async def test_required_checks_are_known_from_the_branch(
    fake: FakeForgejo, server: Forgejo
) -> None:
    fake.required = ("ci.yml / unit (push)",)
    assert await server.required("main") == {"ci.yml", "unit"}
