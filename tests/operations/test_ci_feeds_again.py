"""A refused login: the person mends it, refreshes, and the server answers."""

from __future__ import annotations

import math

from opstui.backends.ci.base import BaseServer
from opstui.domain.ci import CiPlace, CiRun
from opstui.domain.errors import OpstuiError
from opstui.operations.ci_feeds import Feeds
from tests.fakes.registry import NOW
from tests.fakes.world import ci_run


class Locked(BaseServer):
    """A server that refuses a login for good."""

    def __init__(self) -> None:
        super().__init__("forge", "https://forge")

    def rest(self) -> float:
        return math.inf

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        raise OpstuiError("the login was refused", where=self.where)


class Open(BaseServer):
    """The same server with a login that it takes."""

    def __init__(self) -> None:
        super().__init__("forge", "https://forge")

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        return (ci_run(),)


class Quiet(BaseServer):
    """Another server, without runs."""

    async def runs(self, limit: int) -> tuple[CiRun, ...]:
        return ()


class Search:
    """Finds the open server once it is told to forget the locked one."""

    def __init__(self, servers: list[BaseServer]) -> None:
        self.servers = servers
        self.forgot = 0

    async def find(self) -> bool:
        if self.forgot:
            self.servers[0] = Open()
        return False

    def forget(self) -> None:
        self.forgot += 1

    def places(self) -> tuple[CiPlace, ...]:
        return ()


async def test_a_refresh_after_a_refused_login_looks_for_logins_again() -> None:
    servers: list[BaseServer] = [Locked(), Quiet("other", "https://other")]
    search = Search(servers)
    feeds = Feeds(servers, search, lambda: NOW)
    assert await feeds.load() == ()
    assert await feeds.load() == () and search.forgot == 0, "it is left alone by itself"
    feeds.poke()
    assert len(await feeds.load()) == 1
    assert search.forgot == 1
    feeds.poke()
    assert search.forgot == 1, "nothing is wrong any more"
