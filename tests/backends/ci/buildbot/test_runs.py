"""What a real Buildbot says of its builds, as runs, jobs and steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opstui.domain.ci import Capability
from opstui.domain.status import Status
from tests.backends.ci.buildbot.shop import RED, Shop, make, step_of

pytestmark = pytest.mark.xdist_group("buildbot")


async def test_a_pushed_commit_becomes_a_run_with_its_steps(shop: Shop) -> None:
    server = shop.server()
    run = await shop.built(server)
    assert run.status is Status.PASSED
    assert (run.workflow, run.branch, run.server) == ("churn", "main", "ci")
    assert run.commit == shop.git("rev-parse", "HEAD")
    assert run.who == "Ana"
    assert run.event == "commits"
    assert run.number > 0
    assert run.url.startswith(f"{shop.master.url}/#/builders/")
    assert run.started is not None
    assert run.finished is not None
    assert run.created <= run.started <= run.finished
    assert abs(datetime.now(UTC) - run.created) < timedelta(minutes=5)

    (job,) = await server.jobs(run)
    assert (job.name, job.status, job.runner) == ("churn", Status.PASSED, "local")
    assert [step.name for step in job.steps][-3:] == ["fetch", "prepare", "unit"]
    assert {step.status for step in job.steps} == {Status.PASSED}
    assert all(step.started and step.finished for step in job.steps)


async def test_a_red_build_names_the_step_its_exit_code_and_its_words(shop: Shop) -> None:
    server = shop.server()
    run = await shop.built(server, RED)
    assert run.status is Status.FAILED
    assert "unit.sh" in run.reason
    job, step = await step_of(server, run, "unit")
    assert job.status is Status.FAILED
    assert (step.status, step.exit_code) == (Status.FAILED, 1)
    (failure,) = await server.failures(run)
    assert (failure.where, failure.job) == ("unit", "churn")
    assert "(failure)" in failure.text
    assert await server.failures(run, job) == (failure,)


async def test_warnings_skipped_steps_and_exceptions_are_told_apart(shop: Shop) -> None:
    server = shop.server()
    assert (await shop.built(server, "exit 3\n")).status is Status.WARNED
    (work,) = [one for one in await server.workflows() if one.name == "churn"]
    started = await server.start(
        shop.git("rev-parse", "HEAD"), "main", work.id, {"prepare": "false"}
    )
    run = await shop.run(server, lambda run: run.id == started.id and run.status.finished, "end")
    _, step = await step_of(server, run, "prepare")
    assert step.status is Status.SKIPPED


async def test_a_step_that_failed_turns_the_run_red_while_others_go_on(
    shop: Shop
) -> None:
    gate = shop.repository.parent / "gate"
    server = shop.server()
    # What runs after a failed step is the next command of the same build.
    shop.push(shop.commit(
        "echo first part\n", prepare=f"while [ ! -e {gate} ]; do sleep 0.05; done\nexit 1\n"
    ))
    run = await shop.run(server, lambda run: run.status is Status.RUNNING and run.steps, "start")
    assert run.jobs_failed == 0
    gate.touch()
    run = await shop.run(server, lambda run: run.jobs_failed or run.status.finished, "red")
    assert run.status in (Status.RUNNING, Status.FAILED)


async def test_what_waits_in_the_queue_is_listed_and_keeps_its_identity(shop: Shop) -> None:
    gate = shop.repository.parent / "gate"
    server = shop.server()
    shop.push(shop.commit(f"while [ ! -e {gate} ]; do sleep 0.05; done\n"))
    first = await shop.run(server, lambda run: run.status is Status.RUNNING, "the first")
    commit = shop.commit("echo second\n")
    shop.push(commit)
    queued = await shop.run(server, lambda run: run.status is Status.QUEUED, "the second")
    assert queued.commit == commit
    assert (queued.branch, queued.number, queued.started) == ("main", 0, None)
    assert await server.jobs(queued) == ()
    chunk = await server.log(queued, 0)
    assert (chunk.data, chunk.complete) == (b"", False)
    gate.touch()
    done = await shop.run(server, lambda run: run.status.finished, "the end")
    assert done.key == queued.key != first.key
    assert done.number > 0


async def test_other_repositories_are_left_out_and_said_so(shop: Shop, tmp_path) -> None:
    await shop.built(shop.server())
    (tmp_path / "other").mkdir()
    other = make(shop.master, tmp_path / "other")
    server = other.server()
    assert await server.runs(10) == ()
    assert "name its `builders` in the settings" in server.note()
    named = other.server(builders=("churn",))
    assert (await named.runs(1))[0].workflow == "churn"
    assert named.note() == ""
    unknown = other.server(builders=("nonsense",))
    assert await unknown.runs(10) == ()
    assert unknown.note() == "it has no builder called nonsense"
    for one in (server, named, unknown):
        await one.close()


async def test_triggered_builds_are_the_jobs_of_the_build_that_triggered_them(
    shop: Shop
) -> None:
    server = shop.server()
    await shop.built(server)
    (work,) = [one for one in await server.workflows() if one.name == "umbrella"] or [None]
    assert work is None, "the builder never built this repository"
    named = shop.server(builders=("umbrella", "churn", "docs"))
    (work,) = [one for one in await named.workflows() if one.name == "umbrella"]
    started = await named.start(shop.git("rev-parse", "HEAD"), "main", work.id)
    run = await shop.run(
        server, lambda run: run.workflow == "umbrella" and run.status.finished, "the end"
    )
    assert run.id == started.id
    jobs = await server.jobs(run)
    assert sorted(job.name for job in jobs) == ["churn", "docs", "umbrella"]
    assert {job.stage for job in jobs} == {"", "umbrella"}
    assert [run.workflow for run in await server.runs(10)] == ["umbrella", "churn"]


async def test_it_says_what_it_can_and_why_not(shop: Shop) -> None:
    server = shop.server()
    assert Capability.FOLLOW in server.capabilities
    assert server.why_not(Capability.START) == ""
    assert server.why_not(Capability.RERUN_FAILED) == (
        "Buildbot rebuilds a whole build, not only what failed"
    )
