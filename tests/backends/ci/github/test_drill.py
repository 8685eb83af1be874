"""From a run to its failing lines: jobs, steps, annotations, logs."""

from __future__ import annotations

import pytest

from opstui.backends.ci.github import logs
from opstui.domain.ci import Capability, Failure
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.github.place import Place, anonymous
from tests.fakes.ci.github import FakeGitHub
from tests.fakes.ci.github_state import BROKEN, JOBS, TOKEN
from tests.fakes.ci.github_world import JobPlan

SLOW = JobPlan("e2e", slow=30)


async def test_jobs_have_their_steps_and_times(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(*JOBS[:1], BROKEN))))
    lint, unit = await place.server.jobs(run)
    assert (lint.status, unit.status, unit.runner) == (Status.PASSED, Status.FAILED,
                                                       "GitHub Actions 1")
    assert [(one.name, one.status) for one in unit.steps] == [
        ("Set up job", Status.PASSED), ("Run actions/checkout@v4", Status.PASSED),
        ("Run make unit", Status.FAILED), ("Run make report", Status.SKIPPED),
        ("Complete job", Status.PASSED),
    ]
    assert unit.started is not None and unit.finished is not None and unit.log


async def test_steps_are_live_though_the_log_is_not(place: Place) -> None:
    run = await place.run(place.fake.add_run(jobs=JOBS[:1]))
    place.fake.tick(2)
    job, = await place.server.jobs(run)
    assert [one.status for one in job.steps][:2] == [Status.PASSED, Status.RUNNING]
    assert not job.log
    with pytest.raises(OpstuiError, match="GitHub's API has no log of a running job"):
        await place.server.log(run, 0, job=job)
    assert "its log comes when the job ends" in place.server.why_not(Capability.FOLLOW)


async def test_a_job_that_waits_or_was_skipped_says_why_there_is_no_log(place: Place) -> None:
    made = place.fake.add_run(jobs=(SLOW, JobPlan("deploy", slow=30)))
    made.latest.jobs[1].end("skipped", place.fake.clock.now())
    run = await place.run(made)
    waiting, skipped = await place.server.jobs(run)
    with pytest.raises(OpstuiError, match="e2e has not started"):
        await place.server.log(run, 0, job=waiting)
    with pytest.raises(OpstuiError, match="deploy ran no step"):
        await place.server.log(run, 0, job=skipped)


async def test_failures_name_the_line_before_the_exit_code(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(*JOBS, BROKEN))))
    assert await place.server.failures(run) == (
        Failure("test_parse: AssertionError: boom", "tests/test_parser.py:41", "unit (3.11)"),
        Failure("Process completed with exit code 3.", "", "unit (3.11)"),
    )


async def test_a_log_comes_from_another_host_that_sees_no_login(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(BROKEN,))))
    job = await place.job(run, "unit (3.11)")
    chunk = await place.server.log(run, 0, job=job)
    assert chunk.complete and chunk.data.startswith(b"20")  # GitHub's times stay, its mark goes
    assert b"##[error]Process completed with exit code 3." in chunk.data
    seen, = place.fake.storage.requests
    assert TOKEN not in str(seen.headers) and "X-GitHub-Api-Version" not in seen.headers


async def test_a_log_is_fetched_once_however_it_is_read(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(BROKEN,))))
    job = await place.job(run, "unit (3.11)")
    whole = (await place.server.log(run, 0, job=job)).data
    assert (await place.server.log(run, 10, 20, job=job)).data == whole[10:30]
    assert (await place.server.log(run, -30, job=job)).data == whole[-30:]
    assert len(place.fake.storage.requests) == 1


async def test_a_step_has_only_its_own_lines(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(BROKEN,))))
    job = await place.job(run, "unit (3.11)")
    texts = {step.name: (await place.server.log(run, 0, job=job, step=step)).data.decode()
             for step in job.steps}
    lines = [line.split(" ", 1)[1] for line in texts["Run make unit"].splitlines()]
    assert lines == [
        "##[group]Run make unit", "##[endgroup]", "E   AssertionError: boom",
        "FAILED tests/test_parser.py::test_parse - boom",
        "##[error]Process completed with exit code 3.",
    ]
    assert texts["Run make report"] == ""
    assert "".join(texts.values()).encode() == (await place.server.log(run, 0, job=job)).data


async def test_a_runs_log_is_its_jobs_logs_with_a_line_above_each(place: Place) -> None:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(*JOBS[:1], BROKEN))))
    chunk = await place.server.log(run, 0)
    assert chunk.complete
    heads = [line for line in chunk.data.decode().splitlines() if line.startswith("=====")]
    assert heads == ["===== lint: passed =====", "===== unit (3.11): failed ====="]


async def test_a_long_runs_log_is_read_in_stretches_and_never_all_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where little of it can be kept, no log is fetched to be skipped."""
    monkeypatch.setattr(logs, "KEPT_BYTES", 1)
    made = place.fake.end(place.fake.add_run(jobs=[JobPlan(f"part {n}") for n in range(5)]))
    for job in made.latest.jobs:
        job.raw = b"x" * 1000
    run = await place.run(made)
    data, offset, complete = b"", 0, False
    while not complete:
        chunk = await place.server.log(run, offset, 500)
        assert 0 < len(chunk.data) <= 500 and chunk.offset == offset + len(chunk.data)
        data, offset, complete = data + chunk.data, chunk.offset, chunk.complete
    assert data == b"".join(b"===== part %d: passed =====\n" % n + b"x" * 1000 + b"\n"
                            for n in range(5))
    assert len(place.fake.storage.requests) <= 2 * 5
    before = len(place.fake.storage.requests)
    tail = await place.server.log(run, -600)
    assert tail.data == data[-600:] and tail.complete
    assert len(place.fake.storage.requests) <= before + 1


async def test_a_run_under_way_is_read_on_as_its_jobs_end(place: Place) -> None:
    """What was read stays as it was, also when a job further up ends later."""
    made = place.fake.add_run(jobs=(JobPlan("late", slow=6), JOBS[0]))
    place.fake.tick(6)
    run = await place.run(made)
    first = await place.server.log(run, 0)
    assert b"===== lint" in first.data and b"late" not in first.data and not first.complete
    again = await place.server.log(run, first.offset)
    assert again.data == b"" and not again.complete
    place.fake.end(made)
    run = await place.run(made)
    rest = await place.server.log(run, first.offset)
    assert rest.data.startswith(b"===== late: passed") and rest.complete
    assert (await place.server.log(run, 0)).data == first.data + rest.data


async def test_an_expired_log_says_so_and_the_others_are_still_there(place: Place) -> None:
    made = place.fake.end(place.fake.add_run(jobs=(*JOBS[:1], BROKEN)))
    place.fake.gone.add(made.latest.jobs[0].id)
    run = await place.run(made)
    with pytest.raises(OpstuiError, match="has no log of lint"):
        await place.server.log(run, 0, job=await place.job(run, "lint"))
    whole = (await place.server.log(run, 0)).data
    assert b"GitHub has no log of lint" in whole and b"AssertionError" in whole


async def test_logs_want_a_login_and_say_so(fake: FakeGitHub) -> None:
    made = fake.end(fake.add_run(jobs=(BROKEN,)))
    place = anonymous(fake)
    run = await place.run(made)
    with pytest.raises(OpstuiError, match="does not allow this without a login") as caught:
        await place.server.log(run, 0, job=await place.job(run, "unit (3.11)"))
    assert "give a token" in caught.value.hint
    await place.server.close()
