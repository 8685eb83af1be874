"""The contract: the same cases over every CI server in the table."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from opstui.backends.ci.table import SERVERS
from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiRun
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.status import Status
from tests.backends.ci.benches import BENCHES
from tests.backends.ci.contract import (
    COMMIT,
    SECRET,
    Bench,
    Lure,
    first_job,
    run_of,
    saw_secret,
    until,
)
from tests.fakes.ci.base import FakeServer

WEB = [bench for bench in BENCHES if bench.web]


@pytest.fixture
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    bench: Bench = request.param(tmp_path)
    yield bench
    await bench.close()


@pytest.fixture
async def server(bench: Bench) -> AsyncIterator[CiServer]:
    server, _ = await bench.open()
    yield server
    await server.close()


@pytest.fixture
def lure() -> Iterator[Lure]:
    with Lure() as other:
        yield other


every = pytest.mark.parametrize("bench", BENCHES, indirect=True, ids=lambda one: str(one.kind))
on_the_web = pytest.mark.parametrize("bench", WEB, indirect=True, ids=lambda one: str(one.kind))


async def opened(bench: Bench, seconds: float = 5.0) -> tuple[CiServer, FakeServer]:
    server, fake = await bench.open(seconds=seconds)
    assert fake is not None
    return server, fake


def need(server: CiServer, capability: Capability) -> None:
    if capability not in server.capabilities:
        pytest.skip(server.why_not(capability))


def test_every_server_of_the_table_has_a_bench() -> None:
    assert {bench.kind for bench in BENCHES} >= set(SERVERS)


@every
async def test_it_says_what_it_can_do_and_why_not_the_rest(bench: Bench, server: CiServer) -> None:
    assert server.capabilities == bench.capabilities
    for capability in Capability:
        assert bool(server.why_not(capability)) is (capability not in bench.capabilities)
    assert server.rest() == 0
    assert SECRET not in server.where


@every
async def test_nothing_there_is_an_empty_list(bench: Bench, server: CiServer) -> None:
    assert await server.runs(10) == ()


@every
async def test_every_state_is_told_apart(bench: Bench, server: CiServer) -> None:
    wanted = {await bench.add_run(status): status
              for status in sorted(bench.states, key=lambda one: one.name)}
    runs = await server.runs(50)
    assert {run.id: run.status for run in runs} == wanted
    assert len({run.key for run in runs}) == len(wanted)
    for run in runs:
        assert run.server == server.name and run.created.tzinfo is not None
        assert run.branch == "main" or not bench.tells_branch
        assert len(run.commit) == 40 or not bench.tells_commit


@every
async def test_a_run_moves_on(bench: Bench, server: CiServer) -> None:
    run_id = await bench.add_run(Status.RUNNING, branch="feature/x")
    before = await run_of(server, run_id)
    await bench.finish(run_id, Status.FAILED)
    after = await run_of(server, run_id)
    assert (before.status, after.status) == (Status.RUNNING, Status.FAILED)
    assert before.key == after.key and before.finished is None
    assert after.finished is None or after.started is None or after.finished >= after.started


@every
async def test_the_newest_runs_come_first_and_no_more_than_wanted(
    bench: Bench, server: CiServer
) -> None:
    ids = [await bench.add_run(Status.PASSED, branch=branch) for branch in ("a", "b", "c", "d")]
    assert [run.id for run in await server.runs(10)] == ids[::-1]
    assert [run.id for run in await server.runs(2)] == ids[:1:-1]


@every
async def test_names_from_outside_arrive_as_they_are(bench: Bench, server: CiServer) -> None:
    """Cleaned where they are drawn: what is asked for again must be the true name."""
    branch = "feature/größe-✓-日本"
    run_id = await bench.add_run(
        Status.PASSED, branch, title="evil \x1b[2J\x07\u202e title ✓",
        log=b"\x1b]0;gone\x07\xff ok\n",
    )
    run = await run_of(server, run_id)
    assert run.branch == branch or not bench.tells_branch
    await server.jobs(run)


@every
async def test_the_log_is_read_from_any_offset(bench: Bench, server: CiServer) -> None:
    need(server, Capability.LOG)
    lines = b"".join(b"this is line %d\n" % number for number in range(500)) + "größe ✓\n".encode()
    run = await run_of(server, await bench.add_run(Status.FAILED, log=lines))
    job = await first_job(server, run)
    whole = await read_all(server, run)
    assert b"this is line 0\n" in whole and whole.endswith("größe ✓\n".encode())
    assert b"\0" not in whole
    middle = await server.log(run, 1000, job=job)
    assert whole[1000:].startswith(middle.data) and middle.data
    tail = await server.log(run, -100, job=job)
    assert whole.endswith(tail.data) and 0 < len(tail.data) <= 200
    beyond = await server.log(run, len(whole), job=job)
    assert beyond.data == b"" and beyond.complete


async def read_all(server: CiServer, run: CiRun) -> bytes:
    job = await first_job(server, run)
    data, offset = b"", 0
    while True:
        chunk = await server.log(run, offset, 4096, job=job)
        assert len(chunk.data) <= 4096
        data += chunk.data
        if chunk.complete and not chunk.data:
            return data
        assert chunk.offset > offset or chunk.complete
        if chunk.complete and chunk.offset == offset:
            return data
        offset = chunk.offset


@every
async def test_a_run_can_be_cancelled(bench: Bench, server: CiServer) -> None:
    need(server, Capability.CANCEL)
    run = await run_of(server, await bench.add_run(Status.RUNNING))
    await server.cancel(run)
    await bench.settle()

    async def ended() -> bool:
        return (await run_of(server, run.id)).status is Status.CANCELLED
    await until(ended, "the run to be cancelled")


@every
async def test_a_run_can_be_run_again(bench: Bench, server: CiServer) -> None:
    need(server, Capability.RERUN)
    run = await run_of(server, await bench.add_run(Status.FAILED))
    again = await server.rerun(run)
    await bench.settle()
    assert again.server == server.name
    assert (await run_of(server, again.id)).status is not Status.FAILED


@every
async def test_what_it_cannot_do_is_refused_with_its_reason(
    bench: Bench, server: CiServer
) -> None:
    run = await run_of(server, await bench.add_run(Status.PASSED))
    acts = {
        Capability.CANCEL: lambda: server.cancel(run),
        Capability.RERUN: lambda: server.rerun(run),
        Capability.APPROVE: lambda: server.approve(run),
        Capability.START: lambda: server.start(COMMIT, "main"),
    }
    for capability, act in acts.items():
        if capability not in server.capabilities:
            with pytest.raises(OpstuiError) as caught:
                await act()
            assert caught.value.what == server.why_not(capability)


# What only a server on the web can do wrong


@on_the_web
async def test_a_long_list_comes_in_pages(bench: Bench) -> None:
    server, _ = await opened(bench)
    await bench.fill(250)
    runs = await server.runs(230)
    assert len({run.id for run in runs}) == 230
    assert list(runs) == sorted(runs, key=lambda run: run.created, reverse=True)


@on_the_web
async def test_ten_thousand_runs_cost_no_more_than_what_is_shown(bench: Bench) -> None:
    server, fake = await opened(bench)
    await bench.fill(10_000)
    asked = len(fake.requests)
    assert len(await server.runs(100)) == 100
    assert len(fake.requests) - asked <= bench.requests_for_100


@on_the_web
@pytest.mark.parametrize("kind", [
    "401", "403", "404", "409", "429", "500", "502", "503", "cut off", "wrong type", "not json",
    "dropped", "redirect",
])
async def test_every_failure_is_one_readable_sentence(
    bench: Bench, lure: Lure, kind: str
) -> None:
    await bench.add_run(Status.PASSED)
    server, fake = await opened(bench)
    fake.break_with(kind, lure.address)
    with pytest.raises(OpstuiError) as caught:
        await server.runs(10)
    error = caught.value
    assert error.what and "\n" not in str(error) and SECRET not in str(error)
    assert error.where
    assert not saw_secret(lure)


@on_the_web
async def test_a_refused_login_stops_the_polling(bench: Bench) -> None:
    server, fake = await opened(bench)
    fake.break_with("401")
    with pytest.raises(OpstuiError):
        await server.runs(10)
    assert server.rest() == math.inf
    assert server.note()


@on_the_web
async def test_too_many_requests_are_followed_by_the_rest_that_was_asked_for(bench: Bench) -> None:
    server, fake = await opened(bench)
    fake.break_with("429")
    with pytest.raises(OpstuiError):
        await server.runs(10)
    assert fake.retry_after - 1 <= server.rest() <= fake.retry_after + 5
    assert server.note()


@on_the_web
async def test_after_a_failure_it_waits_and_then_works_again(bench: Bench) -> None:
    await bench.add_run(Status.PASSED)
    server, fake = await opened(bench)
    fake.break_with("500")
    with pytest.raises(OpstuiError):
        await server.runs(10)
    assert 0 < server.rest() < 300
    fake.mend()
    assert len(await server.runs(10)) == 1
    assert server.rest() == 0


@on_the_web
async def test_a_stalled_server_is_given_up(bench: Bench) -> None:
    server, fake = await opened(bench, seconds=0.3)
    fake.break_with("stalled")
    with pytest.raises(OpstuiError, match="in time"):
        await server.runs(10)
    assert server.rest() > 0


@on_the_web
async def test_no_secret_follows_a_redirect_of_anything_that_is_asked(
    bench: Bench, lure: Lure
) -> None:
    run_id = await bench.add_run(Status.RUNNING, log=b"words\n")
    server, fake = await opened(bench)
    run = await run_of(server, run_id)
    job = await first_job(server, run)
    fake.break_with("redirect", lure.address)
    asked = [
        lambda: server.runs(10), lambda: server.jobs(run), lambda: server.failures(run, job),
        lambda: server.log(run, 0, job=job), lambda: server.workflows(),
        lambda: server.required("main"), lambda: server.start(COMMIT, "main", "x"),
        lambda: server.rerun(run), lambda: server.cancel(run), lambda: server.approve(run, job),
    ]
    before = len(fake.requests)
    for ask in asked:
        try:
            await ask()
        except OpstuiError as error:
            assert SECRET not in str(error)
    assert len(fake.requests) > before
    assert saw_secret(lure) == []


@on_the_web
async def test_an_act_whose_answer_was_lost_is_told_as_not_known(bench: Bench) -> None:
    server, fake = await opened(bench)
    need(server, Capability.CANCEL)
    run = await run_of(server, await bench.add_run(Status.RUNNING))
    await server.jobs(run)
    fake.break_with("dropped")
    before = [ask for ask in fake.requests if ask.method != "GET"]
    with pytest.raises(OpstuiError) as caught:
        await server.cancel(run)
    sent = [ask for ask in fake.requests if ask.method != "GET"][len(before):]
    # A server that must read first was not told to cancel at all.
    assert len(sent) <= 1
    assert isinstance(caught.value, WriteUnconfirmed) is bool(sent)


@on_the_web
async def test_an_act_that_comes_too_late_says_so(bench: Bench) -> None:
    server, fake = await opened(bench)
    need(server, Capability.CANCEL)
    run = await run_of(server, await bench.add_run(Status.RUNNING))
    fake.break_with("409")
    with pytest.raises(OpstuiError) as caught:
        await server.cancel(run)
    assert not isinstance(caught.value, WriteUnconfirmed)


@on_the_web
async def test_nothing_that_is_recorded_holds_the_secret(bench: Bench) -> None:
    run_id = await bench.add_run(Status.RUNNING, log=b"words\n")
    server, fake = await opened(bench)
    run = await run_of(server, run_id)
    await server.jobs(run)
    fake.break_with("403")
    with pytest.raises(OpstuiError):
        await server.runs(10)
    assert len(fake.requests) <= len(bench.calls.calls())
    assert SECRET not in " ".join(str(call) for call in bench.calls.calls())
