from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.forgejo.server import Forgejo
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.login import bearer
from tests.fakes.ci.forge import REPOSITORY, TOKEN
from tests.fakes.ci.forgejo import FakeForgejo


@pytest.fixture
def fake() -> Iterator[FakeForgejo]:
    with FakeForgejo() as fake:
        yield fake


@pytest.fixture
async def server(fake: FakeForgejo) -> AsyncIterator[Forgejo]:
    door = Door(f"{fake.address}/api/v1", bearer(TOKEN, "FORGEJO_TOKEN"), RecentCalls(),
                name="forgejo", product="Forgejo")
    server = Forgejo("forgejo", door, REPOSITORY)
    yield server
    await server.close()
