"""A look inside real containers: named variables, the start, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.environments import Environments
from opstui.domain.image import Container
from opstui.domain.served import ServedNames
from opstui.operations.serving import read_served
from tests.panes.docker_bench import world
from tests.servers.dockerd import PrivateDockerd

NAMES = ServedNames()


async def named(engine: DockerEngine, *names: str) -> tuple[Container, ...]:
    return tuple(one for one in await engine.containers() if one.name in names)


async def test_only_the_address_of_a_model_leaves_the_engine(dockerd: PrivateDockerd) -> None:
    dockerd.image("inside-base:1", text="inside")
    dockerd.run("inside-a", "inside-base:1", "sleep", "600", environment={
        "MODEL_URI": "models:/churn/9", "MODEL": "hunter2", "PASSWORD": "hunter3",
    })
    calls = RecentCalls()
    engine = DockerEngine(calls, host=dockerd.url)
    inside = Environments(engine.connection)
    found = await inside.within(await named(engine, "inside-a"), NAMES)
    (one,) = found.values()
    assert one.environment == {"MODEL_URI": "models:/churn/9"}
    assert one.started is not None and one.started.tzinfo is not None
    assert "hunter" not in repr(vars(inside)) + repr(calls.calls())
    await engine.close()


async def test_a_container_is_asked_for_once_and_again_after_a_restart(
    dockerd: PrivateDockerd,
) -> None:
    dockerd.image("inside-base:1", text="inside")
    dockerd.run("inside-c", "inside-base:1", "sleep", "600", environment={"MODEL": "models:/m/1"})
    calls = RecentCalls()
    engine = DockerEngine(calls, host=dockerd.url)
    inside = Environments(engine.connection)

    def looks() -> int:
        return sum("/containers/" in one.summary and one.summary.endswith("/json → 200")
                   and "all=1" not in one.summary for one in calls.calls())

    box = (await named(engine, "inside-c"))[0]
    first = (await inside.within([box], NAMES))[box.id]
    before = looks()
    assert (await inside.within([box], NAMES))[box.id] is first
    assert looks() == before
    await engine.restart(box)
    again = (await named(engine, "inside-c"))[0]
    if again.note == box.note:  # both say `Up Less than a second`
        again = replace(again, note="Up 1 second")
    second = (await inside.within([again], NAMES))[box.id]
    assert first.started is not None and second.started is not None
    assert second.started > first.started
    await engine.close()


async def test_a_service_that_fell_still_says_what_it_served(dockerd: PrivateDockerd) -> None:
    dockerd.image("inside-base:1", text="inside")
    key = dockerd.run("inside-f", "inside-base:1", "sleep", "600",
                      environment={"MODEL": "models:/m/1"})
    with dockerd.client() as client:
        client.kill(key)
        client.wait(key)
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    listed = await named(engine, "inside-f")
    assert listed[0].state == "exited"
    found = await Environments(engine.connection).within(listed, NAMES)
    assert found[key].environment == {"MODEL": "models:/m/1"}
    assert found[key].image == "inside-base:1"
    await engine.close()


async def test_containers_that_are_gone_are_left_out(dockerd: PrivateDockerd) -> None:
    dockerd.image("inside-base:1", text="inside")
    key = dockerd.run("inside-d", "inside-base:1", "sleep", "600")
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    listed = await named(engine, "inside-d")
    with dockerd.client() as client:
        client.remove_container(key, force=True)
    assert await Environments(engine.connection).within(listed, NAMES) == {}
    await engine.close()


async def test_what_was_known_stays_while_the_engine_is_away(
    dockerd: PrivateDockerd, tmp_path: Path
) -> None:
    dockerd.image("inside-base:1", text="inside")
    dockerd.run("inside-e", "inside-base:1", "sleep", "600", environment={"MODEL": "models:/m/1"})
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    here = world(engine, tmp_path)
    object.__setattr__(here, "inside", Environments(engine.connection))
    listed = await named(engine, "inside-e")
    (known,) = await read_served(here, listed)
    assert (known.version_key, known.name) == ("m/1", "inside-e")
    away = DockerEngine(RecentCalls(), host=f"unix://{tmp_path}/nothing.sock")
    object.__setattr__(here, "inside", Environments(away.connection))
    assert await read_served(here, listed) == (known,)
    assert await read_served(here, ()) == ()
    await engine.close()
