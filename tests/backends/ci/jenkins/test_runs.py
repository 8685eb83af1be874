"""Builds of folders, branches and plain jobs, as runs, stages and logs."""

from __future__ import annotations

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.jenkins.conftest import Open
from tests.fakes.ci.jenkins import FakeJenkins
from tests.fakes.ci.jenkins_state import FOLDER, FREESTYLE, MULTIBRANCH, PIPELINE, Stage

CLONED = "https://git.example.org/ml/churn.git"
LIBRARY = "https://git.example.org/ops/library.git"
SHA, OTHER = "a" * 40, "b" * 40


async def test_branches_are_named_as_git_names_them(fake: FakeJenkins, opened: Open) -> None:
    project = fake.root.add(FOLDER, "ml team").add(MULTIBRANCH, "churn")
    job = project.add(PIPELINE, "feature%2Fx")
    assert job.path == "/job/ml%20team/job/churn/job/feature%252Fx/"
    fake.build(job, result="FAILURE", log=b"boom\n", checkouts=[
        (OTHER, "refs/remotes/origin/main", LIBRARY), (SHA, "feature/x", CLONED),
    ])
    server = opened(fake, "ml team/churn")
    (run,) = await server.runs(10)
    assert (run.branch, run.commit, run.workflow) == ("feature/x", SHA, "ml team/churn")
    assert (run.status, run.reason, run.who) == (Status.FAILED, "failure", "Ana")
    assert run.event == "Started by user Ana"
    assert run.url == f"{fake.address}/job/ml%20team/job/churn/job/feature%252Fx/1/"
    assert (await server.log(run, 0)).data == b"boom\n"


async def test_a_mirror_is_ours_where_the_settings_say_so_and_a_library_never(
    fake: FakeJenkins, opened: Open
) -> None:
    job = fake.root.add(MULTIBRANCH, "churn").add(PIPELINE, "feature%2Fx")
    mirror = "https://mirror.example.org/churn"
    fake.build(job, result="SUCCESS", checkouts=[(SHA, "origin/feature/x", mirror)])
    fake.build(job, result="FAILURE", checkouts=[(OTHER, "main", LIBRARY)])
    fake.build(job, checkouts=[(OTHER, "main", LIBRARY)])
    server = opened(fake, "churn")
    running, failed, passed = await server.runs(10)
    assert (running.commit, failed.commit, passed.commit) == ("", "", SHA)
    assert {run.branch for run in (running, failed, passed)} == {"feature/x"}
    assert await opened(fake).runs(10) == ()


async def test_jobs_are_found_by_what_they_cloned(fake: FakeJenkins, opened: Open) -> None:
    project = fake.root.add(FOLDER, "ml").add(MULTIBRANCH, "churn")
    fake.build(project.add(PIPELINE, "main"), result="SUCCESS", checkouts=[(SHA, "main", CLONED)])
    fake.build(project.add(PIPELINE, "old"), result="SUCCESS", checkouts=[(SHA, "old", CLONED)])
    nightly = fake.root.add(FREESTYLE, "nightly")
    fake.build(nightly, result="UNSTABLE", checkouts=[(SHA, "origin/main", CLONED)])
    fake.build(fake.root.add(FREESTYLE, "library"), result="SUCCESS",
               checkouts=[(OTHER, "main", LIBRARY)])
    server = opened(fake)
    runs = await server.runs(10)
    assert {(run.workflow, run.branch) for run in runs} == {
        ("ml/churn", "main"), ("ml/churn", "old"), ("nightly", "main")
    }
    assert server.note() == ""


async def test_nothing_of_ours_says_what_to_do(fake: FakeJenkins, opened: Open) -> None:
    fake.build(fake.root.add(FREESTYLE, "library"), checkouts=[(OTHER, "main", LIBRARY)])
    server = opened(fake)
    assert await server.runs(10) == ()
    assert server.note() == ("no job was found whose last build cloned this repository; name its "
                             "`jobs` in the settings")
    gone = opened(fake, "ml/nothing")
    with pytest.raises(OpstuiError, match="Jenkins has no /job/ml/job/nothing/api/json"):
        await gone.runs(10)


async def test_a_proxys_address_is_kept_whatever_jenkins_calls_itself(opened: Open) -> None:
    with FakeJenkins(root="http://jenkins.internal:8080/ci") as fake:
        job = fake.root.add(MULTIBRANCH, "churn").add(PIPELINE, "feature%2Fx")
        fake.build(job, result="SUCCESS", log=b"fine\n", checkouts=[(SHA, "feature/x", CLONED)])
        server = opened(fake, "churn")
        (run,) = await server.runs(10)
        assert run.url.startswith(f"{fake.address}/job/churn/")
        assert (await server.log(run, 0)).data == b"fine\n"
        again = await server.rerun(run)
        fake.step()
        assert (await server.runs(1))[0].id == again.id


async def test_a_running_pipeline_is_red_at_its_first_failed_stage(
    fake: FakeJenkins, opened: Open
) -> None:
    job = fake.root.add(PIPELINE, "churn")
    build = fake.build(job, checkouts=[(SHA, "main", CLONED)], stages=[
        Stage("lint", "FAILED", [("ruff", b"E501\n")], "script returned exit code 1"),
        Stage("unit", "IN_PROGRESS", [("pytest", b"...")]),
    ])
    server = opened(fake, "churn")
    (run,) = await server.runs(10)
    assert (run.status, run.jobs_failed, run.jobs_done) == (Status.RUNNING, 1, 1)
    build.stages[1].status = "PAUSED_PENDING_INPUT"
    build.asks["Deploy?"] = []
    assert (await server.runs(10))[0].status is Status.BLOCKED


async def test_stages_are_jobs_with_steps_and_logs(fake: FakeJenkins, opened: Open) -> None:
    job = fake.root.add(PIPELINE, "churn")
    checkouts = [(SHA, "main", CLONED)]
    fake.build(job, result="FAILURE", log=b"everything\n", checkouts=checkouts, stages=[
        Stage("build", "SUCCESS", [("Check out", b"HEAD is now at aaaaaaa\n")]),
        Stage("unit", "FAILED", [("Print Message", b"testing\n"),
                                 ("Shell Script", "FAILED größe & <b>\n".encode())],
              "script returned exit code 1"),
    ], tests=[("tests.unit", "test_auc", "FAILED", "AssertionError: 0.4\nat line 7"),
              ("tests.unit", "test_old", "PASSED", "")])
    server = opened(fake, "churn")
    (run,) = await server.runs(10)
    build, unit = await server.jobs(run)
    assert (build.name, build.status, unit.name, unit.status) == (
        "build", Status.PASSED, "unit", Status.FAILED)
    assert [(step.name, step.status) for step in unit.steps] == [
        ("Print Message", Status.PASSED), ("Shell Script", Status.FAILED)]
    whole = await server.log(run, 0, job=unit)
    assert whole.complete
    assert whole.data.decode() == (
        "=== Print Message ===\ntesting\n=== Shell Script ===\nFAILED größe & <b>\n")
    one = await server.log(run, 0, job=unit, step=unit.steps[1])
    assert one.data.decode() == "FAILED größe & <b>\n"
    assert (await server.log(run, -6, job=unit)).data == b"& <b>\n"
    assert (await server.log(run, 0)).data == b"everything\n"
    fake.step_texts = False  # an older plugin: the same by its own, shorter way
    fresh = opened(fake, "churn")
    assert (await fresh.log(run, 0, job=unit)).data == whole.data

    said, test = await server.failures(run)
    assert (said.text, said.where, said.job) == ("script returned exit code 1", "unit", "unit")
    assert (test.text, test.where, test.test) == (
        "AssertionError: 0.4", "tests.unit.test_auc", True)


async def test_without_the_plugin_a_build_is_one_job(fake: FakeJenkins, opened: Open) -> None:
    fake.plugin = False
    build = fake.build(fake.root.add(PIPELINE, "churn"), result="SUCCESS", log=b"all\n",
                       checkouts=[(SHA, "main", CLONED)], stages=[Stage("unit")])
    server = opened(fake, "churn")
    (run,) = await server.runs(10)
    (job,) = await server.jobs(run)
    assert (job.name, job.status, job.steps) == ("churn", Status.PASSED, ())
    assert (await server.log(run, 0, job=job)).data == build.log
    assert await server.failures(run) == ()


async def test_a_log_grows_and_is_fetched_once(fake: FakeJenkins, opened: Open) -> None:
    note = b"\x1b[8mha:////4AAAnote==\x1b[0m"
    build = fake.build(fake.root.add(FREESTYLE, "churn"), log=note + b"first\n",
                       checkouts=[(SHA, "detached", CLONED)])
    server = opened(fake, "churn")
    (run,) = await server.runs(10)
    assert (run.branch, run.status) == ("", Status.RUNNING)
    chunk = await server.log(run, 0)
    assert (chunk.data, chunk.offset, chunk.complete) == (b"first\n", 6, False)
    build.log += note + b"second\n"
    chunk = await server.log(run, chunk.offset, 3)
    assert (chunk.data, chunk.offset, chunk.complete) == (b"sec", 9, False)
    build.result = "SUCCESS"
    chunk = await server.log(run, chunk.offset)
    assert (chunk.data, chunk.complete) == (b"ond\n", True)
    assert (await server.log(run, 0)).data == b"first\nsecond\n"
    asked = [ask.first("start") for ask in fake.requests if "progressiveText" in ask.path]
    size = len(note + b"first\n")
    assert asked == ["0", str(size), str(2 * size + 1)]
