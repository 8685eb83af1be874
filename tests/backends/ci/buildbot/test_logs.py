"""A real Buildbot's logs by bytes: without the worker's environment, live, and very long."""

from __future__ import annotations

import pytest

from opstui.domain.status import Status
from tests.backends.ci.buildbot.shop import Shop, step_of, whole
from tests.servers.buildbot import SECRET

pytestmark = pytest.mark.xdist_group("buildbot")


async def test_a_steps_log_holds_what_it_wrote_and_nothing_of_the_worker(shop: Shop) -> None:
    server = shop.server()
    run = await shop.built(server, "echo one\necho two >&2\necho\necho 'zwei äöü ☃'\n")
    _, step = await step_of(server, run, "unit")
    assert sorted((await whole(server, run, step=step)).splitlines()) == [
        "", "one", "two", "zwei äöü ☃"
    ]
    job = (await server.jobs(run))[0]
    log = await whole(server, run, job=job)
    assert log == await whole(server, run)
    assert log.index("=== fetch ===") < log.index("=== prepare ===\nprepared\n=== unit ===\n")
    assert SECRET not in log
    assert "hunter2" not in log
    assert SECRET in str(shop.master.get("logs/1/contents")), "the test would prove nothing"


async def test_any_bite_and_any_offset_give_the_same_bytes(shop: Shop) -> None:
    server = shop.server()
    run = await shop.built(server, "seq 1 400\necho end >&2\necho report > report.txt\n")
    log = (await whole(server, run)).encode()
    assert b"--- report ---\nreport\n" in log
    assert (await whole(server, run, limit=77)).encode() == log
    fresh = shop.server()  # knows no lengths yet
    for offset in (0, 1, 500, len(log) - 3, len(log)):
        chunk = await fresh.log(run, offset, 64)
        assert chunk.data == log[offset : offset + 64]
        assert chunk.offset == offset + len(chunk.data)
        assert chunk.complete is (offset + 64 > len(log))
    tail = await fresh.log(run, -10, 1000)
    assert (tail.data, tail.offset, tail.complete) == (log[-10:], len(log), True)
    all_of_it = await fresh.log(run, -10 * len(log), 10 * len(log))
    assert all_of_it.data == log


async def test_a_running_step_is_followed_to_its_end(shop: Shop) -> None:
    gate = shop.repository.parent / "gate"
    server = shop.server()
    shop.push(shop.commit(
        f"echo before\nwhile [ ! -e {gate} ]; do sleep 0.05; done\necho after\n"
    ))
    run = await shop.run(
        server, lambda run: any(one.name == "unit" for one in run.steps), "the step"
    )
    _, step = await step_of(server, run, "unit")
    seen, offset = b"", 0
    while b"before\n" not in seen:
        chunk = await server.log(run, offset, step=step)
        seen, offset = seen + chunk.data, chunk.offset
        assert not chunk.complete
    gate.touch()
    while not chunk.complete:
        chunk = await server.log(run, offset, step=step)
        seen, offset = seen + chunk.data, chunk.offset
    assert seen == b"before\nafter\n"
    done = await shop.run(server, lambda run: run.status.finished, "the end")
    assert done.status is Status.PASSED


async def test_a_long_log_is_read_from_both_ends(shop: Shop) -> None:
    server = shop.server()
    run = await shop.built(server, "seq -f 'line %.0f of a long log' 1 20000\n")
    _, step = await step_of(server, run, "unit")
    before = len(shop.calls.calls())
    tail = await server.log(run, -4096, step=step)
    assert tail.data.endswith(b"line 20000 of a long log\n")
    assert tail.complete
    assert len(tail.data) == 4096
    # Its lengths are known now: any place costs a request or two.
    again = len(shop.calls.calls())
    middle = await server.log(run, tail.offset // 2, 4096, step=step)
    assert len(middle.data) == 4096
    assert len(shop.calls.calls()) - again <= 5
    assert again - before < 20
