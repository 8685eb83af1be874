from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.jenkins.server import Jenkins
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import ANONYMOUS, Login
from tests.fakes.ci.jenkins import FakeJenkins

REMOTE = "git@git.example.org:ml/churn.git"
Open = Callable[..., Jenkins]


@pytest.fixture
def fake() -> Iterator[FakeJenkins]:
    """An empty Jenkins that lets everybody in."""
    with FakeJenkins() as fake:
        yield fake


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Opens a fake as opstui's server; closes it at the end."""
    servers: list[Jenkins] = []

    def open_it(
        fake: FakeJenkins, *jobs: str, login: Login = ANONYMOUS, calls: RecentCalls | None = None,
    ) -> Jenkins:
        door = Door(fake.address, login, calls or RecentCalls(), name="jenkins", product="Jenkins")
        servers.append(Jenkins("jenkins", door, (REMOTE,), jobs=jobs))
        return servers[-1]

    yield open_it
    for server in servers:
        await server.close()
