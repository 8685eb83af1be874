"""A fake GitHub and a server on it, as the tests of this folder want them."""

from __future__ import annotations

from dataclasses import dataclass, field

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.github.server import HEADERS, GitHub
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS, Login, bearer
from opstui.domain.ci import CiJob, CiRun
from tests.fakes.ci.github import FakeGitHub
from tests.fakes.ci.github_state import TOKEN
from tests.fakes.ci.github_world import Run


@dataclass
class Place:
    fake: FakeGitHub
    server: GitHub
    door: Door
    pauses: list[float] = field(default_factory=list)
    """How long it would have waited between writes, or for a run to appear."""
    clock: list[float] = field(default_factory=lambda: [0.0])
    """The seconds that it believes in."""

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def run(self, made: Run) -> CiRun:
        return next(one for one in await self.server.runs(50) if one.id == str(made.id))

    async def job(self, run: CiRun, name: str) -> CiJob:
        return next(one for one in await self.server.jobs(run) if one.name == name)

    def asked(self, before: int = 0) -> list[str]:
        return [f"{ask.method} {ask.path}".replace("/repos/ana/churn", "")
                for ask in self.fake.requests[before:]]


def make(fake: FakeGitHub, login: Login | None = None) -> Place:
    login = bearer(TOKEN, "GH_TOKEN") if login is None else login
    door = Door(fake.address, login, RecentCalls(), name="github", product="GitHub",
                headers=HEADERS)
    pauses, clock = list[float](), [1000.0]

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    server = GitHub("github", door, "ana/churn", pause=pause, clock=lambda: clock[0])
    return Place(fake, server, door, pauses, clock)


def anonymous(fake: FakeGitHub) -> Place:
    fake.rate[:] = [60, 60]
    return make(fake, ANONYMOUS)
