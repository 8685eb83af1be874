from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.gitea.server import Gitea
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import bearer
from tests.fakes.ci.clock import Clock
from tests.fakes.ci.forge import REPOSITORY, TOKEN
from tests.fakes.ci.gitea import FakeGitea


@pytest.fixture
def fake() -> Iterator[FakeGitea]:
    with FakeGitea() as fake:
        yield fake


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(fake: FakeGitea, clock: Clock) -> AsyncIterator[Gitea]:
    door = Door(f"{fake.address}/api/v1", bearer(TOKEN, "GITEA_TOKEN"), RecentCalls(),
                name="gitea", product="Gitea")
    server = Gitea("gitea", door, REPOSITORY, clock)
    yield server
    await server.close()
