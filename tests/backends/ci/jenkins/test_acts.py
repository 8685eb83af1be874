"""What opstui does to Jenkins: start with parameters, follow, stop, kill, say yes."""

from __future__ import annotations

from typing import Any

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.jenkins import stopping
from opstui.backends.ci.web.login import basic
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.jenkins.conftest import Open
from tests.backends.ci.jenkins.test_runs import CLONED, SHA
from tests.fakes.ci.jenkins import FakeJenkins
from tests.fakes.ci.jenkins_state import FREESTYLE, MULTIBRANCH, PIPELINE, Item

PARAMETERS: list[dict[str, Any]] = [
    {"name": "target", "type": "ChoiceParameterDefinition", "description": "Where to",
     "choices": ["stage", "live"], "defaultParameterValue": {"value": "stage"}},
    {"name": "dry", "type": "BooleanParameterDefinition", "description": "",
     "defaultParameterValue": {"value": True}},
    {"name": "key", "type": "PasswordParameterDefinition", "description": "",
     "defaultParameterValue": {"value": "<hidden>"}},
]


def project(fake: FakeJenkins, parameters: bool = True) -> Item:
    made = fake.root.add(MULTIBRANCH, "churn")
    for name in ("main", "feature%2Fx"):
        job = made.add(PIPELINE, name)
        job.parameters = PARAMETERS if parameters else []
        fake.build(job, result="SUCCESS", checkouts=[(SHA, name, CLONED)])
    return made


async def test_a_branch_is_started_and_followed_out_of_the_queue(
    fake: FakeJenkins, opened: Open
) -> None:
    made = project(fake)
    calls = RecentCalls()
    server = opened(fake, "churn", calls=calls)
    await server.runs(10)
    (work,) = await server.workflows()
    assert work.name == "churn"
    assert work.note == "builds the branch's present head, not a chosen commit"
    target, dry, key = work.inputs
    assert (target.choices, target.default, target.help) == (("stage", "live"), "stage", "Where to")
    assert (dry.flag, dry.default) == (True, "true")
    assert (key.secret, key.default) == (True, "")

    run = await server.start(SHA, "feature/x", work.id, {"target": "live", "key": "s3cr3t-7"})
    assert (run.status, run.branch, run.number) == (Status.QUEUED, "feature/x", 0)
    assert fake.sent == [{"target": "live", "key": "s3cr3t-7"}]
    assert "s3cr3t-7" not in " ".join(call.command for call in calls.calls())
    (waiting,) = [one for one in await server.runs(10) if one.id == run.id]
    assert (waiting.status, waiting.branch) == (Status.QUEUED, "feature/x")
    assert waiting.reason == "Waiting for next available executor"
    build = fake.step(log=b"here\n")
    assert build.job is made.items["feature%2Fx"]
    (now,) = [one for one in await server.runs(10) if one.id == run.id]
    assert (now.status, now.number, now.key) == (Status.RUNNING, 2, run.key)
    # Who still holds the run as it was in the queue sees its log as well.
    assert (await server.log(run, 0)).data == b"here\n"

    with pytest.raises(OpstuiError, match="Jenkins has no branch gone in churn"):
        await server.start(SHA, "gone", work.id)


async def test_running_again_is_the_branchs_present_head_with_the_same_parameters(
    fake: FakeJenkins, opened: Open
) -> None:
    made = project(fake)
    fake.build(made.items["main"], result="FAILURE", checkouts=[(SHA, "main", CLONED)],
               parameters={"target": "live", "dry": "false"})
    server = opened(fake, "churn")
    run = (await server.runs(1))[0]
    again = await server.rerun(run)
    assert (again.branch, again.status) == ("main", Status.QUEUED)
    assert "builds no chosen commit again" in again.reason
    assert fake.sent == [{"target": "live", "dry": "false"}]
    with pytest.raises(OpstuiError, match="it was not built yet"):
        await server.rerun(again)
    with pytest.raises(OpstuiError, match="not only what failed"):
        await server.rerun(run, failed=True)


async def test_what_waits_in_the_queue_is_taken_out_of_it(
    fake: FakeJenkins, opened: Open
) -> None:
    project(fake, parameters=False)
    server = opened(fake, "churn")
    run = await server.rerun((await server.runs(1))[0])
    await server.cancel(run)
    assert fake.waiting[0].cancelled
    assert run.id not in {one.id for one in await server.runs(10)}
    chunk = await server.log(run, 0)
    assert (chunk.data, chunk.complete) == (b"", True)
    with pytest.raises(OpstuiError, match="it was taken out of the queue already"):
        await server.cancel(run)


@pytest.mark.parametrize(("deaf", "ways"), [
    (set(), ["stop"]), ({"stop"}, ["stop", "term"]), ({"stop", "term"}, ["stop", "term", "kill"]),
])
async def test_force_goes_from_asking_to_killing(
    fake: FakeJenkins, opened: Open, deaf: set[str], ways: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stopping, "BETWEEN", 0.01)
    build = fake.build(fake.root.add(PIPELINE, "churn"), checkouts=[(SHA, "main", CLONED)],
                       deaf_to=deaf)
    server = opened(fake, "churn")
    (run,) = await server.runs(10)
    await server.cancel(run, force=True)
    assert build.result == "ABORTED"
    posted = [ask.path.rpartition("/")[2] for ask in fake.requests if ask.method == "POST"]
    assert posted == ways
    with pytest.raises(OpstuiError, match="has ended already"):
        await server.cancel(run)


async def test_a_plain_job_that_will_not_stop_is_told_of(
    fake: FakeJenkins, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "BETWEEN", 0.01)
    fake.build(fake.root.add(FREESTYLE, "churn"), checkouts=[(SHA, "main", CLONED)],
               deaf_to={"stop"})
    server = opened(fake, "churn")
    (run,) = await server.runs(10)
    await server.cancel(run)
    with pytest.raises(OpstuiError, match="goes on, though Jenkins took the order"):
        await server.cancel(run, force=True)


async def test_a_waiting_pipeline_is_let_go_on(fake: FakeJenkins, opened: Open) -> None:
    build = fake.build(fake.root.add(PIPELINE, "churn"), checkouts=[(SHA, "main", CLONED)],
                       asks={"Deploy?": []})
    server = opened(fake, "churn")
    (run,) = await server.runs(10)
    assert run.status is Status.BLOCKED
    await server.approve(run)
    assert not build.asks
    with pytest.raises(OpstuiError, match="nothing waits for a person here"):
        await server.approve(run)
    build.asks["Which version?"] = ["version"]
    with pytest.raises(OpstuiError, match="it asks for values, not only for a yes"):
        await server.approve(run)
    build.asks["And who?"] = []
    with pytest.raises(OpstuiError, match=r"several things wait: Which version\?, And who\?"):
        await server.approve(run)


async def test_a_token_needs_no_crumb_and_a_password_gets_one(opened: Open) -> None:
    with FakeJenkins(token="11aa", password="horse") as fake:
        project(fake, parameters=False)
        token = opened(fake, "churn", login=basic("ana", "11aa", "netrc"))
        built = (await token.runs(1))[0]
        await token.rerun(built)
        assert not any("crumb" in ask.path for ask in fake.requests)
        calls = RecentCalls()
        password = opened(fake, "churn", login=basic("ana", "horse", "netrc"), calls=calls)
        await password.rerun(built)
        await password.rerun(built)
        assert sum("crumb" in ask.path for ask in fake.requests) == 1
        assert len(fake.waiting) == 3
        assert "crumb-1" not in " ".join(call.command for call in calls.calls())
        wrong = opened(fake, "churn", login=basic("ana", "no", "netrc"))
        with pytest.raises(OpstuiError, match="did not accept the login from netrc"):
            await wrong.runs(1)
