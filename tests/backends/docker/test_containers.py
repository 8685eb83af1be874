"""Containers of a real engine: states, acts, logs that go on."""

from __future__ import annotations

import asyncio
import time

import pytest

from opstui.backends.docker.engine import DockerEngine
from opstui.domain.container_use import Said, Window
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.status import Status
from tests.backends.docker.conftest import docker_threads, until
from tests.servers.dockerd import PrivateDockerd

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

QUICK_TO_STOP = "trap 'exit 0' TERM; while true; do /busybox sleep 0.05; done"


@pytest.fixture
def base(dockerd: PrivateDockerd) -> str:
    dockerd.image("base:1", text="base")
    return "base:1"


async def called(engine: DockerEngine, name: str) -> Container:
    return next(one for one in await engine.containers() if one.name == name)


async def test_states_are_told_apart(
    dockerd: PrivateDockerd, engine: DockerEngine, base: str
) -> None:
    dockerd.run("s-up", base, "sh", "-c", QUICK_TO_STOP)
    dockerd.run("s-done", base, "true")
    dockerd.run("s-failed", base, "sh", "-c", "exit 3")
    dockerd.run("s-paused", base, "sh", "-c", QUICK_TO_STOP)
    with dockerd.client() as client:
        client.pause("s-paused")
        client.create_container(base, name="s-new")
        client.wait("s-failed")
        client.wait("s-done")
    found = {one.name: one for one in await engine.containers()}
    assert {name: found[name].status for name in found if name.startswith("s-")} == {
        "s-up": Status.UP, "s-done": Status.DOWN, "s-failed": Status.FAILED,
        "s-paused": Status.BLOCKED, "s-new": Status.QUEUED,
    }
    assert found["s-up"].image == base
    assert found["s-up"].note.startswith("Up ")
    order = [one.state == "running" for one in await engine.containers()]
    assert order == sorted(order, reverse=True)
    with dockerd.client() as client:
        client.unpause("s-paused")
        client.stop("s-paused", timeout=1)


async def test_health_is_read(dockerd: PrivateDockerd, engine: DockerEngine, base: str) -> None:
    def check(word: str) -> dict[str, object]:
        return {"test": ["CMD", "/busybox", word], "interval": 10**9, "retries": 1}

    loop = ("sh", "-c", QUICK_TO_STOP)
    dockerd.run("h-good", base, *loop, healthcheck=check("true"))
    dockerd.run("h-bad", base, *loop, healthcheck=check("false"))
    assert (await called(engine, "h-good")).status in (Status.RUNNING, Status.UP)
    deadline = time.monotonic() + 20
    while (await called(engine, "h-bad")).health == "starting" and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    while (await called(engine, "h-good")).health == "starting" and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    good, bad = await called(engine, "h-good"), await called(engine, "h-bad")
    assert (good.health, good.status) == ("healthy", Status.UP)
    assert (bad.health, bad.status) == ("unhealthy", Status.FAILED)


async def test_stop_start_restart(
    dockerd: PrivateDockerd, engine: DockerEngine, base: str
) -> None:
    dockerd.run("acted-on", base, "sh", "-c", QUICK_TO_STOP)
    container = await called(engine, "acted-on")
    await engine.stop(container)
    assert (await called(engine, "acted-on")).status is Status.DOWN
    await engine.start(container)
    assert (await called(engine, "acted-on")).status is Status.UP
    with dockerd.client() as client:
        before = client.inspect_container(container.id)["State"]["StartedAt"]
    await engine.restart(container)
    with dockerd.client() as client:
        after = client.inspect_container(container.id)["State"]
    assert after["Running"]
    assert after["StartedAt"] > before


async def test_a_container_somebody_else_removed_is_gone(
    dockerd: PrivateDockerd, engine: DockerEngine, base: str
) -> None:
    dockerd.run("short-lived", base, "true")
    container = await called(engine, "short-lived")
    with dockerd.client() as client:
        client.remove_container(container.id, force=True)
    for act in (engine.start, engine.stop, engine.restart):
        with pytest.raises(OpstuiError, match="container short-lived is gone"):
            await act(container)
    with pytest.raises(OpstuiError, match="container short-lived is gone"):
        async for _ in engine.logs(container, Window(10)):
            pass


@pytest.mark.parametrize("tty", [False, True])
async def test_a_log_is_followed_to_its_end(
    dockerd: PrivateDockerd, engine: DockerEngine, base: str, tty: bool
) -> None:
    name = f"talks-{tty}"
    script = "for i in 1 2 3 4; do echo out $i; echo err $i >&2; /busybox sleep 0.1; done; exit 0"
    dockerd.run(name, base, "sh", "-c", script, tty=tty)
    said = [one async for some in engine.logs(await called(engine, name), Window(100))
            for one in some]
    lines = [one.text.decode().strip() for one in said]
    assert [one.stamp for one in said] == sorted(one.stamp for one in said)
    errors = [one.text.strip() for one in said if one.error]
    assert errors == ([] if tty else [b"err %d" % n for n in range(1, 5)])
    assert sorted(lines) == sorted(f"{way} {n}" for way in ("out", "err") for n in range(1, 5))
    assert [line for line in lines if line.startswith("out")] == [f"out {n}" for n in range(1, 5)]


async def test_only_the_tail_is_read(
    dockerd: PrivateDockerd, engine: DockerEngine, base: str
) -> None:
    dockerd.run("long", base, "sh", "-c", "/busybox seq 1 3000")
    with dockerd.client() as client:
        client.wait("long")
    container = await called(engine, "long")
    said = [one async for some in engine.logs(container, Window(500)) for one in some]
    assert [one.text for one in said] == [b"%d\n" % n for n in range(2501, 3001)]
    since = Window(since=said[-10].stamp.decode())
    late = [one async for some in engine.logs(container, since) for one in some]
    assert late[-10:] == said[-10:]
    assert len(late) < 3000


async def test_a_log_that_is_left_leaves_no_thread(
    dockerd: PrivateDockerd, engine: DockerEngine, base: str
) -> None:
    dockerd.run("chatty", base, "sh", "-c", "while true; do echo x; /busybox sleep 0.01; done")
    container = await called(engine, "chatty")
    seen: list[list[Said]] = []

    async def read() -> None:
        async for lines in engine.logs(container, Window(5)):
            seen.append(lines)  # noqa: PERF401  it is looked at while it grows

    reader = asyncio.create_task(read())
    await until(lambda: len(seen) > 3)
    assert docker_threads() == ["docker stream"]
    reader.cancel()
    started = time.monotonic()
    await asyncio.gather(reader, return_exceptions=True)
    await until(lambda: not docker_threads(), 2)
    assert time.monotonic() - started < 3  # not when the container ends
    with dockerd.client() as client:
        client.kill("chatty")


async def test_a_flood_is_slowed_not_kept(
    dockerd: PrivateDockerd, engine: DockerEngine, base: str
) -> None:
    """A reader that stops reading holds a bounded number of chunks."""
    dockerd.run("floods", base, "yes", "a line of a log that never ends")
    container = await called(engine, "floods")
    output = engine.logs(container, Window(5))
    async for _ in output:
        break
    await asyncio.sleep(1)
    first = await anext(output)
    assert sum(len(one.text) for one in first) < 64 << 20
    await output.aclose()  # type: ignore[attr-defined]
    with dockerd.client() as client:
        client.kill("floods")
        client.remove_container("floods", force=True)
