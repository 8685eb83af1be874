"""What a person does: rerun, cancel, start, approve."""

from __future__ import annotations

import pytest

from opstui.backends.ci.github.pen import Pen
from opstui.domain.ci import Input
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.github.place import Place
from tests.fakes.ci.github_state import BROKEN, CI_YAML, JOBS, SHA
from tests.fakes.ci.github_world import JobPlan, WorkflowFile

SLOW = JobPlan("e2e", slow=30)
GATE = JobPlan("deploy", environment="production")


async def test_running_all_again_is_a_further_attempt(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(*JOBS[:1], BROKEN))))
    again = await place.server.rerun(run)
    assert (again.key, again.attempt, again.status) == (run.key, 2, Status.QUEUED)
    assert {job.status for job in await place.server.jobs(again)} == {Status.QUEUED}


async def test_running_what_failed_again_keeps_what_passed(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(*JOBS[:1], BROKEN))))
    again = await place.server.rerun(run, failed=True)
    assert [job.status for job in await place.server.jobs(again)] == [Status.PASSED,
                                                                      Status.QUEUED]


async def test_one_job_can_be_run_again(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run()))
    job = await place.job(run, "lint")
    again = await place.server.rerun(run, job=job)
    assert [job.status for job in await place.server.jobs(again)] == [Status.QUEUED,
                                                                      Status.PASSED]


async def test_a_run_under_way_cannot_be_run_again(place: Place) -> None:
    run = await place.run(place.fake.add_run())
    with pytest.raises(OpstuiError, match="already running"):
        await place.server.rerun(run)


async def test_force_ends_what_does_not_heed_a_cancellation(place: Place) -> None:
    made = place.fake.add_run(jobs=(JobPlan("cleanup", stubborn=True),))
    place.fake.tick(2)
    run = await place.run(made)
    await place.server.cancel(run)
    assert (await place.run(made)).status is Status.RUNNING
    await place.server.cancel(run, force=True)
    assert (await place.run(made)).status is Status.CANCELLED


async def test_what_ended_cannot_be_cancelled(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run()))
    with pytest.raises(OpstuiError, match="Cannot cancel a workflow run that is completed"):
        await place.server.cancel(run)


async def test_writes_are_a_second_apart(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run()))
    times = iter((50.0, 50.1, 50.5, 51.2, 60.0, 60.1))
    pen = Pen(place.door, place.pause, clock=lambda: next(times))
    await pen.post(f"/repos/ana/churn/actions/runs/{run.id}/rerun")
    await pen.post(f"/repos/ana/churn/actions/runs/{run.id}/cancel")
    await pen.post(f"/repos/ana/churn/actions/runs/{run.id}/rerun")
    assert place.pauses == [pytest.approx(0.6)]


async def test_workflows_tell_what_they_ask_for(place: Place) -> None:
    """Only those that can be started by hand, and not what was switched off."""
    place.fake.files[".github/workflows/old.yml"] = CI_YAML
    place.fake.workflows += [
        WorkflowFile(703, "Old", ".github/workflows/old.yml", state="disabled_manually"),
        WorkflowFile(704, "Dependabot", "dynamic/dependabot/dependabot-updates"),
        WorkflowFile(705, "On a branch", ".github/workflows/elsewhere.yml"),
    ]
    workflow, = await place.server.workflows()
    assert (workflow.id, workflow.name) == ("ci.yml", "CI")
    assert workflow.inputs == (
        Input("level", "full", "How much to test", choices=("short", "full")),
        Input("debug", "false", flag=True), Input("note", "", "Why", required=True),
    )
    assert workflow.note == "runs the branch's head, not a chosen commit"


async def test_a_file_that_cannot_be_read_leaves_a_workflow_without_inputs(place: Place) -> None:
    place.fake.files[".github/workflows/ci.yml"] = "on: [workflow_dispatch\njobs: }"
    workflow, = await place.server.workflows()
    assert workflow.inputs == ()
    assert "its inputs are not known: it is not YAML in line 2" in workflow.note


@pytest.mark.parametrize("age", ["new", "204", "422"])
async def test_starting_leads_to_the_run_that_came_of_it(place: Place, age: str) -> None:
    """Also on older servers, which tell nothing: the run is looked for."""
    fake = place.fake
    fake.age = age
    fake.judged = age != "422"  # what this server refuses is in today's description
    fake.add_run(event="workflow_dispatch", title="somebody's")
    await place.server.runs(10)
    run = await place.server.start(SHA, "main", "ci.yml", {"note": "a try", "debug": "true"})
    assert (run.event, run.title, run.branch, run.commit) == ("a person", "CI", "main", SHA)
    assert fake.runs[0].inputs == {"note": "a try", "debug": "true"}
    assert run.id == str(fake.runs[0].id) and len(fake.runs) == 2


async def test_a_server_that_refused_the_wish_for_details_is_not_asked_again(
    place: Place
) -> None:
    place.fake.age, place.fake.judged = "422", False
    for _ in range(2):
        await place.server.start(SHA, "main", "ci.yml", {"note": "a try"})
    sent = [ask for ask in place.fake.requests if ask.method == "POST"]
    assert ["return_run_details" in ask.json() for ask in sent] == [True, False, False]


async def test_the_only_workflow_need_not_be_named(place: Place) -> None:
    run = await place.server.start(SHA, "main", inputs={"note": "a try"})
    assert run.workflow == "CI"
    place.fake.files[".github/workflows/deploy.yml"] = "on: workflow_dispatch"
    with pytest.raises(OpstuiError, match="which workflow") as caught:
        await place.server.start(SHA, "main")
    assert caught.value.hint == "there are ci.yml, deploy.yml"


@pytest.mark.parametrize(("branch", "workflow", "inputs", "words"), [
    ("main", "ci.yml", {}, "Required input 'note' not provided"),
    ("main", "ci.yml", {"note": "x", "speed": "1"}, "Unexpected inputs provided"),
    ("nowhere", "ci.yml", {"note": "x"}, "No ref found for: nowhere"),
    ("main", "deploy.yml", {}, "does not have 'workflow_dispatch' trigger"),
])
async def test_a_refused_start_says_why_in_githubs_words(
    place: Place, branch: str, workflow: str, inputs: dict[str, str], words: str
) -> None:
    with pytest.raises(OpstuiError) as caught:
        await place.server.start(SHA, branch, workflow, inputs)
    assert words in caught.value.what
    assert place.fake.runs == []


async def test_more_inputs_than_github_takes_are_not_sent(place: Place) -> None:
    with pytest.raises(OpstuiError, match="at most 25 inputs"):
        await place.server.start(SHA, "main", "ci.yml", {str(one): "" for one in range(26)})
    assert place.fake.requests == []


async def test_a_waiting_deployment_goes_on_once_approved(place: Place) -> None:
    made = place.fake.add_run(jobs=(GATE,))
    run = await place.run(made)
    job, = await place.server.jobs(run)
    assert (run.status, job.status) == (Status.BLOCKED, Status.BLOCKED)
    assert run.reason == job.reason == "waits for approval: production"
    before = len(place.fake.requests)
    assert (await place.run(made)).reason == run.reason
    assert not any("pending" in asked for asked in place.asked(before))
    await place.server.approve(run, job)
    assert (await place.run(place.fake.end(made))).status is Status.PASSED


async def test_who_may_not_approve_is_told_who_may(place: Place) -> None:
    place.fake.reviewer = False
    run = await place.run(place.fake.add_run(jobs=(GATE,)))
    with pytest.raises(OpstuiError, match="may not approve production"):
        await place.server.approve(run)
    assert not any(ask.method == "POST" for ask in place.fake.requests)


async def test_a_forks_pull_request_can_be_approved(place: Place) -> None:
    made = place.fake.add_run(special="action_required", fork=True, event="pull_request")
    await place.server.approve(await place.run(made))
    assert (await place.run(made)).status is Status.QUEUED


async def test_nothing_to_approve_is_githubs_refusal(place: Place) -> None:
    run = await place.run(place.fake.add_run(jobs=(SLOW,)))
    with pytest.raises(OpstuiError, match="not from a fork"):
        await place.server.approve(run)
