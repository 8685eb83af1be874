"""Pulling, pushing and tagging between a real engine and a real registry."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.pruning import DockerPruning
from opstui.backends.docker.registry import DockerRegistry
from opstui.backends.docker.transfers import DockerTransfers
from opstui.backends.journal import FileJournal
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.image_reference import reference
from opstui.domain.status import Status
from opstui.operations.engine_jobs import Job
from opstui.operations.transferring import Seen, name_digest, pull, push, seen
from opstui.operations.world import World
from tests.fakes.world import fake_world
from tests.servers.dockerd import PrivateDockerd, built
from tests.servers.registry import (
    PASSWORD,
    Middle,
    PrivateRegistry,
    basic,
    private_registry_with_password,
)

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture
async def world(dockerd: PrivateDockerd, tmp_path: Path) -> AsyncIterator[World]:
    calls = RecentCalls()
    engine = DockerEngine(calls, host=dockerd.url)
    hub = DockerRegistry(calls, {"HOME": str(tmp_path), "PATH": ""})
    yield replace(
        fake_world(tmp_path), engine=cast(Any, engine), image_registry=hub,
        pruning=DockerPruning(engine.connection), transfers=DockerTransfers(engine.connection),
        journal=FileJournal(tmp_path / "journal.jsonl"), calls=calls,
    )
    await hub.close()
    await engine.close()


def begin(world: World, verb: str, name: str) -> Job:
    return world.jobs.begin(verb, name, "", world.clock(), lambda: None)


async def image(world: World, name: str) -> Image:
    return next(one for one in await world.engine.images() if name in one.tags)


def noise(seed: str) -> str:
    """Text that does not compress much, so that a transfer takes long enough to be stopped."""
    return random.Random(seed).randbytes(600_000).hex()


async def pushed(world: World, dockerd: PrivateDockerd, name: str, text: str = "") -> str:
    dockerd.image(name, text=text or name)
    at = reference(name)
    await push(world, begin(world, "push", name), await image(world, name), at, Seen())
    return (await seen(world, at)).digest


async def stopped_while(
    held: Callable[[], bool], job: Job, work: asyncio.Task[str]
) -> str:
    """Stop the job once something waits in the middle; the sentence that it ends with."""
    async with asyncio.timeout(30):
        while not held():
            assert not work.done(), work
            await asyncio.sleep(0.01)
        job.stop()
        return await work


async def test_a_push_and_a_pull_by_digest_end_with_what_is_there(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    name = f"{registry.host}/round/trip:1"
    dockerd.image(name, text="round trip")
    job = begin(world, "push", name)
    told = await push(world, job, await image(world, name), reference(name), Seen())
    digest = registry.digest("round/trip", "1")
    assert told == f"{name} pushed: {digest[:19]}"
    assert job.facts.status is Status.PASSED
    assert {part.word for part in job.now().parts} == {"Pushed"}
    with dockerd.client() as client:
        client.remove_image(name, force=True)
    job = begin(world, "pull", name)
    at = reference(f"{registry.host}/round/trip@{digest}")
    told = await pull(world, job, at)
    here = next(one for one in await world.engine.images() if at.text in one.digests)
    assert told == f"{at.text} pulled: {here.short_id}"
    assert "Pull complete" in {part.word for part in job.now().parts}
    results = [entry.result for entry in await world.journal.entries() if entry.phase == "result"]
    assert results == [f"done: {told}", f"done: {name} pushed: {digest[:19]}"]


async def test_pulling_what_is_here_already_says_so(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    name = f"{registry.host}/here:1"
    await pushed(world, dockerd, name)
    told = await pull(world, begin(world, "pull", name), reference(name))
    assert "was here already" in told


async def test_a_pull_that_is_stopped_half_way_leaves_nothing_and_says_so(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    name = f"{registry.host}/half/pull:1"
    await pushed(world, dockerd, name, noise("pull"))
    with dockerd.client() as client:
        client.remove_image(name, force=True)
    with Middle(registry) as middle:
        middle.slow_from = 200_000
        slow = f"{middle.host}/half/pull:1"
        before = (await world.pruning.disk()).layers if world.pruning else 0
        job = begin(world, "pull", slow)
        work = asyncio.create_task(pull(world, job, reference(slow)))
        told = await stopped_while(middle.held.is_set, job, work)
    assert told == f"stopped: the engine has no {slow}; nothing of it is left there"
    assert job.facts.status is Status.CANCELLED
    assert slow not in {tag for one in await world.engine.images() for tag in one.tags}
    assert world.pruning is not None
    assert (await world.pruning.disk()).layers == before
    assert (await world.journal.entries())[0].result == told


async def test_a_layer_that_was_pulled_whole_goes_too_when_the_next_is_stopped(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    name = f"{registry.host}/two/layers:1"
    dockerd.image("two-layers-base:1", text="two layers")
    with dockerd.client() as client:
        built(client, name, "FROM two-layers-base:1\nCOPY big /\n",
              big="".join(noise(f"big {n}") for n in range(4)))
    await push(world, begin(world, "push", name), await image(world, name), reference(name), Seen())
    with dockerd.client() as client:
        client.remove_image(name, force=True)
        client.remove_image("two-layers-base:1", force=True)
    assert world.pruning is not None
    before = (await world.pruning.disk()).layers
    with Middle(registry) as middle:
        middle.slow_from = 1_500_000  # the first layer is smaller, the second is not
        slow = f"{middle.host}/two/layers:1"
        job = begin(world, "pull", slow)
        work = asyncio.create_task(pull(world, job, reference(slow)))
        told = await stopped_while(
            lambda: middle.held.is_set()
            and any(part.word == "Pull complete" for part in job.now().parts), job, work,
        )
    assert told == f"stopped: the engine has no {slow}; nothing of it is left there"
    assert (await world.pruning.disk()).layers == before
    assert list((dockerd.folder / "data" / "tmp").iterdir()) == []


async def test_a_push_that_is_stopped_half_way_gives_the_registry_no_tag_and_says_so(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    with Middle(registry) as middle:
        middle.slow_from = 100_000
        slow = f"{middle.host}/half/push:1"
        dockerd.image(slow, text=noise("push"))
        job = begin(world, "push", slow)
        work = asyncio.create_task(
            push(world, job, await image(world, slow), reference(slow), Seen())
        )
        told = await stopped_while(middle.held.is_set, job, work)
        assert told == (
            f"stopped: {middle.host} has no half/push:1; what was sent of a layer under way is "
            "under no name there, and goes when the registry cleans up"
        )
    assert registry.digest("half/push", "1") == ""


async def test_a_push_that_is_stopped_leaves_the_tag_as_it_was(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    old = await pushed(world, dockerd, f"{registry.host}/kept/push:1", "old")
    with Middle(registry) as middle:
        middle.slow_from = 100_000
        slow = f"{middle.host}/kept/push:1"
        dockerd.image(slow, text=noise("kept"))
        job = begin(world, "push", slow)
        before = await seen(world, reference(slow))
        assert before.digest == old
        work = asyncio.create_task(
            push(world, job, await image(world, slow), reference(slow), before)
        )
        told = await stopped_while(middle.held.is_set, job, work)
        assert told.startswith(f"stopped: {slow} still names {old[:19]}; ")
    assert registry.digest("kept/push", "1") == old


async def test_leaving_the_program_ends_the_transfer_too(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    name = f"{registry.host}/left:1"
    await pushed(world, dockerd, name, noise("left"))
    with dockerd.client() as client:
        client.remove_image(name, force=True)
    with Middle(registry) as middle:
        middle.slow_from = 200_000
        slow = f"{middle.host}/left:1"
        job = begin(world, "pull", slow)
        work = asyncio.create_task(pull(world, job, reference(slow)))
        async with asyncio.timeout(30):
            while not middle.held.is_set():
                await asyncio.sleep(0.01)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    assert job.facts.note == "given up: opstui was left"
    assert (await world.journal.entries())[0].result.startswith("interrupted: ")


async def test_a_push_that_somebody_else_overtook_is_not_made(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    name = f"{registry.host}/overtaken:1"
    await pushed(world, dockerd, name)
    with pytest.raises(OpstuiError, match="was pushed by somebody else meanwhile"):
        await push(world, begin(world, "push", name), await image(world, name),
                   reference(name), Seen())


async def test_what_the_engine_refuses_is_told_in_its_words_with_what_to_try(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    name = f"{registry.host}/nobody:1"
    job = begin(world, "pull", name)
    with pytest.raises(OpstuiError, match=r"nobody.*tags: T"):
        await pull(world, job, reference(name))
    assert job.facts.status is Status.FAILED


async def test_a_digest_gets_a_tag_and_one_that_moved_meanwhile_does_not(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry
) -> None:
    digest = await pushed(world, dockerd, f"{registry.host}/by/digest:candidate")
    at = reference(f"{registry.host}/by/digest:candidate").at(digest)
    told = await name_digest(world, at, "prod", "")
    assert told == f"{registry.host}/by/digest:prod names {digest[:19]}"
    assert registry.digest("by/digest", "prod") == digest
    with pytest.raises(OpstuiError, match="moved meanwhile"):
        await name_digest(world, at, "prod", "")
    entry = (await world.journal.entries())[0]
    assert (entry.what, entry.before, entry.after) == ("registry.tag", "", digest)


async def test_a_registry_on_the_machine_of_an_engine_elsewhere_is_not_taken_for_one_here(
    world: World, registry: PrivateRegistry
) -> None:
    class Elsewhere:
        async def where(self) -> str:
            return "ssh://ana@gpu7, context gpu"

    away = replace(world, engine=cast(Any, Elsewhere()))
    found = await seen(away, reference(f"{registry.host}/x:1"))
    assert "is on the engine's machine" in found.problem


async def test_the_engine_gets_the_login_for_a_closed_registry(
    world: World, dockerd: PrivateDockerd, tmp_path: Path
) -> None:
    with private_registry_with_password() as closed:
        name = f"{closed.host}/closed/app:1"
        dockerd.image(name, text="closed")
        with pytest.raises(OpstuiError, match=r"no basic auth credentials.*docker login"):
            await push(world, begin(world, "push", name), await image(world, name),
                       reference(name), await seen(world, reference(name)))
        folder = tmp_path / ".docker"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"auths": {closed.host: {"auth": basic()}}}))
        told = await push(world, begin(world, "push", name), await image(world, name),
                          reference(name), await seen(world, reference(name)))
        assert told.startswith(f"{name} pushed: sha256:")
        with dockerd.client() as client:
            client.remove_image(name, force=True)
        told = await pull(world, begin(world, "pull", name), reference(name))
        assert told.startswith(f"{name} pulled: ")
    written = (tmp_path / "journal.jsonl").read_text()
    assert basic() not in written
    assert PASSWORD not in written
    assert not [call for call in world.calls.calls() if PASSWORD in call.command
                or basic() in call.command]


async def test_the_engine_gets_in_by_a_token_with_the_same_login(
    world: World, dockerd: PrivateDockerd, registry: PrivateRegistry, tmp_path: Path
) -> None:
    with Middle(registry, token=True) as middle:
        folder = tmp_path / ".docker"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"auths": {middle.host: {"auth": basic()}}}))
        name = f"{middle.host}/by/token:1"
        dockerd.image(name, text="by token")
        told = await push(world, begin(world, "push", name), await image(world, name),
                          reference(name), await seen(world, reference(name)))
        assert told.startswith(f"{name} pushed: sha256:")
    assert registry.digest("by/token", "1")
