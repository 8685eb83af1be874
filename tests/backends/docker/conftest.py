"""What the engine's tests share: a backend on the private engine, and waiting."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from tests.servers.dockerd import PrivateDockerd


@pytest.fixture
def calls() -> RecentCalls:
    return RecentCalls()


@pytest.fixture
async def engine(dockerd: PrivateDockerd, calls: RecentCalls) -> AsyncIterator[DockerEngine]:
    engine = DockerEngine(calls, host=dockerd.url)
    yield engine
    await engine.close()


@pytest.fixture(autouse=True)
def no_threads_left() -> AsyncIterator[None]:
    """Whatever a test did, the backend's threads are gone soon after it."""
    yield
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and docker_threads():
        time.sleep(0.01)
    assert not docker_threads()


def docker_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("docker ")]


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for a condition; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)
