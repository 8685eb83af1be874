"""The list of runs: what is told, what it costs, and what it says of attempts."""

from __future__ import annotations

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.github.server import GitHub
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.github.place import Place, anonymous
from tests.fakes.ci.base import Ask, Reply
from tests.fakes.ci.github import FakeGitHub
from tests.fakes.ci.github_state import BROKEN, JOBS
from tests.fakes.ci.github_world import JobPlan

SLOW = JobPlan("e2e", slow=30)


async def test_a_row_tells_what_ran_where_and_why(place: Place) -> None:
    made = place.fake.end(place.fake.add_run("feature/x", who="bo", event="pull_request"))
    run = await place.run(made)
    assert (run.workflow, run.branch, run.who, run.event) == ("CI", "feature/x", "bo",
                                                              "pull request")
    assert (run.number, run.attempt, run.title) == (1, 1, "Fix the parser")
    assert run.url.endswith(f"/ana/churn/actions/runs/{made.id}")
    assert run.started is not None and run.finished is not None
    assert run.elapsed(run.finished) == (run.finished - run.started).total_seconds() > 0


async def test_it_is_red_at_the_first_failed_job_while_others_go_on(place: Place) -> None:
    made = place.fake.add_run(jobs=(*JOBS[:1], BROKEN, SLOW))
    place.fake.tick(8)
    run = await place.run(made)
    assert run.status is Status.RUNNING
    assert (run.jobs_done, run.jobs_total, run.jobs_failed) == (2, 3, 1)


async def test_an_unchanged_list_costs_nothing_of_the_budget(place: Place) -> None:
    place.fake.end(place.fake.add_run())
    place.fake.add_run(jobs=(SLOW,))
    place.fake.tick()
    await place.server.runs(50)
    left, before = place.fake.rate[0], len(place.fake.requests)
    await place.server.runs(50)
    assert place.fake.rate[0] == left
    assert place.asked(before) == ["GET /actions/runs"]


async def test_jobs_are_asked_for_only_where_they_matter(place: Place) -> None:
    """Those of runs under way each time, of failed ones once, of passed ones never."""
    for jobs in ((JOBS[0],), (BROKEN,), (JOBS[0], SLOW)):
        made = place.fake.add_run(jobs=jobs)
    place.fake.tick(8)
    run = await place.run(made)
    assert run.status is Status.RUNNING
    before = len(place.fake.requests)
    await place.server.runs(50)
    assert place.asked(before) == ["GET /actions/runs", f"GET /actions/runs/{made.id}/jobs"]


async def test_many_failed_runs_are_counted_a_few_at_a_time(place: Place) -> None:
    for _ in range(12):
        place.fake.add_run(jobs=(BROKEN,))
    place.fake.tick(8)
    first = await place.server.runs(50)
    assert [run.jobs_failed for run in first].count(1) == 5
    await place.server.runs(50)
    third = await place.server.runs(50)
    assert [run.jobs_failed for run in third].count(1) == 12


async def test_a_slow_github_shows_its_list_first_and_the_counts_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        place.fake.add_run(jobs=(BROKEN,))
    place.fake.tick(8)
    usual = place.fake.answer

    def answer(ask: Ask) -> Reply:
        place.clock[0] += 0.6
        return usual(ask)

    monkeypatch.setattr(place.fake, "answer", answer)
    assert [run.jobs_failed for run in await place.server.runs(50)] == [1, 1, 0, 0]
    assert [run.jobs_failed for run in await place.server.runs(50)] == [1, 1, 1, 1]


async def test_passed_after_a_failed_attempt_is_flaky(place: Place) -> None:
    made = place.fake.end(place.fake.add_run(jobs=(BROKEN,)))
    made.again([(JOBS[0], None)], [place.fake.id()], "bo", place.fake.clock.now())
    place.fake.end(made)
    run = await place.run(made)
    assert (run.status, run.attempt, run.flaky) == (Status.PASSED, 2, True)
    before = len(place.fake.requests)
    assert (await place.run(made)).flaky
    assert place.asked(before) == ["GET /actions/runs"]


async def test_passed_after_a_cancelled_or_passed_attempt_is_not(place: Place) -> None:
    fake = place.fake
    for conclusion in ("cancelled", "success"):
        made = fake.add_run(jobs=(JOBS[0],))
        fake.tick()
        made.latest.jobs[0].end(conclusion, fake.clock.now())
        made.again([(JOBS[0], None)], [fake.id()], "ana", fake.clock.now())
        assert not (await place.run(fake.end(made))).flaky


async def test_a_failure_behind_a_cancelled_attempt_still_counts(place: Place) -> None:
    fake = place.fake
    made = fake.end(fake.add_run(jobs=(BROKEN,)))
    made.again([(JOBS[0], None)], [fake.id()], "ana", fake.clock.now())
    made.cancel(fake.clock.now(), force=True)
    made.again([(JOBS[0], None)], [fake.id()], "ana", fake.clock.now())
    run = await place.run(fake.end(made))
    assert (run.attempt, run.flaky) == (3, True)


@pytest.mark.parametrize(("special", "status", "reason"), [
    ("action_required", Status.BLOCKED, "waits for a maintainer's approval"),
    ("startup_failure", Status.FAILED, "its workflow file could not be started"),
    ("timed_out", Status.FAILED, "it took too long"),
    ("stale", Status.LOST, "GitHub gave it up after 14 days without a sign"),
    ("neutral", Status.SKIPPED, ""),
    ("a new one", Status.UNKNOWN, ""),
])
async def test_every_conclusion_has_its_state_and_reason(
    place: Place, special: str, status: Status, reason: str
) -> None:
    run = await place.run(place.fake.add_run(special=special))
    assert (run.status, run.reason) == (status, reason)


async def test_the_list_stays_when_the_jobs_cannot_be_had(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = place.fake.end(place.fake.add_run(jobs=(BROKEN,)))
    usual = place.fake.answer

    def answer(ask: Ask) -> Reply:
        return place.fake.refusal(500) if ask.path.endswith("/jobs") else usual(ask)

    monkeypatch.setattr(place.fake, "answer", answer)
    run = await place.run(made)
    assert (run.status, run.jobs_total) == (Status.FAILED, None)


async def test_a_used_up_budget_is_told_from_a_missing_permission(place: Place) -> None:
    place.fake.limited = "primary"
    with pytest.raises(OpstuiError, match="asked too often and wants to be left alone until"):
        await place.server.runs(10)
    assert 1700 < place.server.rest() < 1900
    assert "left alone until" in place.server.note()


async def test_a_missing_permission_names_the_scope(place: Place) -> None:
    place.fake.break_with("403")
    with pytest.raises(OpstuiError, match="Resource not accessible") as caught:
        await place.server.runs(10)
    assert "Actions: read" in caught.value.hint
    assert place.server.rest() == 0


async def test_the_secondary_limit_is_kept_as_long_as_github_says(place: Place) -> None:
    place.fake.limited = "secondary"
    with pytest.raises(OpstuiError, match="asked too often"):
        await place.server.runs(10)
    assert 5 < place.server.rest() < 10


async def test_without_a_login_it_asks_seldom_and_shows_the_small_budget(
    fake: FakeGitHub
) -> None:
    for _ in range(3):
        fake.add_run()
    fake.tick()
    place = anonymous(fake)
    assert place.server.rest() == 0
    assert len(await place.server.runs(200)) == 3
    assert len(fake.requests) == 1
    assert "anonymous: 5" in place.server.note() and "of 60 requests left" in place.server.note()
    assert place.server.rest() > 10
    await place.server.close()


@pytest.mark.parametrize(("base", "where"), [
    ("https://api.github.com", "https://github.com/o/r"),
    ("https://ghe.example.org/api/v3", "https://ghe.example.org/o/r"),
    ("https://api.acme.ghe.com", "https://acme.ghe.com/o/r"),
])
def test_it_is_where_its_pages_are(base: str, where: str) -> None:
    door = Door(base, ANONYMOUS, RecentCalls(), name="github", product="GitHub")
    assert GitHub("github", door, "o/r").where == where


async def test_what_a_branch_requires_comes_from_protection_and_rulesets(place: Place) -> None:
    fake = place.fake
    fake.branches["release/1"] = fake.branches["main"]
    fake.protected["release/1"], fake.rules["release/1"] = ("lint",), ("unit (3.11)",)
    assert await place.server.required("release/1") == {"lint", "unit (3.11)"}
    assert await place.server.required("main") == frozenset()
    assert await place.server.required("nowhere") == frozenset()
    run = await place.run(fake.add_run("release/1", jobs=(*JOBS, SLOW)))
    assert [job.required for job in await place.server.jobs(run)] == [True, True, False]
