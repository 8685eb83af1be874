"""The event stream: one word per burst, through restarts, without a busy loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.domain.errors import OpstuiError
from tests.backends.docker.conftest import docker_threads, until
from tests.servers.dockerd import PrivateDockerd, private_dockerd

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


class Listener:
    """Counts what `changes` says."""

    def __init__(self, engine: DockerEngine) -> None:
        self.heard = 0
        self._task = asyncio.create_task(self._listen(engine.changes()))

    async def _listen(self, changes: AsyncIterator[None]) -> None:
        async for _ in changes:
            self.heard += 1

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
def own() -> Iterator[PrivateDockerd]:
    """An engine that may be killed."""
    with private_dockerd() as engine:
        yield engine


async def test_a_burst_is_one_change_and_leaving_ends_the_thread(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    key = dockerd.image("burst:1", text="burst")
    with dockerd.client() as client:
        for number in range(8):
            client.tag(key, "burst", f"n{number}")
    listener = Listener(engine)
    await until(lambda: listener.heard)
    at_first = listener.heard
    with dockerd.client() as client:
        client.remove_image(key, force=True)  # nine names go, and the image: ten events
    await until(lambda: listener.heard > at_first)
    await asyncio.sleep(0.5)  # whatever else would come
    assert listener.heard - at_first <= 2
    assert docker_threads() == ["docker stream"]
    await listener.leave()
    await until(lambda: not docker_threads(), 2)


async def test_health_checks_do_not_cause_reloads(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    dockerd.image("checked:1", text="checked")
    dockerd.run("checked", "checked:1", "sleep", "60")
    listener = Listener(engine)
    await until(lambda: listener.heard)
    at_first = listener.heard
    with dockerd.client() as client:
        for _ in range(3):
            client.exec_start(client.exec_create("checked", ["/busybox", "true"])["Id"])
    await asyncio.sleep(0.6)
    assert listener.heard == at_first
    with dockerd.client() as client:
        client.kill("checked")
    await until(lambda: listener.heard > at_first)
    await listener.leave()


async def test_the_engines_crash_and_return_are_survived(
    own: PrivateDockerd, calls: RecentCalls
) -> None:
    engine = DockerEngine(calls, host=own.url)
    listener = Listener(engine)
    await until(lambda: listener.heard)
    assert await engine.images() == ()
    at_first = listener.heard
    own.kill()
    await until(lambda: listener.heard > at_first)
    with pytest.raises(OpstuiError, match="nothing listens there"):
        await engine.images()
    at_loss = listener.heard
    own.start()
    await until(lambda: listener.heard > at_loss)
    own.image("after:1")
    await until(lambda: listener.heard > at_loss + 1)
    assert [image.name for image in await engine.images()] == ["after:1"]
    await listener.leave()
    await engine.close()


async def test_a_missing_engine_is_looked_for_without_hurry(
    tmp_path: object, calls: RecentCalls
) -> None:
    engine = DockerEngine(calls, host="unix:///nowhere/at/all")
    listener = Listener(engine)
    await asyncio.sleep(1.2)
    assert listener.heard == 0
    assert len(calls.calls()) <= 4
    await listener.leave()


async def test_a_hung_engine_costs_a_sentence_not_the_screen(
    own: PrivateDockerd, calls: RecentCalls
) -> None:
    engine = DockerEngine(calls, host=own.url, seconds=1)
    assert await engine.images() == ()
    own.freeze()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.02)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(OpstuiError, match="the engine did not answer within 1 s"):
        await engine.images()
    assert ticks > 5  # the loop was free meanwhile
    waiting = asyncio.create_task(engine.containers())
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 0.5)
    ticking.cancel()
    own.thaw()
    assert await engine.containers() == ()
    await engine.close()


async def test_a_hung_engine_does_not_hold_up_the_end_of_the_process(
    own: PrivateDockerd,
) -> None:
    import subprocess
    import sys

    own.freeze()
    code = """
import asyncio, contextlib, sys
from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
async def main():
    engine = DockerEngine(RecentCalls(), host=sys.argv[1], seconds=60)
    async def listen():
        async for _ in engine.changes():
            pass
    listening = asyncio.create_task(listen())
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(engine.images(), 0.5)
    listening.cancel()
asyncio.run(main())
print("left")
"""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code, own.url], capture_output=True, text=True,
        timeout=20,
    )
    assert done.stdout == "left\n"
    assert done.stderr == ""


async def test_an_act_without_an_answer_is_called_unknown(
    own: PrivateDockerd, calls: RecentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop is sent; the engine hangs before it answers."""
    monkeypatch.setattr("opstui.backends.docker.client.ACT_SECONDS", 0.1)
    own.image("slow:1")
    loop = "trap '' TERM; while true; do /busybox sleep 1; done"
    own.run("slow", "slow:1", "sh", "-c", loop, stop_timeout=2)
    engine = DockerEngine(calls, host=own.url, seconds=1)
    container = (await engine.containers())[0]
    stopping = asyncio.create_task(engine.stop(container))
    await until(lambda: any("/json" in call.summary and container.id in call.summary
                            for call in calls.calls()))
    await asyncio.sleep(0.3)
    own.freeze()
    with pytest.raises(OpstuiError, match="took too long to stop slow: whether it did is unknown"):
        await stopping
    own.thaw()
    await engine.close()
