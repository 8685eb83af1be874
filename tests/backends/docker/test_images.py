"""Images of a real engine: listed whole, named, removed only when nobody is hurt."""

from __future__ import annotations

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.domain.errors import OpstuiError
from opstui.domain.image import REVISION_LABEL, Image
from tests.servers.dockerd import PrivateDockerd, load_many

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

COMMIT = "4f2c1e9aa0b1c2d3e4f5060718293a4b5c6d7e8f"


async def named(engine: DockerEngine, name: str) -> Image:
    return next(one for one in await engine.images() if name in one.tags)


async def test_an_image_comes_with_all_its_names_and_its_commit(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    key = dockerd.image("all/names:1.0", labels={REVISION_LABEL: COMMIT, "a": "b c"}, text="names")
    with dockerd.client() as client:
        client.tag(key, "all/names", "latest")
        client.tag(key, "registry.example:5000/other", "x")
    image = await named(engine, "all/names:1.0")
    assert image.id == key
    assert image.tags == ("all/names:1.0", "all/names:latest", "registry.example:5000/other:x")
    assert image.revision == COMMIT
    assert ("a", "b c") in image.labels
    assert image.size > 1_000_000
    assert image.created is not None
    assert image.digests == ()
    assert image.used_by == ()


async def test_hundreds_of_images_cost_two_requests(
    dockerd: PrivateDockerd, engine: DockerEngine, calls: RecentCalls
) -> None:
    with dockerd.client() as client:
        load_many(client, "many", 210)
    await engine.where()
    before = len(calls.calls())
    images = await engine.images()
    asked = [call.summary for call in calls.calls()[before:]]
    assert len([one for one in images if one.name.startswith("many:")]) == 210
    assert len(asked) == 2
    assert "/images/json" in asked[0]
    assert "/containers/json" in asked[1]


async def test_a_dangling_image_is_listed_without_a_name(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    first = dockerd.image("moves:1", text="first")
    dockerd.image("moves:1", text="second")
    dangling = next(one for one in await engine.images() if one.id == first)
    assert dangling.tags == ()
    assert dangling.name == dangling.short_id
    removed = await engine.remove_image(dangling)
    assert any(first in line for line in removed)


async def test_an_image_in_use_says_who_uses_it_and_stays(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    dockerd.image("used:1", text="used")
    dockerd.run("user-of-used", "used:1", "true")
    image = await named(engine, "used:1")
    assert image.used_by == ("user-of-used",)
    with pytest.raises(OpstuiError, match=r"used:1 is used by user-of-used .*remove the cont"):
        await engine.remove_image(image)
    assert await named(engine, "used:1")


async def test_removing_takes_every_name_at_once(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    key = dockerd.image("two/names:1", text="two")
    with dockerd.client() as client:
        client.tag(key, "elsewhere/names", "2")
    removed = await engine.remove_image(await named(engine, "two/names:1"))
    assert "untagged two/names:1" in removed
    assert "untagged elsewhere/names:2" in removed
    assert key not in [one.id for one in await engine.images()]


async def test_a_name_that_came_since_is_not_removed_unasked(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    dockerd.image("grows:1", text="grows")
    seen = await named(engine, "grows:1")
    await engine.tag(seen, "grows:prod")
    with pytest.raises(OpstuiError, match="also called grows:prod by now"):
        await engine.remove_image(seen)
    assert (await named(engine, "grows:prod")).id == seen.id


async def test_an_image_somebody_else_removed_is_gone(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    dockerd.image("brief:1", text="brief")
    image = await named(engine, "brief:1")
    with dockerd.client() as client:
        client.remove_image(image.id)
    for act in (engine.remove_image(image), engine.tag(image, "brief:2"), engine.layers(image)):
        with pytest.raises(OpstuiError, match="brief:1 is gone"):
            await act


async def test_a_tag_is_added_and_a_wrong_one_never_reaches_the_engine(
    dockerd: PrivateDockerd, engine: DockerEngine, calls: RecentCalls
) -> None:
    dockerd.image("tagged:1", text="tagged")
    image = await named(engine, "tagged:1")
    await engine.tag(image, "registry.example:5000/team/tagged:1.4.0-rc1")
    assert "registry.example:5000/team/tagged:1.4.0-rc1" in (await named(engine, "tagged:1")).tags
    asked = len(calls.calls())
    wrong_names = (
        "", "no-tag", "Upper:1", "a:b:c", "a b:1", "a:", ":1", "a@sha256:00",
        "a:" + 129 * "x",
    )
    for wrong in wrong_names:
        with pytest.raises(OpstuiError, match="is not a name for an image"):
            await engine.tag(image, wrong)
    assert len(calls.calls()) == asked


async def test_layers_and_json_are_the_engines(
    dockerd: PrivateDockerd, engine: DockerEngine
) -> None:
    dockerd.image("layered:1", text="layered")
    image = await named(engine, "layered:1")
    layers = await engine.layers(image)
    assert sum(layer.size for layer in layers) == image.size
    assert '"RepoTags": [\n    "layered:1"\n  ]' in await engine.inspect(image.id)


async def test_every_call_can_be_pasted(
    dockerd: PrivateDockerd, engine: DockerEngine, calls: RecentCalls
) -> None:
    import json
    import subprocess

    dockerd.image("pasted:1", text="pasted")
    await engine.images()
    command = next(call.command for call in calls.calls() if "/images/json" in call.command)
    printed = subprocess.run(command, shell=True, capture_output=True, check=True).stdout
    assert any("pasted:1" in (one["RepoTags"] or ()) for one in json.loads(printed))
