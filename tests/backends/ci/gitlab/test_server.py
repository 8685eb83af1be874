"""GitLab's pipelines as a person sees and drives them."""

from __future__ import annotations

import threading

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.gitlab import pipelines
from opstui.backends.ci.gitlab import server as module
from opstui.backends.ci.gitlab.server import GitLab
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS
from opstui.domain.ci import Capability, CiJob, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.fakes.ci.base import Ask, Reply
from tests.fakes.ci.clock import Clock
from tests.fakes.ci.gitlab import PROJECT, FakeGitLab, Pipeline, suite


def asked(fake: FakeGitLab, part: str) -> list[str]:
    return [f"{ask.method} {ask.target}" for ask in fake.requests if part in ask.target]


async def job_named(server: GitLab, run: CiRun, name: str) -> CiJob:
    return next(job for job in await server.jobs(run) if job.name == name)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BETWEEN", 0.0)


# The list


async def test_the_list_is_one_request_and_one_more_for_each_pipeline_worth_a_look(
    fake: FakeGitLab, server: GitLab
) -> None:
    for _ in range(3):
        fake.add("success")
    red = fake.add("failed", "feature/x", "c" * 40)
    fake.add("running", "main", "d" * 40)
    runs = await server.runs(50)
    assert [run.status for run in runs] == [
        Status.RUNNING, Status.FAILED, Status.PASSED, Status.PASSED, Status.PASSED,
    ]
    assert len(fake.requests) == 3
    assert fake.requests[0].path == "/api/v4/projects/tools%2Fparsers%2Fchurn/pipelines"
    failed = runs[1]
    assert (failed.branch, failed.commit, failed.who) == ("feature/x", "c" * 40, "ana")
    assert (failed.jobs_done, failed.jobs_total, failed.jobs_failed) == (2, 2, 2)
    assert (failed.title, failed.reason) == ("Take the parser apart", "failed: lint, unit")
    assert failed.url.endswith(f"/-/pipelines/{red.id}")
    assert failed.started and failed.finished and failed.finished > failed.started
    await server.runs(50)
    assert len(fake.requests) == 5, "the red one did not change and was not asked for again"


async def test_only_the_bearer_header_carries_the_token(fake: FakeGitLab, server: GitLab) -> None:
    fake.add()
    await server.runs(5)
    for ask in fake.requests:
        assert ask.headers["Authorization"].startswith("Bearer ")
        assert "PRIVATE-TOKEN" not in ask.headers


async def test_a_run_tells_of_its_first_failed_job_while_others_go_on(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline = fake.add("running", jobs=("lint", "unit", "docs"))
    fake.turn(pipeline.jobs[1], "failed")
    fake.turn(pipeline.jobs[0], "success")
    run, = await server.runs(5)
    assert run.status is Status.RUNNING
    assert (run.jobs_done, run.jobs_total, run.jobs_failed) == (2, 3, 1)
    assert run.reason == "failed: unit; others go on"
    assert run.finished is None


async def test_an_optional_failure_is_a_warning(fake: FakeGitLab, server: GitLab) -> None:
    pipeline = fake.add("running", jobs=("unit",))
    odd = fake.add_job(pipeline, "spelling", "running", allow_failure=True)
    await server.runs(5)
    fake.turn(odd, "failed")
    fake.turn(pipeline.jobs[0], "success")
    run, = await server.runs(5)
    assert (run.status, run.jobs_failed) == (Status.WARNED, 0)
    spelling = await job_named(server, run, "spelling")
    assert (spelling.status, spelling.optional) == (Status.WARNED, True)
    assert spelling.reason == "script failure"


async def test_a_pass_after_a_retry_is_flaky(fake: FakeGitLab, server: GitLab) -> None:
    pipeline = fake.add("failed", jobs=("unit",))
    run, = await server.runs(5)
    assert run.attempt == 1
    again = await server.rerun(run, failed=True)
    assert (again.id, again.attempt, again.status) == (run.id, 2, Status.QUEUED)
    fake.turn(pipeline.jobs[-1], "success")
    run, = await server.runs(5)
    assert (run.status, run.flaky, run.attempt) == (Status.PASSED, True, 2)
    unit = await job_named(server, run, "unit")
    assert (unit.attempt, unit.status) == (2, Status.PASSED)
    assert unit.reason == "passed on attempt 2; before: script failure"


async def test_a_pass_of_a_commit_that_failed_before_is_flaky(
    fake: FakeGitLab, server: GitLab
) -> None:
    fake.add("failed")
    fake.add("success")
    fake.add("success", "other")
    other, passed, _ = await server.runs(5)
    assert passed.flaky and not other.flaky


async def test_pipelines_of_other_sources_have_their_own_names(
    fake: FakeGitLab, server: GitLab
) -> None:
    fake.add(source="schedule")
    fake.add(source="merge_request_event", ref="refs/merge-requests/12/head")
    fake.add(name="Nightly 🌒")
    fake.add()
    assert [(run.workflow, run.branch, run.event) for run in await server.runs(5)] == [
        ("pipeline", "main", "push"), ("Nightly 🌒", "main", "push"),
        ("merge request", "!12", "merge request"), ("schedule", "main", "schedule"),
    ]


async def test_very_many_are_read_a_page_at_a_time(fake: FakeGitLab, server: GitLab) -> None:
    fake.fill(10_000)
    runs = await server.runs(250)
    assert len(runs) == 250
    assert [run.number for run in runs[:2]] == [10_000, 9_999]
    assert len(fake.requests) == 3


async def test_a_list_is_not_held_up_by_slow_jobs(
    fake: FakeGitLab, server: GitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add("failed")
    fake.add("running")
    held = threading.Event()
    answer = fake.answer

    def slowly(ask: Ask) -> Reply:
        if ask.path.endswith("/jobs"):
            held.wait(30)
        return answer(ask)
    monkeypatch.setattr(fake, "answer", slowly)
    monkeypatch.setattr(pipelines, "PATIENCE", 0.05)
    try:
        runs = await server.runs(5)
        assert [(run.status, run.jobs_total) for run in runs] == [
            (Status.RUNNING, None), (Status.FAILED, None),
        ]
    finally:
        held.set()
    monkeypatch.setattr(pipelines, "PATIENCE", 30.0)
    assert [run.jobs_total for run in await server.runs(5)] == [2, 2]


async def test_without_a_login_a_look_at_the_list_is_one_request(fake: FakeGitLab) -> None:
    fake.add("failed")
    fake.token = ""
    door = Door(f"{fake.address}/api/v4", ANONYMOUS, RecentCalls(), name="gitlab",
                product="GitLab")
    server = GitLab("gitlab", door, PROJECT)
    run, = await server.runs(5)
    await server.close()
    assert (run.status, run.jobs_total, len(fake.requests)) == (Status.FAILED, None, 1)


async def test_jobs_that_can_not_be_read_do_not_take_the_list_away(
    fake: FakeGitLab, server: GitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add("failed")
    monkeypatch.setattr(fake, "_find", lambda ask: None)
    run, = await server.runs(5)
    assert (run.status, run.jobs_total) == (Status.FAILED, None)


# Jobs, steps, failures


async def test_jobs_come_in_the_order_they_run_however_often_they_were_retried(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline = fake.add("success", jobs=("build", "unit", "docs"))
    fake.turn(pipeline.jobs[0], "failed")
    run, = await server.runs(5)
    await server.rerun(run, failed=True)
    assert [(job.name, job.stage) for job in await server.jobs(run)] == [
        ("build", "build"), ("unit", "test"), ("docs", "test"),
    ]


async def test_bridges_name_what_they_start_and_children_show_their_jobs(
    fake: FakeGitLab, server: GitLab
) -> None:
    child = fake.add("failed", source="parent_pipeline", jobs=("arm", "x86"))
    abroad = fake.add("running", source="pipeline")
    pipeline = fake.add("failed", jobs=("unit",))
    fake.add_job(pipeline, "images", "failed", starts=child)
    fake.add_job(pipeline, "deploy", "running", starts=abroad, elsewhere=True)
    fake.pipelines.remove(abroad)
    run, = await server.runs(5)
    jobs = {job.name: job for job in await server.jobs(run)}
    assert list(jobs) == ["unit", "deploy", "images", "images » arm", "images » x86"] or list(
        jobs) == ["unit", "images", "images » arm", "images » x86", "deploy"]
    assert jobs["deploy"].reason == f"starts pipeline #{abroad.id}, running"
    assert not jobs["deploy"].log
    assert jobs["images"].reason == f"script failure; starts pipeline #{child.id}, failed"
    assert jobs["images » arm"].status is Status.FAILED


async def test_the_first_red_job_has_its_steps_at_once(fake: FakeGitLab, server: GitLab) -> None:
    pipeline = fake.add("failed", jobs=("lint", "unit"))
    fake.turn(pipeline.jobs[0], "success")
    fake.turn(pipeline.jobs[1], "failed")
    pipeline.jobs[1].trace = (
        b"section_start:10:get_sources\r\x1b[0Kfetch\nsection_end:11:get_sources\r\x1b[0K"
        b"section_start:11:step_script\r\x1b[0K$ make\nboom\n"
        b"section_end:12:step_script\r\x1b[0K\nERROR: Job failed: exit code 2\n"
    )
    run, = await server.runs(5)
    lint, unit = await server.jobs(run)
    assert lint.steps == ()
    assert [(step.name, step.status, step.exit_code) for step in unit.steps] == [
        ("get_sources", Status.PASSED, None), ("step_script", Status.FAILED, 2),
    ]
    chunk = await server.log(run, 0, job=unit, step=unit.steps[1])
    assert (chunk.data, chunk.complete) == (b"$ make\nboom\n", True)
    after = await server.log(run, unit.steps[1].log_start, job=unit)
    assert after.data.startswith(b"$ make")
    assert len(asked(fake, "/trace")) == 1


async def test_failing_tests_are_named_and_so_is_why_jobs_failed(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline = fake.add("failed", jobs=("unit", "deploy"))
    fake.turn(pipeline.jobs[1], "failed", "runner_system_failure")
    pipeline.suites = [suite(
        "unit", ("success", "test_ok", ""), ("failed", "test_nesting", "\n E  1 != 2\nmore"),
        ("error", "test_größe\x1b[2J", ""),
    )]
    run, = await server.runs(5)
    found = await server.failures(run)
    assert [(one.text, one.where, one.job, one.test) for one in found] == [
        ("E  1 != 2", "tests/test_parser.py: test_nesting", "unit", True),
        ("test_größe\x1b[2J", "tests/test_parser.py: test_größe\x1b[2J", "unit", True),
        ("script failure", "", "unit", False),
        ("runner system failure", "", "deploy", False),
    ]
    deploy = await job_named(server, run, "deploy")
    assert [one.text for one in await server.failures(run, deploy)] == ["runner system failure"]


async def test_without_failing_tests_the_large_report_is_not_asked_for(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline = fake.add("success")
    pipeline.suites = [suite("unit", ("success", "test_ok", ""))]
    run, = await server.runs(5)
    assert await server.failures(run) == ()
    assert asked(fake, "test_report") == [
        f"GET /api/v4/projects/tools%2Fparsers%2Fchurn/pipelines/{run.id}/test_report_summary"
    ]


# The log


async def test_a_growing_log_is_read_whole_each_time_but_not_often(
    fake: FakeGitLab, server: GitLab, clock: Clock
) -> None:
    pipeline = fake.add("running", jobs=("unit",))
    unit = pipeline.jobs[0]
    unit.trace = b"one\ntw"
    run, = await server.runs(5)
    job = await job_named(server, run, "unit")
    first = await server.log(run, 0, job=job)
    assert (first.data, first.offset, first.complete) == (b"one\n", 4, False)
    unit.trace += b"o\n"
    for _ in range(20):
        assert (await server.log(run, first.offset, job=job)).data == b""
    assert len(asked(fake, "/trace")) == 1
    clock.now += 2
    assert (await server.log(run, first.offset, job=job)).data == b"two\n"
    unit.trace += b"three"
    fake.turn(unit, "success")
    clock.now += 2
    last = await server.log(run, 8, job=job)
    assert (last.data, last.complete) == (b"three", True)
    await server.log(run, 0, job=job)
    assert len(asked(fake, "/trace")) == 3, "what is over is not asked for again"


async def test_a_large_log_is_asked_for_less_often(
    fake: FakeGitLab, server: GitLab, clock: Clock
) -> None:
    pipeline = fake.add("running", jobs=("unit",))
    pipeline.jobs[0].trace = b"x" * 99 + b"\n"
    pipeline.jobs[0].trace *= 3000
    run, = await server.runs(5)
    for now, reads in ((0, 1), (2, 1), (9.9, 1), (10, 2)):
        clock.now = now
        await server.log(run, -10, job=await job_named(server, run, "unit"))
        assert len(asked(fake, "/trace")) == reads, now


@pytest.mark.parametrize("ranges", [False, True])
async def test_a_range_is_asked_for_and_the_whole_is_fine_as_well(
    fake: FakeGitLab, server: GitLab, clock: Clock, ranges: bool
) -> None:
    fake.ranges = ranges
    pipeline = fake.add("running", jobs=("unit",))
    unit = pipeline.jobs[0]
    unit.trace = b"one\n"
    run, = await server.runs(5)
    job = await job_named(server, run, "unit")
    for more in (b"two\n", b"", b"three\n"):
        await server.log(run, 0, job=job)
        unit.trace += more
        clock.now += 2
    assert (await server.log(run, 0, job=job)).data == b"one\ntwo\nthree\n"
    wishes = [ask.headers.get("Range") for ask in fake.requests if ask.path.endswith("/trace")]
    assert wishes == [None, "bytes=4-", "bytes=8-", "bytes=8-"]


async def test_a_log_that_was_erased_is_read_anew(
    fake: FakeGitLab, server: GitLab, clock: Clock
) -> None:
    pipeline = fake.add("running", jobs=("unit",))
    unit = pipeline.jobs[0]
    unit.trace = b"a long first log\n"
    run, = await server.runs(5)
    job = await job_named(server, run, "unit")
    await server.log(run, 0, job=job)
    unit.trace = b"new\n"
    clock.now += 2
    assert (await server.log(run, 0, job=job)).data == b"new\n"


async def test_a_job_that_only_starts_a_pipeline_has_no_log(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline = fake.add("failed", jobs=("unit",))
    fake.add_job(pipeline, "images", "failed", starts=fake.add("failed", source="parent_pipeline"))
    run, = await server.runs(5)
    images = await job_named(server, run, "images")
    assert not images.log
    with pytest.raises(OpstuiError, match="GitLab has no log of images"):
        await server.log(run, 0, job=images)


async def test_without_a_job_the_log_is_that_of_the_first_red_one(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline = fake.add("failed", jobs=("lint", "unit"))
    fake.turn(pipeline.jobs[0], "success")
    fake.turn(pipeline.jobs[1], "failed")
    pipeline.jobs[1].trace = b"red\n"
    run, = await server.runs(5)
    assert (await server.log(run, -4)).data == b"red\n"
    waiting = fake.add("created")
    run = next(one for one in await server.runs(5) if one.id == str(waiting.id))
    with pytest.raises(OpstuiError, match="no job of pipeline #2 has a log yet"):
        await server.log(run, 0)


# Acts


async def test_one_job_is_run_again(fake: FakeGitLab, server: GitLab) -> None:
    pipeline = fake.add("failed", jobs=("lint", "unit"))
    run, = await server.runs(5)
    job = await job_named(server, run, "unit")
    again = await server.rerun(run, job=job)
    assert again.status is Status.QUEUED
    assert [one.status for one in pipeline.newest] == ["failed", "pending"]
    with pytest.raises(OpstuiError, match="not retryable"):
        await server.rerun(run, job=await job_named(server, run, "unit"))


async def test_running_all_of_it_again_is_refused_with_the_reason(
    fake: FakeGitLab, server: GitLab
) -> None:
    fake.add("success")
    run, = await server.runs(5)
    assert Capability.RERUN not in server.capabilities
    with pytest.raises(OpstuiError, match="start a new pipeline"):
        await server.rerun(run)


async def test_cancelling_is_believed_only_once_it_is_seen(
    fake: FakeGitLab, server: GitLab
) -> None:
    fake.add("running")
    run, = await server.runs(5)
    await server.cancel(run)
    assert [one.status for one in await server.runs(5)] == [Status.CANCELLED]
    over = fake.add("success")
    run = (await server.runs(5))[0]
    with pytest.raises(OpstuiError, match="had ended already, passed"):
        await server.cancel(run)
    deaf = fake.add("running")
    deaf.refuses_to_stop = True
    run = (await server.runs(5))[0]
    with pytest.raises(OpstuiError, match="still running"):
        await server.cancel(run)
    assert over.status == "success"


async def test_force_ends_jobs_that_do_not_stop(fake: FakeGitLab, server: GitLab) -> None:
    pipeline = fake.add("running", jobs=("unit", "docs"))
    pipeline.jobs[0].stubborn = True
    run, = await server.runs(5)
    await server.cancel(run)
    assert pipeline.status == "canceling"
    assert (await server.runs(5))[0].status is Status.RUNNING
    await server.cancel(run, force=True)
    assert pipeline.status == "canceled"


async def test_a_manual_job_waits_until_it_is_played(fake: FakeGitLab, server: GitLab) -> None:
    pipeline = fake.add("success", jobs=("unit",))
    gate = fake.add_job(pipeline, "deploy", "manual", stage="deploy")
    fake.turn(gate, "manual")
    run, = await server.runs(5)
    assert run.status is Status.BLOCKED
    assert (await job_named(server, run, "deploy")).status is Status.BLOCKED
    await server.approve(run)
    assert gate.status == "pending"
    with pytest.raises(OpstuiError, match="no jobs of pipeline #1 wait"):
        await server.approve(run)


async def test_which_of_two_gates_must_be_said(fake: FakeGitLab, server: GitLab) -> None:
    fake.add("manual", jobs=("stage", "live"))
    run, = await server.runs(5)
    with pytest.raises(OpstuiError, match=r"2 jobs.*stage, live.*choose the job"):
        await server.approve(run)
    await server.approve(run, await job_named(server, run, "live"))
    assert fake.pipelines[0].jobs[1].status == "pending"


async def test_an_optional_gate_does_not_hold_up_the_count(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline = fake.add("running", jobs=("unit",))
    fake.add_job(pipeline, "deploy", "manual", allow_failure=True)
    await server.runs(5)
    fake.turn(pipeline.jobs[0], "success")
    run, = await server.runs(5)
    assert (run.status, run.jobs_done, run.jobs_total) == (Status.PASSED, 1, 1)


async def test_a_pipeline_is_started_with_inputs_and_variables(
    fake: FakeGitLab, server: GitLab, calls: RecentCalls
) -> None:
    fake.graphql = {
        "ciPipelineCreationInputs": [
            {"name": "where", "description": "Where to", "default": "stage", "type": "STRING",
             "required": False, "options": ["stage", "live"]},
            {"name": "fast", "description": None, "default": True, "type": "BOOLEAN",
             "required": False, "options": None},
            {"name": "copies", "description": "How many", "default": None, "type": "NUMBER",
             "required": True, "options": None},
        ],
        "ciConfigVariables": [
            {"key": "LEVEL", "value": "info", "description": "Of the log",
             "valueOptions": ["info", "debug"]},
        ],
    }
    workflow, = await server.workflows()
    assert [(one.name, one.default, one.choices, one.flag, one.required)
            for one in workflow.inputs] == [
        ("where", "stage", ("stage", "live"), False, False), ("fast", "true", (), True, False),
        ("copies", "", (), False, True), ("LEVEL", "info", ("info", "debug"), False, False),
    ]
    assert "head" in workflow.note
    run = await server.start(
        "a" * 40, "main", workflow.id,
        {"where": "live", "fast": "false", "copies": "3", "LEVEL": "debug", "DB_TOKEN": "hunter2"},
    )
    made = fake.pipelines[-1]
    assert (run.id, run.status) == (str(made.id), Status.QUEUED)
    assert made.inputs == {"where": "live", "fast": False, "copies": 3}
    assert made.variables == {"LEVEL": "debug", "DB_TOKEN": "hunter2"}
    assert "hunter2" not in "".join(call.command for call in calls.calls())


async def test_a_server_that_knows_no_inputs_starts_without(
    fake: FakeGitLab, server: GitLab
) -> None:
    workflow, = await server.workflows()
    assert workflow.inputs == ()
    run = await server.start("a" * 40, "main")
    assert (run.branch, run.event) == ("main", "api")
    with pytest.raises(OpstuiError, match="Reference not found"):
        await server.start("a" * 40, "gone")


# Manners


async def test_required_pipelines_are_known_from_the_merge_rules(
    fake: FakeGitLab, server: GitLab, clock: Clock
) -> None:
    assert await server.required("main") == frozenset()
    fake.must_pass = True
    assert await server.required("main") == frozenset(), "believed for a while"
    clock.now += 301
    assert await server.required("main") == {"pipeline", "merge request"}
    fake.add(name="Checks")
    fake.add(name="Nightly", source="schedule")
    await server.runs(5)
    assert await server.required("main") == {"pipeline", "merge request", "Checks"}


async def test_a_rate_limit_in_plain_text_is_a_sentence(fake: FakeGitLab, server: GitLab) -> None:
    fake.break_with("429")
    with pytest.raises(OpstuiError, match="asked too often"):
        await server.runs(5)
    assert server.rest() > 0
    fake.mend()


async def test_little_budget_is_told(fake: FakeGitLab, server: GitLab) -> None:
    fake.limit = (600, 12)
    fake.add()
    await server.runs(5)
    assert "12 of 600 requests" in server.note()


async def test_the_trap_of_the_latest_pipeline_is_never_stepped_into(
    fake: FakeGitLab, server: GitLab
) -> None:
    pipeline: Pipeline = fake.add("failed")
    run, = await server.runs(5)
    await server.jobs(run)
    await server.failures(run)
    await server.rerun(run, failed=True)
    await server.cancel(run)
    assert asked(fake, "latest") == []
    assert pipeline.status == "canceled"
