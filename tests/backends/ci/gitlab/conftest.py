from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.gitlab.server import GitLab
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import bearer
from tests.fakes.ci.clock import Clock
from tests.fakes.ci.gitlab import PROJECT, TOKEN, FakeGitLab


@pytest.fixture
def fake() -> Iterator[FakeGitLab]:
    with FakeGitLab() as fake:
        yield fake


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calls() -> RecentCalls:
    return RecentCalls()


@pytest.fixture
async def server(fake: FakeGitLab, clock: Clock, calls: RecentCalls) -> AsyncIterator[GitLab]:
    door = Door(f"{fake.address}/api/v4", bearer(TOKEN, "GITLAB_TOKEN"), calls, name="gitlab",
                product="GitLab")
    server = GitLab("gitlab", door, PROJECT, clock)
    yield server
    await server.close()
