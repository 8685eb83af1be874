"""Gitea's runs as a person sees and drives them."""

from __future__ import annotations

import pytest

from opstui.backends.ci.gitea.server import Gitea
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.fakes.ci.clock import Clock
from tests.fakes.ci.gitea import FakeGitea


def log_requests(fake: FakeGitea) -> list[str | None]:
    return [ask.headers.get("Range") for ask in fake.requests if ask.path.endswith("/logs")]


async def test_the_list_tells_who_what_and_how_far(fake: FakeGitea, server: Gitea) -> None:
    fake.add("success")
    run = fake.add("running", "feature/x", "c" * 40, jobs=("lint", "unit", "docs"))
    fake.turn_job(run.jobs[1], "failure")
    newest, passed = await server.runs(10)
    assert (newest.workflow, newest.branch, newest.commit) == ("ci.yml", "feature/x", "c" * 40)
    assert (newest.status, newest.who, newest.title) == (
        Status.RUNNING, "ana", "Take the parser apart",
    )
    assert (newest.jobs_done, newest.jobs_total, newest.jobs_failed) == (1, 3, 1)
    assert newest.url.endswith(f"/ana/churn/actions/runs/{run.index}")
    assert passed.started and passed.finished and passed.elapsed(passed.finished)
    assert len(fake.requests) == 2


async def test_a_run_that_waits_has_no_start_and_keeps_its_place(
    fake: FakeGitea, server: Gitea
) -> None:
    fake.add("waiting")
    run, = await server.runs(10)
    assert (run.status, run.started, run.finished) == (Status.QUEUED, None, None)
    again, = await server.runs(10)
    assert again.created == run.created


async def test_a_pass_after_a_failed_attempt_is_flaky(fake: FakeGitea, server: Gitea) -> None:
    made = fake.add("failure")
    run, = await server.runs(10)
    again = await server.rerun(run)
    assert (again.id, again.attempt, again.status) == (run.id, 2, Status.QUEUED)
    fake.turn(made, "success")
    run, = await server.runs(10)
    assert (run.status, run.attempt, run.flaky) == (Status.PASSED, 2, True)


async def test_only_what_failed_or_one_job_is_run_again(fake: FakeGitea, server: Gitea) -> None:
    made = fake.add("failure")
    made.jobs[0].status = "success"
    run, = await server.runs(10)
    await server.rerun(run, failed=True)
    assert [job.attempt for job in await server.jobs(run)] == [1, 2]
    fake.turn(made, "failure")
    lint = (await server.jobs(run))[0]
    await server.rerun(run, job=lint)
    assert [job.attempt for job in await server.jobs(run)] == [3, 2]


async def test_an_older_gitea_that_can_not_run_again_says_so(
    fake: FakeGitea, server: Gitea
) -> None:
    fake.add("failure")
    fake.old = True
    run, = await server.runs(10)
    with pytest.raises(OpstuiError, match=r"no way to run that again.*1\.27"):
        await server.rerun(run)


async def test_a_run_that_waits_for_approval_is_blocked_and_jobs_that_wait_for_jobs_are_not(
    fake: FakeGitea, server: Gitea
) -> None:
    waits = fake.add("blocked", jobs=("unit",))
    waits.need_approval = True
    goes = fake.add("running", jobs=("lint", "unit"))
    fake.turn_job(goes.jobs[1], "blocked")
    running, blocked = await server.runs(10)
    assert (blocked.status, running.status) == (Status.BLOCKED, Status.RUNNING)
    assert "approval" in blocked.reason
    assert [job.status for job in await server.jobs(running)] == [Status.RUNNING, Status.QUEUED]
    with pytest.raises(OpstuiError, match="browser"):
        await server.approve(blocked)


async def test_a_running_log_grows_by_what_is_new(
    fake: FakeGitea, server: Gitea, clock: Clock
) -> None:
    made = fake.add("running", jobs=("unit",))
    run, = await server.runs(10)
    job, = await server.jobs(run)
    assert (await server.log(run, 0, job=job)).data == b""
    made.jobs[0].log = b"2026-11-23T09:00:01.0000000Z one\n"
    clock.now += 1
    first = await server.log(run, 0, job=job)
    assert (first.data, first.complete) == (made.jobs[0].log, False)
    made.jobs[0].log += b"2026-11-23T09:00:02.0000000Z two\n"
    assert (await server.log(run, first.offset, job=job)).data == b""
    clock.now += 1
    assert (await server.log(run, first.offset, job=job)).data.endswith(b"two\n")
    fake.turn(made, "success")
    clock.now += 1
    assert (await server.log(run, 0, job=job)).complete
    assert log_requests(fake) == [None, None, "bytes=33-", "bytes=66-"]


async def test_a_step_has_its_own_lines(fake: FakeGitea, server: Gitea) -> None:
    made = fake.add("failure", jobs=("unit",))
    checkout, unit = made.jobs[0].steps
    assert checkout.started and unit.started
    made.jobs[0].log = (
        f"{checkout.started.isoformat()[:19]}.5000000Z fetched\n"
        f"{unit.started.isoformat()[:19]}.5000000Z boom\n"
    ).encode()
    run, = await server.runs(10)
    job, = await server.jobs(run)
    assert [step.name for step in job.steps] == ["checkout", "unit"]
    chunk = await server.log(run, 0, job=job, step=job.steps[1])
    assert chunk.data.endswith(b" boom\n") and b"fetched" not in chunk.data
    assert chunk.complete


async def test_a_log_that_is_gone_says_so(fake: FakeGitea, server: Gitea) -> None:
    fake.add("failure", jobs=("unit",))
    run, = await server.runs(10)
    job, = await server.jobs(run)
    with pytest.raises(OpstuiError, match=r"no log of unit.*cleaned up"):
        await server.log(run, 0, job=job)
    waiting = fake.add("waiting", jobs=("unit",))
    run = (await server.runs(10))[0]
    assert run.id == str(waiting.id)
    with pytest.raises(OpstuiError, match="has no log"):
        await server.log(run, 0)


@pytest.mark.parametrize("old", [False, True])
async def test_a_workflow_is_started_with_its_inputs(
    fake: FakeGitea, server: Gitea, old: bool
) -> None:
    fake.old = old
    workflow, = await server.workflows()
    assert (workflow.id, workflow.name) == ("deploy.yml", "Deploy")
    assert [(one.name, one.default, one.choices, one.flag) for one in workflow.inputs] == [
        ("where", "stage", ("stage", "live"), False), ("fast", "true", (), True),
    ]
    run = await server.start("a" * 40, "feature/größe", "", {"where": "live", "fast": "false"})
    made = fake.runs[-1]
    assert (run.id, run.branch, run.event) == (str(made.id), "feature/größe", "a person")
    assert made.inputs == {"where": "live", "fast": "false"}
    with pytest.raises(OpstuiError, match=r"gone\.yml"):
        await server.start("a" * 40, "main", "gone.yml")


async def test_of_several_workflows_one_must_be_named(fake: FakeGitea, server: Gitea) -> None:
    fake.files[".gitea/workflows/docs.yml"] = "on: workflow_dispatch\n"
    fake.files[".gitea/workflows/odd.yml"] = "on: [\n"
    with pytest.raises(OpstuiError, match=r"3 workflows.*say which"):
        await server.start("a" * 40, "main")
    odd = next(one for one in await server.workflows() if one.id == "odd.yml")
    assert "not YAML" in odd.note


async def test_required_checks_are_known_from_the_branch(fake: FakeGitea, server: Gitea) -> None:
    assert await server.required("release/1.x") == frozenset()
    fake.required = ("ci.yml / unit (push)", "sonar")
    assert await server.required("release/1.x") == {"ci.yml", "unit", "sonar"}
    assert fake.requests[-1].path.endswith("/branches/release/1.x")
