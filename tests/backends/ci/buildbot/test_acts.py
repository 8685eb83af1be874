"""What opstui does to a real Buildbot: force, rebuild, stop, take out of the queue, sign in."""

from __future__ import annotations

import asyncio

import pytest

from opstui.backends.ci.web.login import basic
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.buildbot.shop import RED, Shop, make, step_of, whole
from tests.servers.buildbot import running_buildbot

pytestmark = pytest.mark.xdist_group("buildbot")


async def test_a_build_is_forced_with_its_declared_inputs(shop: Shop) -> None:
    server = shop.server()
    await shop.built(server)
    (work,) = [one for one in await server.workflows() if one.name == "churn"]
    inputs = {one.name: one for one in work.inputs}
    assert list(inputs) == ["reason", "colour", "prepare", "note", "more_depth"]
    assert (inputs["colour"].choices, inputs["colour"].default) == (("none", "red"), "none")
    assert inputs["colour"].help == "Colour of the report"
    assert (inputs["prepare"].flag, inputs["prepare"].default) == (True, "true")
    assert inputs["more_depth"].default == "3"

    older = shop.git("rev-parse", "HEAD")
    shop.commit("echo newer\n")
    run = await server.start(older, "main", work.id, {
        "colour": "red", "prepare": "true", "note": "for <b>Ana</b>", "more_depth": "9",
    })
    assert (run.commit, run.branch, run.workflow) == (older, "main", "churn")
    done = await shop.run(server, lambda one: one.id == run.id and one.status.finished, "the end")
    assert (done.commit, done.status, done.event) == (older, Status.PASSED, "by-hand")
    properties = shop.master.get("builds", ("buildrequestid", run.id), ("property", "*"))
    told = properties["builds"][0]["properties"]
    assert told["colour"][0] == "red"
    assert told["prepare"][0] is True
    assert told["note"][0] == "for <b>Ana</b>"
    assert told["more"][0] == {"depth": 9}


async def test_a_refused_input_is_one_sentence(shop: Shop) -> None:
    server = shop.server()
    run = await shop.built(server)
    (work,) = [one for one in await server.workflows() if one.name == "churn"]
    with pytest.raises(OpstuiError, match="more_depth must be a whole number, not 'deep'"):
        await server.start(run.commit, "main", work.id, {"more_depth": "deep"})
    with pytest.raises(OpstuiError, match="list of available choices"):
        await server.start(run.commit, "main", work.id, {"colour": "blue"})
    with pytest.raises(OpstuiError, match="no force scheduler 'gone/7' is there any more"):
        await server.start(run.commit, "main", "gone/7")


async def test_rebuilding_a_red_build_is_its_next_attempt_and_a_pass_is_flaky(
    shop: Shop
) -> None:
    server = shop.server()
    mark = shop.repository.parent / "mark"
    first = await shop.built(server, f"[ -e {mark} ] && exit 0\ntouch {mark}\nexit 1\n")
    assert (first.status, first.attempt) == (Status.FAILED, 1)
    again = await server.rerun(first)
    assert again.id != first.id
    assert again.commit == first.commit
    done = await shop.run(server, lambda run: run.id == again.id and run.status.finished, "end")
    assert (done.status, done.attempt, done.flaky, done.event) == (
        Status.PASSED, 2, True, "rebuild"
    )
    with pytest.raises(OpstuiError, match="not only what failed"):
        await server.rerun(first, failed=True)


async def test_a_running_build_is_stopped(shop: Shop) -> None:
    server = shop.server()
    shop.push(shop.commit("echo started\nsleep 600\n"))
    run = await shop.run(
        server, lambda run: any(one.name == "unit" for one in run.steps), "the step"
    )
    await server.cancel(run)
    done = await shop.run(server, lambda run: run.status.finished, "the end")
    assert done.status is Status.CANCELLED
    assert "stopped from opstui" in done.reason
    with pytest.raises(OpstuiError, match="has ended already"):
        await server.cancel(done)


async def test_a_request_is_taken_out_of_the_queue(shop: Shop) -> None:
    server = shop.server()
    shop.push(shop.commit("sleep 600\n"))
    first = await shop.run(server, lambda run: run.status is Status.RUNNING, "the first")
    shop.push(shop.commit("echo second\n"))
    queued = await shop.run(server, lambda run: run.status is Status.QUEUED, "the second")
    await server.cancel(queued)
    done = await shop.run(server, lambda run: run.status.finished, "the end")
    assert (done.id, done.status) == (queued.id, Status.CANCELLED)
    assert done.reason == "it was taken out of the queue"
    chunk = await server.log(done, 0)
    assert (chunk.data, chunk.complete) == (b"", True)
    with pytest.raises(OpstuiError, match="it was never built"):
        await server.rerun(done)
    await server.cancel(first)


async def test_the_master_tells_of_changes_by_itself(shop: Shop) -> None:
    server = shop.server()
    news = aiter(server.changes())
    waiting = asyncio.ensure_future(anext(news))
    while not any("/sse/add/" in call.command for call in shop.calls.calls()):
        await asyncio.sleep(0.02)
    shop.push(shop.commit())
    await asyncio.wait_for(waiting, 20)
    while not (runs := await server.runs(1)) or not runs[0].status.finished:
        await asyncio.wait_for(anext(news), 20)
    assert runs[0].status is Status.PASSED
    await news.aclose()  # type: ignore[attr-defined]


async def test_who_may_act_signs_in_and_reading_needs_no_login(tmp_path) -> None:
    with running_buildbot("correct horse") as master:
        shop = make(master, tmp_path)
        reader = shop.server()
        run = await shop.built(reader, RED)
        _, step = await step_of(reader, run, "unit")
        assert "AssertionError" in await whole(reader, run, step=step)
        with pytest.raises(OpstuiError, match="does not allow this without a login"):
            await reader.rerun(run)

        wrong = shop.server(basic("ana", "wrong", "netrc"))
        assert (await wrong.runs(1))[0].id == run.id
        with pytest.raises(OpstuiError, match="did not accept the login from netrc"):
            await wrong.rerun(run)

        ana = shop.server(basic("ana", "correct horse", "netrc"))
        again = await ana.rerun(run)
        assert again.commit == run.commit
        master.stop()
        master.start()  # it forgets its sessions
        more = await ana.rerun(run)
        assert more.id not in (run.id, again.id)
        for server in shop.opened:
            await server.close()
        told = " ".join(call.command for call in shop.calls.calls())
        assert "horse" not in told
        assert "TWISTED_SESSION" not in told
