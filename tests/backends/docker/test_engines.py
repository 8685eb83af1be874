"""Taking another engine: all that asks goes there, and nothing of the old one stays."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.engines import DockerEngines
from opstui.domain.errors import OpstuiError
from tests.backends.docker.conftest import until
from tests.backends.docker.test_changes import Listener
from tests.servers.dockerd import PrivateDockerd

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture(autouse=True)
def nothing_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture
def mute(tmp_path: Path) -> Iterator[str]:
    """An engine that takes every connection and never answers."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "mute"))
    listener.listen()
    yield str(tmp_path / "mute")
    listener.close()


async def test_the_name_in_sight_is_that_of_the_engine_in_use(
    dockerd: PrivateDockerd, tmp_path: Path
) -> None:
    other = tmp_path / "other.sock"
    other.symlink_to(dockerd.socket)
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    engines = DockerEngines(engine.connection)
    assert engines.name == str(dockerd.socket)
    taken = await engines.use(str(other))
    assert (taken.name, engines.name) == (str(other), str(other))
    assert await engine.where() == f"unix://{other}, named by you"
    assert [one.url for one in await engines.known() if one.active] == [f"unix://{other}"]
    back = next(one for one in await engines.known() if one.source == "settings")
    await engines.use(back.id)
    assert engines.name == str(dockerd.socket)
    with pytest.raises(OpstuiError, match="no Docker context named nowhere"):
        await engines.use("nowhere")
    assert engines.name == str(dockerd.socket)
    await engine.close()


async def test_news_come_from_the_engine_that_was_taken(
    dockerd: PrivateDockerd, tmp_path: Path
) -> None:
    other = tmp_path / "other.sock"
    other.symlink_to(dockerd.socket)
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    listener = Listener(engine)
    await until(lambda: listener.heard)
    before = listener.heard
    await DockerEngines(engine.connection).use(str(other))
    await until(lambda: listener.heard >= before + 2)  # the old one ended, the new one began
    before = listener.heard
    dockerd.image("taken:1", text="taken")
    await until(lambda: listener.heard > before)
    await listener.leave()
    await engine.close()


async def test_an_engine_that_is_waited_for_does_not_come_back(
    dockerd: PrivateDockerd, mute: str
) -> None:
    engine = DockerEngine(RecentCalls(), host=mute, seconds=3)
    waiting = asyncio.create_task(engine.version())
    await until(lambda: not waiting.done())
    await DockerEngines(engine.connection).use(dockerd.url)
    assert await engine.where() == f"{dockerd.url}, named by you"
    with pytest.raises(OpstuiError, match="did not answer"):
        await waiting
    assert await engine.where() == f"{dockerd.url}, named by you"
    await engine.close()


async def test_a_listener_of_a_dead_engine_goes_on_at_once_with_the_new_one(
    dockerd: PrivateDockerd, tmp_path: Path
) -> None:
    engine = DockerEngine(RecentCalls(), host=str(tmp_path / "nothing"))
    listener = Listener(engine)
    await asyncio.sleep(0)
    await DockerEngines(engine.connection).use(dockerd.url)
    await until(lambda: listener.heard)
    await listener.leave()
    await engine.close()
