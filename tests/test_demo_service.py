"""The demo's service on a real engine: honest about what it can't load, and removed whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.environments import Environments
from opstui.demo import service as made_of
from opstui.demo.service import DemoService, static
from opstui.domain.errors import OpstuiError
from opstui.domain.served import ServedNames, served
from tests.servers.dockerd import PrivateDockerd

COMMIT = "c" * 40


@pytest.fixture
def service(dockerd: PrivateDockerd) -> Iterator[DemoService]:
    mark = f"{os.getpid():x}ds"
    with closing(DemoService(RecentCalls(), mark, host=dockerd.url)) as made:
        yield made


@pytest.mark.docker
async def test_without_mlflow_it_is_unhealthy_says_so_and_is_removed_whole(
    dockerd: PrivateDockerd, service: DemoService
) -> None:
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    before = {image.id for image in await engine.images()}
    name = await service.run("http://127.0.0.1:9", COMMIT)
    end = time.monotonic() + 60
    while True:
        (one,) = [one for one in await engine.containers() if one.name == name]
        if one.health == "unhealthy":
            break
        assert time.monotonic() < end, one
    names = ServedNames()
    within = (await Environments(engine.connection).within((one,), names))[one.id]
    told = served(one, within.environment, names, within.started)
    assert told is not None
    assert (told.model, told.alias, told.revision) == ("churn", "champion", COMMIT)
    again = await service.run("http://127.0.0.1:9", COMMIT)
    assert again == name, "a second start takes the place of the first"
    other = DemoService(RecentCalls(), "another", host=dockerd.url)
    await other.remove()
    other.close()
    assert name in {one.name for one in await engine.containers()}
    await service.remove()
    assert name not in {one.name for one in await engine.containers()}
    assert {image.id for image in await engine.images()} == before
    await engine.close()


async def test_without_a_static_busybox_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(made_of, "BUSYBOX", tmp_path / "busybox")
    service = DemoService(RecentCalls(), "x", host="unix:///nowhere")
    with closing(service), pytest.raises(OpstuiError, match="no static busybox") as told:
        await service.run("http://127.0.0.1:9", COMMIT)
    assert "busybox-static" in told.value.hint


def test_what_is_static(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("#!/bin/sh\n")
    assert not static(tmp_path / "text")
    assert not static(tmp_path / "missing")
    assert not static(Path(os.path.realpath("/bin/sh"))), "it has an interpreter"
