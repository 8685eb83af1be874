"""What other CI systems report to GitHub: check runs of apps, and commit statuses."""

from __future__ import annotations

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.github.place import Place, anonymous
from tests.fakes.ci import github_tell as tell
from tests.fakes.ci.base import Ask, Reply
from tests.fakes.ci.github import FakeGitHub
from tests.fakes.ci.github_state import JOBS, SHA


@pytest.fixture
def reported(fake: FakeGitHub) -> FakeGitHub:
    """A commit with a workflow, an app's checks, and statuses."""
    fake.end(fake.add_run(jobs=JOBS[:1]))
    fake.checks[SHA] = [
        tell.check(fake, SHA, "coverage", "completed", "success", "codecov"),
        tell.check(fake, SHA, "audit", "in_progress", None, "snyk"),
        tell.check(fake, SHA, "lint", "completed", "success", "github-actions"),
    ]
    fake.statuses[SHA] = [("jenkins/build", "failure"), ("buildkite", "pending")]
    return fake


async def test_reports_are_runs_of_their_own(place: Place, reported: FakeGitHub) -> None:
    runs = {run.workflow: run for run in await place.server.runs(50)}
    assert {name: run.status for name, run in runs.items()} == {
        "CI": Status.PASSED, "coverage": Status.PASSED, "audit": Status.RUNNING,
        "jenkins/build": Status.FAILED, "buildkite": Status.RUNNING,
    }
    jenkins = runs["jenkins/build"]
    assert (jenkins.server, jenkins.branch, jenkins.commit) == ("github", "main", SHA)
    assert (jenkins.url, jenkins.reason) == ("https://ci.example.org/1", "it is failure")
    assert runs["coverage"].who == "codecov"
    assert len({run.key for run in runs.values()}) == 5


async def test_a_commit_that_nobody_reported_on_is_not_pending(place: Place) -> None:
    """GitHub's combined state says `pending` of it."""
    place.fake.end(place.fake.add_run())
    assert [run.workflow for run in await place.server.runs(50)] == ["CI"]
    asked = [ask.path for ask in place.fake.requests]
    assert f"/repos/ana/churn/commits/{SHA}/status" in asked


async def test_a_repository_without_workflows_has_its_reports(
    place: Place, fake: FakeGitHub
) -> None:
    fake.branches.update({f"a{n}": f"{n:040x}" for n in range(9)})
    fake.statuses[SHA] = [("jenkins/build", "success")]
    runs = await place.server.runs(50)
    assert [(run.workflow, run.branch) for run in runs] == [("jenkins/build", "main")]
    assert len(fake.requests) == 2 + 2 * 5


async def test_what_is_settled_is_asked_for_seldom(place: Place, reported: FakeGitHub) -> None:
    await place.server.runs(50)
    before = len(reported.requests)
    place.clock[0] += 20
    await place.server.runs(50)
    assert place.asked(before) == ["GET /actions/runs"]
    place.clock[0] += 20
    reported.statuses[SHA] = [("jenkins/build", "success"), ("buildkite", "success")]
    runs = {run.workflow: run.status for run in await place.server.runs(50)}
    assert (runs["jenkins/build"], runs["buildkite"]) == (Status.PASSED, Status.PASSED)


async def test_a_report_keeps_its_key_when_it_changes(place: Place, reported: FakeGitHub) -> None:
    before = {run.workflow: run.key for run in await place.server.runs(50)}
    reported.statuses[SHA].insert(0, ("another", "success"))
    place.clock[0] += 200
    after = {run.workflow: run.key for run in await place.server.runs(50)}
    assert after["buildkite"] == before["buildkite"]


async def test_what_ran_elsewhere_can_only_be_looked_at(
    place: Place, reported: FakeGitHub
) -> None:
    run = next(one for one in await place.server.runs(50) if one.workflow == "jenkins/build")
    assert await place.server.jobs(run) == () and await place.server.failures(run) == ()
    before = len(reported.requests)
    for act in (
        lambda: place.server.log(run, 0), lambda: place.server.rerun(run),
        lambda: place.server.cancel(run), lambda: place.server.approve(run),
    ):
        with pytest.raises(OpstuiError, match="jenkins/build ran elsewhere") as caught:
            await act()
        assert caught.value.where == "https://ci.example.org/1"
    assert len(reported.requests) == before


async def test_a_list_without_its_reports_is_still_a_list(
    place: Place, reported: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = reported.answer

    def answer(ask: Ask) -> Reply:
        hidden = "/commits/" in ask.path or ask.path.endswith("/branches")
        return reported.refusal(403) if hidden else usual(ask)

    monkeypatch.setattr(reported, "answer", answer)
    assert [run.workflow for run in await place.server.runs(50)] == ["CI"]
    reported.runs.clear()
    assert await place.server.runs(50) == ()


async def test_without_a_login_nothing_is_spent_on_reports(reported: FakeGitHub) -> None:
    place = anonymous(reported)
    assert [run.workflow for run in await place.server.runs(50)] == ["CI"]
    await place.server.close()


async def test_an_address_that_no_browser_should_open_is_left_out(
    place: Place, reported: FakeGitHub
) -> None:
    reported.checks[SHA][0]["details_url"] = "javascript:alert(1)"
    run = next(one for one in await place.server.runs(50) if one.workflow == "coverage")
    assert run.url == ""
