from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from opstui.domain.errors import OpstuiError
from tests.backends.ci.buildbot.shop import Shop, make
from tests.servers.buildbot import Buildbot


@pytest.fixture
async def shop(buildbot: Buildbot, tmp_path: Path) -> AsyncIterator[Shop]:
    """A repository of its own on the shared master; what still runs of it is stopped."""
    shop = make(buildbot, tmp_path)
    yield shop
    server = shop.server()
    for run in await server.runs(50):
        if not run.status.finished:
            with suppress(OpstuiError):  # it ended meanwhile
                await server.cancel(run)
    for server in shop.opened:
        await server.close()
