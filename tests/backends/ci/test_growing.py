"""Logs that grow: what is kept of them, and how they are asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci import growing
from opstui.backends.ci.growing import Growing, Plain, most_telling
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS
from opstui.domain.ci import CiJob
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.fakes.ci.base import Ask, FakeServer, Reply, route


class Logs(FakeServer):
    """One log for each path, always sent whole."""

    def __init__(self) -> None:
        super().__init__()
        self.logs: dict[str, bytes] = {}

    @route("GET", r"/(?P<name>[a-z0-9]+)")
    def _log(self, ask: Ask) -> Reply:
        return Reply(self.logs[ask["name"]])


@pytest.fixture
def fake() -> Iterator[Logs]:
    with Logs() as fake:
        yield fake


@pytest.fixture
async def door(fake: Logs) -> AsyncIterator[Door]:
    door = Door(fake.address, ANONYMOUS, RecentCalls(), name="logs", product="Logs")
    yield door
    await door.close()


async def test_a_large_log_arrives_whole_and_in_order(fake: Logs, door: Door) -> None:
    fake.logs["big"] = b"".join(b"line %d of many, many lines\n" % n for n in range(200_000))
    assert len(fake.logs["big"]) > 4 * growing.AT_ONCE
    logs = Growing(door, Plain, ((1 << 62, 1.0),))
    log = await logs.read("big", "/big", over=True)
    assert bytes(log.text) == fake.logs["big"]
    chunk = logs.stretch("big", -12, 100)
    assert (chunk.data, chunk.offset, chunk.complete) == (
        fake.logs["big"][-12:], len(log.text), True,
    )


async def test_only_the_last_few_logs_are_kept(fake: Logs, door: Door) -> None:
    fake.logs = {f"log{number}": b"%d\n" % number for number in range(growing.KEPT + 2)}
    logs = Growing(door, Plain, ((1 << 62, 1.0),))
    for name in fake.logs:
        await logs.read(name, f"/{name}", over=True)
    assert [logs.known(name) is not None for name in fake.logs] == [False] * 2 + [True] * 4
    asked = len(fake.requests)
    await logs.read("log5", "/log5", over=True)
    assert len(fake.requests) == asked
    await logs.read("log0", "/log0", over=True)
    assert len(fake.requests) == asked + 1


async def test_after_a_failure_it_is_not_asked_again_at_once(fake: Logs, door: Door) -> None:
    now = [0.0]
    logs = Growing(door, Plain, ((1 << 62, 5.0),), lambda: now[0])
    fake.logs["a"] = b"words\n"
    fake.break_with("500")
    with pytest.raises(OpstuiError):
        await logs.read("a", "/a", over=False)
    fake.mend()
    assert not logs.due("a")
    assert (await logs.read("a", "/a", over=False)).text == b""
    now[0] = 5.0
    assert (await logs.read("a", "/a", over=False)).text == b"words\n"


def test_the_most_telling_log_is_the_first_red_one() -> None:
    def job(name: str, status: Status, *, log: bool = True) -> CiJob:
        return CiJob(name, name, status, log=log)
    passed, red = job("lint", Status.PASSED), job("unit", Status.FAILED)
    running, bridge = job("docs", Status.RUNNING), job("images", Status.FAILED, log=False)
    assert most_telling([bridge, passed, running, red]) is red
    assert most_telling([bridge, passed, running]) is running
    assert most_telling([passed, bridge]) is passed
    assert most_telling([bridge]) is None
