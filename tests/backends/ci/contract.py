"""What a CI server has to bring along so that the contract's cases can be run over it.

A bench is one server with a way to put runs on it: `benches/NAME.py` declares a subclass of
`Bench`, and `benches/__init__.py` finds it. `test_contract.py` has the cases.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from opstui.backends.calls import RecentCalls
from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiJob, CiRun
from opstui.domain.status import Status
from tests.fakes.ci.base import Ask, FakeServer, Reply, route

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SECRET = "secret-27182818284590"
"""The token every bench logs in with; no other host may ever see it."""


class Bench(ABC):
    """One server, freshly made, with nothing on it."""

    kind: ClassVar[str]
    """Its name in `SERVERS`."""
    capabilities: ClassVar[frozenset[Capability]]
    """Exactly what it must say that it can do."""
    states: ClassVar[frozenset[Status]] = frozenset({
        Status.PASSED, Status.FAILED, Status.RUNNING, Status.CANCELLED,
    })
    """The states its list of runs can tell, QUEUED and BLOCKED included where it has them."""
    web: ClassVar[bool] = True
    """It is reached by HTTP, and `open` gives a FakeServer that can be broken."""
    tells_branch: ClassVar[bool] = True
    tells_commit: ClassVar[bool] = True
    requests_for_100: ClassVar[int] = 10
    """Requests that 100 runs may cost at most."""

    def __init__(self, root: Path) -> None:
        self.root = root
        """A folder of its own."""
        self.calls = RecentCalls()
        """To be given to the server, so that its records can be searched for secrets."""

    @abstractmethod
    async def open(self, *, seconds: float = 5.0) -> tuple[CiServer, FakeServer | None]:
        """The server, logged in with SECRET; may be called again for a fresh one on the same fake.

        seconds: how long its door waits for an answer.
        """

    @abstractmethod
    async def add_run(
        self, status: Status, branch: str = "main", commit: str = COMMIT, *,
        title: str = "work", log: bytes = b"",
    ) -> str:
        """Put a run on the server, newer than those before; returns the id that CiRun has.

        log: what its only job (or it itself) printed, where the server has logs.
        """

    @abstractmethod
    async def finish(self, run_id: str, status: Status) -> None:
        """Let a run end with PASSED or FAILED."""

    async def fill(self, count: int) -> None:
        """Put many passed runs on the server."""
        for _ in range(count):
            await self.add_run(Status.PASSED)

    async def settle(self) -> None:
        """Let the server do what it was just told, such as to cancel."""
        return

    async def close(self) -> None:
        """Stop everything that was opened."""
        return


class Lure(FakeServer):
    """Another host, to which a lying server sends on; it answers everything."""

    @route("GET", r"/.*")
    def got(self, ask: Ask) -> Reply:
        return Reply({})

    @route("POST", r"/.*")
    def posted(self, ask: Ask) -> Reply:
        return Reply({})


def saw_secret(fake: FakeServer) -> list[str]:
    """Whatever of a login reached a host that should not have seen any."""
    return [
        ask.target for ask in fake.requests
        if SECRET in f"{ask.target} {ask.headers} {ask.body!r}"
        or any(name in ask.headers for name in ("Authorization", "Cookie", "PRIVATE-TOKEN"))
    ]


async def run_of(server: CiServer, run_id: str, among: int = 50) -> CiRun:
    """The run as the list has it now."""
    runs = await server.runs(among)
    return next(run for run in runs if run.id == run_id)


async def first_job(server: CiServer, run: CiRun) -> CiJob | None:
    """The job whose log a person would open; None where runs have none."""
    jobs = await server.jobs(run)
    return jobs[0] if jobs else None


async def until(true: Callable[[], Awaitable[bool]], what: str, seconds: float = 30.0) -> None:
    """Wait for a condition on the server."""
    limit = time.monotonic() + seconds
    while not await true():
        assert time.monotonic() < limit, f"waited {seconds} s for {what}"
        await asyncio.sleep(0.02)
