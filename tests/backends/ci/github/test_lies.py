"""Answers that are no answers: whatever is asked, a lie is one readable sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from opstui.domain.ci import CiJob, CiRun
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from tests.backends.ci.github.place import Place
from tests.fakes.ci.base import Ask as BaseAsk
from tests.fakes.ci.base import Reply
from tests.fakes.ci.github_state import BROKEN, JOBS, SHA
from tests.fakes.ci.github_world import JobPlan

Ask = Callable[[Place, CiRun, CiJob], Awaitable[object]]
READS: dict[str, Ask] = {
    "jobs": lambda place, run, job: place.server.jobs(run),
    "failures": lambda place, run, job: place.server.failures(run, job),
    "run's log": lambda place, run, job: place.server.log(run, 0),
    "workflows": lambda place, run, job: place.server.workflows(),
    "required": lambda place, run, job: place.server.required("main"),
}
WRITES: dict[str, Ask] = {
    "rerun": lambda place, run, job: place.server.rerun(run),
    "cancel": lambda place, run, job: place.server.cancel(run, force=True),
    "start": lambda place, run, job: place.server.start(SHA, "main", "ci.yml", {"note": "x"}),
}


async def red(place: Place) -> tuple[CiRun, CiJob]:
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(BROKEN,))))
    return run, await place.job(run, "unit (3.11)")


@pytest.mark.parametrize("kind", ["wrong type", "not json", "cut off", "401", "500", "dropped"])
@pytest.mark.parametrize("ask", READS.values(), ids=READS.keys())
async def test_whatever_is_asked_a_lie_is_one_sentence(place: Place, kind: str, ask: Ask) -> None:
    place.fake.etags = False  # an answer that says "unchanged" has nothing to lie about
    run, job = await red(place)
    place.fake.break_with(kind)
    with pytest.raises(OpstuiError) as caught:
        await ask(place, run, job)
    assert caught.value.what and caught.value.where and "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["wrong type", "not json", "500", "403"])
@pytest.mark.parametrize("ask", WRITES.values(), ids=WRITES.keys())
async def test_an_act_answered_by_a_lie_is_sent_once(place: Place, kind: str, ask: Ask) -> None:
    run, job = await red(place)
    place.fake.break_with(kind)
    try:
        await ask(place, run, job)
    except OpstuiError as error:
        assert error.what and "\n" not in str(error)
    sent = [one for one in place.fake.requests if one.method == "POST"]
    assert len(sent) == 1


@pytest.mark.parametrize("ask", WRITES.values(), ids=WRITES.keys())
async def test_an_act_without_an_answer_is_told_as_not_known(place: Place, ask: Ask) -> None:
    run, job = await red(place)
    place.fake.break_with("dropped")
    with pytest.raises(WriteUnconfirmed):
        await ask(place, run, job)
    assert len([one for one in place.fake.requests if one.method == "POST"]) == 1


@pytest.mark.parametrize("name", ["rerun", "start"])
async def test_what_was_taken_is_said_though_it_cannot_be_looked_at(
    place: Place, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, job = await red(place)
    usual = place.fake.answer

    def answer(ask: BaseAsk) -> Reply:
        return usual(ask) if ask.method == "POST" else place.fake.refusal(503)

    monkeypatch.setattr(place.fake, "answer", answer)
    with pytest.raises(OpstuiError, match=r"^it (is run again|was started), but") as caught:
        await WRITES[name](place, run, job)
    assert caught.value.hint == "refresh before trying again"


async def test_a_log_that_is_gone_from_its_storage_says_so(place: Place) -> None:
    run, job = await red(place)
    place.fake.storage.break_with("404")
    with pytest.raises(OpstuiError, match="has no log of unit") as caught:
        await place.server.log(run, 0, job=job)
    assert "sig=secret" not in str(caught.value)
    place.fake.storage.mend()
    assert b"boom" in (await place.server.log(run, 0, job=job)).data


async def test_storage_that_fails_is_not_taken_for_a_log(place: Place) -> None:
    run, job = await red(place)
    for kind in ("500", "cut off", "dropped"):
        place.fake.storage.break_with(kind)
        with pytest.raises(OpstuiError):
            await place.server.log(run, 0, job=job)


async def test_names_with_control_characters_arrive_as_they_are(place: Place) -> None:
    name = "evil \x1b[2J\u202e / größe ✓"
    run = await place.run(place.fake.end(place.fake.add_run(jobs=(JobPlan(name), JOBS[0]))))
    first, _ = await place.server.jobs(run)
    assert (first.name, first.stage) == (name, "evil \x1b[2J\u202e")
    assert name.encode() in (await place.server.log(run, 0)).data
