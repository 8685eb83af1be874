"""Podman's Docker API, where it is installed: the same pane, the same acts."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import docker
import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.image_files import DockerContents
from opstui.backends.docker.inner import DockerContainers
from opstui.backends.docker.pruning import DockerPruning
from opstui.backends.image_cache import ImageCache
from opstui.domain.container_state import state_of
from opstui.domain.container_use import Window
from opstui.domain.prune import Ended
from opstui.domain.status import Status
from tests.backends.docker.conftest import until
from tests.servers.dockerd import import_image

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture(scope="module")
def podman() -> Iterator[str]:
    """A private podman service; its address."""
    if shutil.which("podman") is None or os.getuid() != 0:
        pytest.skip("podman is not installed, or this is not root")
    folder = Path(tempfile.mkdtemp(prefix="op-", dir="/tmp"))
    url = f"unix://{folder}/s"
    options = ["--root", str(folder / "root"), "--runroot", str(folder / "run"),
               "--tmpdir", str(folder / "tmp"), "--storage-driver", "vfs",
               "--cgroup-manager", "cgroupfs", "--events-backend", "file"]
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(["podman", *options, "system", "service", "--time", "0", url],
                                   stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while not (folder / "s").exists():
            assert time.monotonic() < deadline, (folder / "log").read_text()
            assert service.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        yield url
    finally:
        subprocess.run(["podman", *options, "rm", "-fa", "-t", "0"], check=False,
                       capture_output=True)
        service.terminate()
        service.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def client(podman: str) -> Iterator[docker.APIClient]:
    client = docker.APIClient(podman, version="auto")
    yield client
    client.close()


@pytest.fixture
async def engine(podman: str) -> AsyncIterator[DockerEngine]:
    engine = DockerEngine(RecentCalls(), host=podman)
    yield engine
    await engine.close()


async def test_podmans_images_and_events(
    client: docker.APIClient, engine: DockerEngine
) -> None:
    heard = 0

    async def listen() -> None:
        nonlocal heard
        async for _ in engine.changes():
            heard += 1

    listening = asyncio.create_task(listen())
    await until(lambda: heard)
    at_first = heard
    key = import_image(client, "localhost/pod:1", labels={"a": "b"})
    await until(lambda: heard > at_first)
    image = next(one for one in await engine.images() if key.endswith(one.id[7:]) or one.labels)
    assert dict(image.labels)["a"] == "b"
    await engine.tag(image, "localhost/pod:second")
    image = next(one for one in await engine.images() if one.id == image.id)
    assert "localhost/pod:second" in image.tags
    assert await engine.layers(image)
    assert image.id.removeprefix("sha256:") in await engine.inspect(image.id)
    assert await engine.remove_image(image)
    assert image.id not in [one.id for one in await engine.images()]
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_podmans_containers_and_logs(
    client: docker.APIClient, engine: DockerEngine
) -> None:
    import_image(client, "localhost/podc:1")
    image = (await engine.images())[0]
    script = "for i in 1 2 3; do echo line $i; /busybox sleep 0.1; done; exit 2"
    made = client.create_container(
        image.id, ["/busybox", "sh", "-c", script], name="pod-talks",
        host_config=client.create_host_config(network_mode="none", ulimits=[
            docker.types.Ulimit(name=name, soft=256, hard=256) for name in ("nofile", "nproc")
        ]),  # podman's own limits are higher than a container that runs this may set
    )
    container = next(one for one in await engine.containers() if one.name == "pod-talks")
    assert container.status is Status.QUEUED
    assert (await engine.images())[0].used_by == ("pod-talks",)
    await engine.start(container)
    said = [one async for some in engine.logs(container, Window(50)) for one in some]
    assert [one.text for one in said] == [b"line 1\n", b"line 2\n", b"line 3\n"]
    assert len(said[0].stamp) == len(b"2026-03-01T12:00:00.000000000Z")
    client.wait(made["Id"])
    ended = next(one for one in await engine.containers() if one.name == "pod-talks")
    assert ended.state == "exited"
    assert ended.status is Status.FAILED


async def test_podmans_images_are_pruned_by_id(
    client: docker.APIClient, engine: DockerEngine
) -> None:
    pruning = DockerPruning(engine.connection)
    import_image(client, "localhost/prune:1", text="prune")
    disk = await pruning.disk()
    image = next(one for one in await engine.images() if any("prune" in tag for tag in one.tags))
    assert disk.shares[image.id].size > 1_000_000
    await engine.tag(image, "localhost/prune:second")
    told = await pruning.remove_seen(image)
    assert told.ended is Ended.SKIPPED
    assert "localhost/prune:second" in told.note
    fresh = next(one for one in await engine.images() if one.id == image.id)
    assert (await pruning.remove_seen(fresh)).ended is Ended.REMOVED
    assert image.id not in [one.id for one in await engine.images()]
    assert (await pruning.remove_seen(fresh)).ended is Ended.GONE


async def test_podman_is_measured_and_has_shells(
    client: docker.APIClient, engine: DockerEngine
) -> None:
    import_image(client, "localhost/pods:1")
    image = (await engine.images())[0]
    client.start(client.create_container(
        image.id, ["/busybox", "sh", "-c", "while true; do /busybox sleep 0.1; done"],
        name="pod-used", environment=["PATH=/"],
        host_config=client.create_host_config(network_mode="none", ulimits=[
            docker.types.Ulimit(name=name, soft=256, hard=256) for name in ("nofile", "nproc")
        ]),
    )["Id"])
    container = next(one for one in await engine.containers() if one.name == "pod-used")
    inner = DockerContainers(engine.connection)
    uses = inner.uses(container)
    first, second = await anext(uses), await anext(uses)
    await uses.aclose()
    assert 0 < first.memory < first.limit
    assert second.cpu is not None
    assert second.pids >= 1
    assert await inner.shell(container) == ("busybox", "sh")
    state = state_of(await engine.inspect(container.id))
    assert (state.running, state.exit_code, state.restarts) == (True, None, 0)
    await inner.remove(container, force=True, volumes=True)
    assert "pod-used" not in [one.name for one in await engine.containers()]


async def test_what_is_in_podmans_images(
    client: docker.APIClient, engine: DockerEngine, tmp_path: Path
) -> None:
    import_image(client, "inside:1", text="inside")
    image = next(one for one in await engine.images() if "inside" in one.name or not one.tags)
    contents = DockerContents(engine.connection, ImageCache(tmp_path))
    files = await contents.read(image, lambda _count: None)
    assert [one.path for layer in files.layers for one in layer.entries] == ["busybox", "note"]
    assert await contents.known(image) is files
