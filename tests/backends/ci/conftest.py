from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.backends.ci.bench import Bench, make


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A repository to run CI on; whatever still runs afterwards is cancelled."""
    bench = make(tmp_path)
    yield bench
    for runner in bench.runners[:1]:
        for run in await runner.runs(500):
            if not run.status.finished:
                await runner.cancel(run)
