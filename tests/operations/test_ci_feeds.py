"""Feeds: each server at its own pace, none waiting for another, nothing lost, nothing left."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from opstui.backends.ci.base import BaseServer
from opstui.domain.ci import CiPlace, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.operations.ci_feeds import Feeds
from tests.fakes.registry import NOW
from tests.fakes.world import ci_run


class Polled(BaseServer):
    """A server in memory that is asked, told to fail, or held back."""

    kind = "polled"

    def __init__(self, name: str, *runs: CiRun) -> None:
        super().__init__(name, f"https://{name}")
        self.held = tuple(replace(run, server=name) for run in runs)
        self.problem = ""
        self.asked = 0
        self.pause = 0.0
        self.open = asyncio.Event()
        self.open.set()

    def rest(self) -> float:
        return self.pause

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        self.asked += 1
        told = self.held
        await self.open.wait()
        if self.problem:
            raise OpstuiError(self.problem, where=self.where)
        return told


class Telling(Polled):
    """One that tells of its news."""

    def __init__(self, name: str, *runs: CiRun) -> None:
        super().__init__(name, *runs)
        self.news = asyncio.Event()

    async def changes(self) -> AsyncIterator[None]:
        while True:
            await self.news.wait()
            self.news.clear()
            yield


class Search:
    """Finds one more server."""

    def __init__(self, servers: list[BaseServer], more: BaseServer) -> None:
        self._servers, self._more = servers, more

    async def find(self) -> bool:
        if self._more not in self._servers:
            self._servers.append(self._more)
        return False

    def forget(self) -> None:
        return

    def places(self) -> tuple[CiPlace, ...]:
        return ()


def feeds(*servers: BaseServer) -> Feeds:
    return Feeds(servers, None, lambda: NOW)


async def test_runs_of_all_servers_come_newest_first() -> None:
    old = ci_run(created=NOW - timedelta(hours=2), id="1")
    new = ci_run(created=NOW, id="2")
    runs = await feeds(Polled("a", old), Polled("b", new)).load()
    assert [run.server for run in runs] == ["b", "a"]


async def test_a_server_that_fails_keeps_its_last_runs_and_says_why() -> None:
    server = Polled("a", ci_run())
    known = feeds(server, Polled("b"))
    await known.load()
    server.problem = "no route"
    known.poke()
    assert len(await known.load()) == 1
    feed = known.all()[0]
    assert feed.at == NOW
    assert "no route" in str(feed.problem)


async def test_only_when_all_fail_from_the_start_the_load_fails() -> None:
    server = Polled("a")
    server.problem = "no route"
    with pytest.raises(OpstuiError, match="no route"):
        await feeds(server).load()


async def test_a_slow_server_is_not_waited_for_once_somebody_listens() -> None:
    quick, slow = Polled("quick", ci_run(id="1")), Polled("slow", ci_run(id="2"))
    slow.open.clear()
    known = feeds(quick, slow)
    async with aclosing(known.changes()) as news:
        first = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        assert [run.server for run in await known.load()] == ["quick"]
        slow.open.set()
        await first
        assert {run.server for run in await known.load()} == {"quick", "slow"}
        assert slow.asked == 1


async def test_a_server_is_left_alone_until_it_is_due() -> None:
    server = Polled("a", ci_run())
    known = feeds(server)
    await known.load()
    await known.load()
    assert server.asked == 1
    known.poke("other")
    await known.load()
    assert server.asked == 1
    known.poke("a")
    await known.load()
    assert server.asked == 2


async def test_a_run_under_way_is_asked_for_more_often() -> None:
    still, busy = feeds(Polled("a", ci_run())), feeds(Polled("a", ci_run(Status.RUNNING)))
    await still.load()
    await busy.load()
    assert (busy.rest() or math.inf) < 5 < (still.rest() or 0)


async def test_a_server_that_wants_to_be_left_alone_is() -> None:
    server = Polled("a", ci_run(Status.RUNNING))
    server.pause = 1000.0
    known = feeds(server)
    await known.load()
    assert (known.rest() or 0) > 900
    server.pause = math.inf
    known.poke()
    await known.load()
    assert known.rest() is None  # until a person asks


async def test_failures_make_it_wait_longer() -> None:
    server = Polled("a", ci_run())
    known = feeds(server)
    await known.load()
    server.problem = "no route"
    rests = []
    for _ in range(8):
        known.poke()
        await known.load()
        rests.append(known.rest() or 0)
    assert rests[0] < 10 < rests[3]
    assert 200 < rests[-1] <= 330


async def test_news_that_come_while_it_is_asked_are_not_lost() -> None:
    server = Telling("a", ci_run(Status.RUNNING))
    known = feeds(server)
    async with aclosing(known.changes()) as news:
        waiting = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        await known.load()
        server.open.clear()
        known.poke()
        loading = asyncio.ensure_future(known.load())
        while server.asked < 2:
            await asyncio.sleep(0)
        server.held = (replace(server.held[0], status=Status.PASSED),)  # after it was read
        server.news.set()
        while not known.all()[0].again:
            await asyncio.sleep(0)
        server.open.set()
        await loading
        await waiting
        assert (await known.load())[0].status is Status.PASSED


async def test_servers_that_are_found_later_join() -> None:
    servers: list[BaseServer] = [Polled("a", ci_run(id="1"))]
    found = Polled("b", ci_run(id="2"))
    known = Feeds(servers, Search(servers, found), lambda: NOW)
    assert {run.server for run in await known.load()} == {"a", "b"}


async def test_servers_are_looked_for_once_the_listener_that_is_expected_is_there() -> None:
    servers: list[BaseServer] = [Polled("a", ci_run(id="1"))]
    found = Polled("b", ci_run(id="2"))
    known = Feeds(servers, Search(servers, found), lambda: NOW)
    known.expect()
    assert {run.server for run in await known.load()} == {"a"}
    async with aclosing(known.changes()) as news:
        await anext(news)
        assert {run.server for run in await known.load()} == {"a", "b"}


async def test_the_end_of_a_run_is_told_also_when_nobody_looks() -> None:
    server = Telling("a", ci_run(Status.RUNNING))
    known = feeds(server)
    ended = asyncio.ensure_future(known.end_of(server.held[0]))
    while not server.asked:
        await asyncio.sleep(0)
    server.held = (replace(server.held[0], status=Status.FAILED),)
    known.poke()
    async with aclosing(known.changes()) as news:
        listening = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        server.news.set()
        done = await ended
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert done is not None
    assert done.status is Status.FAILED


async def test_a_run_that_is_gone_ends_the_watch() -> None:
    server = Polled("a")
    assert await feeds(server).end_of(replace(ci_run(), server="a")) is None


async def test_nothing_is_left_when_nobody_listens_any_more() -> None:
    slow = Telling("slow", ci_run())
    slow.open.clear()
    quick = Polled("quick", ci_run())
    known = feeds(quick, slow)
    before = asyncio.all_tasks()
    async with aclosing(known.changes()) as news:
        first = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        await known.load()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert asyncio.all_tasks() == before
