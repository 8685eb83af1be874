"""Pruning a real engine that is full of images: what goes is exactly what was said before."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.pruning import DockerPruning
from opstui.backends.journal import FileJournal
from opstui.domain.branch import Branch
from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL
from opstui.domain.prune import Ended, PrunePlan, Removal, Why, prune_plan
from opstui.operations.pruning import carry_out, know
from opstui.operations.world import World
from tests.fakes.registry import FakeRegistry, FakeTracking
from tests.fakes.world import FakeGit, FakeLocal, fake_world
from tests.servers.dockerd import PrivateDockerd, built, import_image, private_dockerd

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

COUNT = int(os.environ.get("OPSTUI_TEST_IMAGES", "120"))
"""Images of the full engine; 500 is what the page was tried with by hand."""
SHA = "4f2c1e9aa0b1c2d3e4f5060718293a4b5c6d7e8f"
HEAD = "a" * 40


class Git(FakeGit):
    async def branches(self) -> tuple[Branch, ...]:
        from tests.fakes.registry import NOW

        return (Branch("refs/heads/main", "main", HEAD, NOW),)


@pytest.fixture
def own() -> Iterator[PrivateDockerd]:
    """An engine for one test: whatever is on it may be pruned."""
    with private_dockerd() as engine:
        yield engine


@pytest.fixture
async def engine(own: PrivateDockerd) -> AsyncIterator[DockerEngine]:
    engine = DockerEngine(RecentCalls(), host=own.url)
    yield engine
    await engine.close()


def world_on(engine: DockerEngine, tmp_path: Path) -> World:
    """churn v7 is champion and v5 the one before; both were trained from commits."""
    tracking, registry = FakeTracking(), FakeRegistry()
    for version in ("5", "7", "9"):
        registry.add("churn", version)
    registry.aliases["churn"] = {"champion": "7", "previous_champion": "5"}
    tracking.add("run7", auc=0.9)
    tracking.add("run5", auc=0.8)
    for run, tags in (
        ("run7", (("mlflow.source.git.commit", SHA),)),
        ("run5", (("mlflow.docker.image.uri", "trainer:5"),)),
    ):
        tracking.held[run] = replace(tracking.held[run], tags=tags)
    return replace(
        fake_world(tmp_path, registry, tracking=tracking, git=Git(), local=FakeLocal()),
        engine=cast(Any, engine), pruning=DockerPruning(engine.connection),
        journal=FileJournal(tmp_path / "journal.jsonl"),
    )


def tiny(number: int) -> bytes:
    """A layer of a few bytes, another one for every number."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        member = tarfile.TarInfo("note")
        member.size = len(f"{number:09}")
        archive.addfile(member, io.BytesIO(f"{number:09}".encode()))
    return layer.getvalue()


def seed(own: PrivateDockerd, count: int) -> None:
    """Images of which every tenth has no name; some are needed by somebody."""
    with own.client() as client:
        for number in range(count):
            name = f"seed/app{number % 7}:{number}" if number % 10 else "seed/nameless:1"
            repository, _, tag = name.rpartition(":")
            client.import_image_from_data(tiny(number), repository=repository, tag=tag)
        client.remove_image("seed/nameless:1", noprune=True)
        import_image(client, "churn-api:7", labels={REVISION_LABEL: SHA}, text="champion")
        import_image(client, "trainer:5", text="previous")
        import_image(client, "churn-api:main", labels={REVISION_LABEL: HEAD[:12]}, text="head")
        import_image(client, "web:1", text="web")
    own.run("web", "web:1", "true")


def there(own: PrivateDockerd) -> set[str]:
    with own.client() as client:
        return {str(one["Id"]) for one in client.images(all=True)}


async def planned(world: World) -> PrunePlan:
    images, known = await know(world)
    return prune_plan(images, known)


async def pruned(world: World, plan: PrunePlan) -> list[Removal]:
    told: list[Removal] = []
    await carry_out(world, plan, told.append, lambda: False)
    return told


async def test_a_full_engine_loses_exactly_what_was_said(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    seed(own, COUNT)
    before = there(own)
    world = world_on(engine, tmp_path)
    plan = await planned(world)
    assert {(one.image.name, one.why, one.reason) for one in plan.keep} == {
        ("churn-api:7", Why.MODEL, "churn v7 @champion"),
        ("trainer:5", Why.MODEL, "churn v5 @previous_champion"),
        ("churn-api:main", Why.BRANCH, "head of main"), ("web:1", Why.CONTAINER, "web"),
    }
    assert {why for why, _, _ in plan.totals()} == {Why.DANGLING, Why.UNUSED}
    assert len(plan.go) == len(before) - 4
    told: list[Removal] = []
    result = await carry_out(world, plan, told.append, lambda: False)
    said = {one.image.id for one in plan.go}
    assert there(own) == before - said
    assert [one.image.id for one in told] == [one.image.id for one in plan.go]
    assert result.count(Ended.REMOVED) == len(plan.go)
    assert result.still == ()
    assert result.freed is not None
    assert result.freed >= plan.bytes
    entries = await world.journal.entries()
    assert {id for id, _ in entries[-1].evidence} == said
    assert entries[0].result.startswith(f"done: {len(plan.go)} images removed, ")


async def test_what_changed_since_it_was_seen_is_skipped_and_said(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    for name in ("named", "used", "gone", "plain"):
        own.image(f"{name}:1", text=name)
    world = world_on(engine, tmp_path)
    plan = await planned(world)
    with own.client() as client:
        client.tag("named:1", "named", "prod")
        client.remove_image("gone:1")
    own.run("late", "used:1", "true")
    told = {one.image.name: one for one in await pruned(world, plan)}
    assert told["named:1"].ended is Ended.SKIPPED
    assert told["named:1"].note == "it is also called named:prod by now"
    assert told["used:1"].note == "it is used by late by now"
    assert told["gone:1"].ended is Ended.GONE
    assert told["plain:1"].ended is Ended.REMOVED
    left = {tag for one in await engine.images() for tag in one.tags}
    assert left == {"named:1", "named:prod", "used:1"}


async def test_an_image_with_many_names_goes_with_all_of_them(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    key = own.image("many:1", text="many")
    with own.client() as client:
        client.tag(key, "many", "2")
        client.tag(key, "elsewhere/many", "1")
    world = world_on(engine, tmp_path)
    assert [one.ended for one in await pruned(world, await planned(world))] == [Ended.REMOVED]
    assert there(own) == set()


async def test_what_was_built_on_another_image_goes_before_it(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    own.image("base:1", text="base")
    with own.client() as client:
        built(client, "child:1", "FROM base:1\nLABEL a=b\nLABEL c=d\n")
        built(client, "needed:1", "FROM base:1\nLABEL e=f\n")
    own.run("web", "needed:1", "true")
    world = world_on(engine, tmp_path)
    plan = await planned(world)
    assert [one.image.name for one in plan.go] == ["child:1"]
    assert [(one.image.name, one.reason) for one in plan.keep if one.why is Why.PARENT] == [
        ("base:1", "needed:1")
    ]
    with own.client() as client:
        client.remove_container("web", force=True)
    plan = await planned(world)
    assert [one.image.name for one in plan.go][-1] == "base:1"
    assert {one.ended for one in await pruned(world, plan)} == {Ended.REMOVED}
    assert there(own) == set()


async def test_stopping_ends_between_two_images_and_says_what_was_not_touched(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    for number in range(4):
        own.image(f"stop:{number}", text=f"stop {number}")
    world = world_on(engine, tmp_path)
    plan = await planned(world)
    told: list[Removal] = []
    result = await carry_out(world, plan, told.append, lambda: len(told) == 1)
    assert result.left == 3
    assert "stopped: 3 images not touched" in result.sentence()
    assert len(there(own)) == 3
    assert "stopped: 3 images" in (await world.journal.entries())[0].result


async def test_a_registry_that_does_not_answer_keeps_everything(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    own.image("app:1", text="app")
    world = world_on(engine, tmp_path)
    registry = cast(FakeRegistry, world.registry)

    async def away(token: str = "") -> Any:
        raise OpstuiError("the registry is away")

    registry.models = away  # type: ignore[method-assign]
    plan = await planned(world)
    assert plan.go == ()
    assert plan.keep[0].reason == "the model registry can't be read: the registry is away"


async def test_an_engine_that_dies_on_the_way_is_said_with_how_far_it_came(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    own.image("a:1", text="a")
    own.image("b:1", text="b")
    world = world_on(engine, tmp_path)
    plan = await planned(world)
    with pytest.raises(OpstuiError, match="after 1 of 2 images"):
        await carry_out(world, plan, lambda _: own.kill(), lambda: False)
    assert (await world.journal.entries())[0].result.startswith("failed: ")




async def test_images_of_another_engine_are_never_touched(
    own: PrivateDockerd, engine: DockerEngine, tmp_path: Path
) -> None:
    own.image("a:1", text="a")
    own.image("b:1", text="b")
    world = world_on(engine, tmp_path)
    plan = await planned(world)
    place = await engine.where()
    places = iter((place, place, "unix:///run/other.sock"))

    class Changed:
        async def where(self) -> str:
            return next(places)

    changed = replace(world, engine=cast(Any, Changed()))
    with pytest.raises(OpstuiError, match=r"another engine was chosen meanwhile, after 1 of 2"):
        await carry_out(changed, plan, lambda _: None, lambda: False)
    assert len(there(own)) == 1
