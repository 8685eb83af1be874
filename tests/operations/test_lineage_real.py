"""A chain made by really committing, running CI, building, training, registering and serving."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opstui.domain.image import REVISION_LABEL
from opstui.domain.lineage import STEPS, Chain, Ref, Shipped, State
from opstui.domain.lineage_export import as_json, as_text
from opstui.operations.lineage import trace
from opstui.operations.lineage_find import find
from opstui.operations.world import World
from tests.operations.lineage_bench import Thread, flaws, only
from tests.servers.dockerd import PrivateDockerd
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = [pytest.mark.docker, pytest.mark.mlflow]


@pytest.fixture
def thread(
    tmp_path: Path, dockerd: PrivateDockerd, mlflow_server: MlflowServer, judge: Judge
) -> Thread:
    folder = tmp_path / "churn"
    folder.mkdir()
    return Thread(folder, dockerd, mlflow_server, judge)


@pytest.fixture
async def world(thread: Thread) -> AsyncIterator[World]:
    thread.commit("Begin")
    async with thread.open() as front:
        yield front.world


async def test_the_chain_is_whole_from_each_of_its_ends(thread: Thread, world: World) -> None:
    await thread.whole(world)
    proofs = set()
    for step in STEPS:
        found = await thread.chain(world, step)
        assert [link.ref for link in found.links] == [thread.refs[one] for one in STEPS], (
            step, *as_text(found, world.clock()))
        assert found.whole
        assert not [flaw for link in found.links for flaw in link.flaws], step
        proofs |= {link.proof for link in found.links}
        assert "hunter2" not in as_json(found)
    assert proofs >= {
        "tag mlflow.source.git.commit", "tag opstui.ci_run", "tag mlflow.docker.image.id",
        "run_id of the version", "environment MODEL_URI", f"label {REVISION_LABEL}",
        "the image id of the container", "the run's commit on local",
    }
    assert "hunter2" not in repr(world.calls.calls())


async def test_every_name_on_a_command_line_leads_to_the_same_chain(
    thread: Thread, world: World
) -> None:
    await thread.whole(world)
    await asyncio.to_thread(lambda: thread.judge(
        "client.set_registered_model_alias(model, 'champion', '1')", model=thread.name))
    box = (await world.engine.containers())
    name = next(one.name for one in box if one.id == thread.refs["containers"].key)
    for kind, called in (
        ("commit", "HEAD"), ("ci", "#1"), ("image", f"{thread.name}:1"),
        ("run", thread.refs["runs"].key), ("version", f"{thread.name}/1"),
        ("version", f"{thread.name}@champion"), ("model", thread.name), ("container", name),
    ):
        of, nouns = await find(world, kind, called)
        found = await trace(world, of, nouns, seconds=60)
        assert {link.ref for link in found.links} == set(thread.refs.values()), called
    told = json.loads(as_json(found))
    assert told["whole"] and told["format"] == "opstui.lineage/1"


async def test_no_commit_recorded(thread: Thread, world: World) -> None:
    await thread.train()
    found = await thread.chain(world, "versions")
    (flaw,) = flaws(found, "commits")
    assert flaw.reason == "run nimble-fox recorded no commit"
    assert only(found.at("commits")).state is State.BROKEN
    thread.image("bare")
    (flaw,) = flaws(await thread.chain(world, "images"), "commits")
    assert flaw.reason == f"no label of {thread.name}:bare tells its commit"


async def test_a_commit_that_is_not_in_this_clone(thread: Thread, world: World) -> None:
    sha = uuid.uuid4().hex + "00112233"
    await thread.train(**{"mlflow.source.git.commit": sha})
    found = await thread.chain(world, "versions")
    (flaw,) = flaws(found, "commits")
    assert flaw.reason == f"{sha[:7]} is not in this clone"
    assert flaw.mend == f"git fetch origin {sha}"
    assert only(found.at("commits")).ref == Ref("commits", sha)


async def test_built_trained_and_tested_on_uncommitted_changes(
    thread: Thread, world: World
) -> None:
    sha = thread.git("rev-parse", "HEAD")
    thread.image("dirty", **{REVISION_LABEL: f"{sha}-dirty"})
    found = await thread.chain(world, "images")
    assert [flaw.reason for flaw in flaws(found, "images")] == [
        "built from a work tree with uncommitted changes"]
    assert only(found.at("commits")).ref == Ref("commits", sha)
    await thread.train(**{"mlflow.source.git.commit": sha, "mlflow.source.git.dirty": "true"})
    assert [flaw.reason for flaw in flaws(await thread.chain(world, "runs"), "runs")] == [
        "trained from a work tree with uncommitted changes"]


async def test_a_tag_that_moved_under_a_container(thread: Thread, world: World) -> None:
    sha = thread.git("rev-parse", "HEAD")
    old = thread.image(**{REVISION_LABEL: sha})
    thread.serve()
    new = thread.image(**{REVISION_LABEL: sha})
    found = await thread.chain(world, "containers")
    assert [flaw.reason for flaw in flaws(found, "containers")] == [
        f"tag moved: {thread.name}:1 is {new[7:19]} now, it runs {old[7:19]}",
        f"{_name(found)} does not say which model it serves",
    ]
    assert only(found.at("images")).ref == Ref("images", old)


async def test_an_image_that_is_gone_while_its_container_stays(
    thread: Thread, world: World
) -> None:
    key = thread.image()
    box = thread.serve()
    with thread.engine.client() as client:
        client.kill(box)
        client.wait(box)
        client.remove_image(key, force=True)
    (flaw,) = flaws(await thread.chain(world, "containers"), "images")
    assert flaw.reason == f"image {key[7:19]} is gone from this engine"


async def test_a_run_that_was_deleted(thread: Thread, world: World) -> None:
    run, _ = await thread.train()
    await asyncio.to_thread(lambda: thread.judge("client.delete_run(run)", run=run))
    found = await thread.chain(world, "versions")
    (flaw,) = flaws(found, "runs")
    assert flaw.reason == f"training {run[:12]} was deleted"
    assert flaw.mend == f"mlflow runs restore --run-id {run}"
    assert only(found.at("commits")).state is State.UNKNOWN, "nobody can know it now"


async def test_a_version_of_no_run(thread: Thread, world: World) -> None:
    await asyncio.to_thread(lambda: thread.judge(
        "client.create_registered_model(model); client.create_model_version(model, 's3://b/m')",
        model=thread.name))
    thread.refs["versions"] = Ref("versions", f"{thread.name}/1")
    (flaw,) = flaws(await thread.chain(world, "versions"), "runs")
    assert flaw.reason == "v1 names no run"


async def test_an_alias_that_names_no_version(thread: Thread, world: World) -> None:
    await thread.train()
    thread.image()
    thread.serve(f"models:/{thread.name}@staging")
    found = await thread.chain(world, "containers")
    (flaw,) = flaws(found, "versions")
    assert flaw.reason == f"alias staging of {thread.name} names no version"
    await asyncio.to_thread(lambda: thread.judge(
        "client.set_registered_model_alias(model, 'staging', '1')", model=thread.name))
    found = await thread.chain(world, "containers")
    link = only(found.at("versions"))
    assert (link.ref, link.state) == (thread.refs["versions"], State.INFERRED)


async def test_a_container_of_a_version_that_does_not_exist(thread: Thread, world: World) -> None:
    await thread.train()
    thread.image()
    thread.serve(f"models:/{thread.name}/7")
    (flaw,) = flaws(await thread.chain(world, "containers"), "versions")
    assert flaw.reason == f"version {thread.name} v7 does not exist"


async def test_nothing_was_made_of_a_commit(thread: Thread, world: World) -> None:
    found = await thread.chain(world, "commits")
    states = {link.step: link.state for link in found.links}
    assert states["ci"] is states["images"] is states["runs"] is State.BROKEN
    assert [flaw.reason for flaw in flaws(found, "runs")] == [
        f"no training run recorded {thread.refs['commits'].key[:7]}"]


async def test_a_dead_system_makes_its_links_unknown_and_holds_up_nobody(thread: Thread) -> None:
    thread.commit("Begin")
    async with thread.open() as front:
        await thread.whole(front.world)
    async with thread.open(docker=f"unix://{thread.folder}/nothing.sock") as front:
        found = await thread.chain(front.world, "versions")
    states = {link.step: link.state for link in found.links}
    assert states["images"] is states["containers"] is State.UNKNOWN
    assert "no container engine" in flaws(found, "containers")[0].reason
    assert [found.at(step)[0].ref for step in ("commits", "ci", "runs", "versions")] == [
        thread.refs[step] for step in ("commits", "ci", "runs", "versions")]
    async with thread.open(mlflow="http://127.0.0.1:1") as front:
        found = await thread.chain(front.world, "commits")
    states = {link.step: link.state for link in found.links}
    assert states["runs"] is State.UNKNOWN
    assert states["ci"] is states["images"] is states["containers"] is State.PROVED



def _name(chain: Chain) -> str:
    noun = chain.at("containers")[0].noun
    assert isinstance(noun, Shipped)
    return noun.container.name
