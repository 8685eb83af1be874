"""Looking into images of a real engine through the panes: layers, files, differences, config."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.image_files import DockerContents
from opstui.backends.image_cache import ImageCache
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.operations.image_inside import Inside
from opstui.operations.world import World
from opstui.panes.image_difference import DifferenceView
from opstui.panes.image_files import FilesView
from opstui.panes.image_inside import ImageInside
from opstui.panes.image_layers import LayersView
from opstui.panes.image_waste import WasteView
from opstui.panes.images import ImagesView
from tests.backends.docker.image_bench import LINES, build
from tests.desk import ScriptedDesk
from tests.panes.docker_bench import row, why_not, world
from tests.panes.mlflow_bench import repository, shown
from tests.servers.dockerd import PrivateDockerd

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
MORE = """FROM pane-inside:1
USER 0
COPY other /more/new.bin
RUN ["/bin/busybox", "rm", "/data/a.bin"]
ENV A=2
EXPOSE 8080
"""


@pytest.fixture
async def live(dockerd: PrivateDockerd, tmp_path: Path) -> AsyncIterator[World]:
    repository(tmp_path)
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    contents = DockerContents(engine.connection, ImageCache(tmp_path / "cache"))
    yield replace(world(engine, tmp_path), contents=contents)
    await engine.close()


@pytest.fixture
async def image(dockerd: PrivateDockerd, live: World) -> Image:
    with dockerd.client() as client:
        build(client, "pane-inside:1")
    return next(one for one in await live.engine.images() if "pane-inside:1" in one.tags)


async def test_layers_say_what_they_did_once_the_image_was_read(live: World, image: Image) -> None:
    view = ImagesView(live).child(image)
    assert isinstance(view, LayersView)
    lines = (await view.load()).items
    assert len(lines) == LINES
    assert lines[-1].total == sum(one.size for one in lines) == image.size
    assert "enter reads the files" in await shown(view.details(lines[0])[0])
    files = view.child(lines[1])
    assert isinstance(files, FilesView)
    nodes = files.unfolded((await files.load()).items)
    assert [(one.path, one.mark.word) for one in nodes] == [
        ("data", "added"), ("data/sub", "added"), ("data/sub/deep", "added"),
        ("data/sub/deep/d.txt", "added"), ("data/sub/c.bin", "added"), ("data/a.bin", "added"),
        ("data/b.bin", "added"),
    ]
    story = await shown(files.details(nodes[5])[0])
    assert "layer 5" in story and "layer 9" in story
    lines = (await view.load()).items
    assert " +4 " in row(view, lines[1], 120)
    assert "600 kB" in row(view, lines[1], 120)
    text = await shown(view.details(lines[7])[0])
    assert "Removed" in text and "data/b.bin" in text
    assert "it has no files" in await shown(view.details(lines[-1])[0])
    nothing = view.child(lines[-1])
    assert isinstance(nothing, FilesView)
    assert (await nothing.load()).items == ()


async def test_waste_tells_who_brought_and_who_hid_it(live: World, image: Image) -> None:
    view = WasteView(live, Inside(live.contents, image))
    found = (await view.load()).items
    assert [(one.waste.path, one.made, one.hid) for one in found] == [
        ("data/a.bin", 2, 5), ("data/a.bin", 5, 9), ("data/b.bin", 2, 8),
        ("data/sub/c.bin", 2, 7), ("data/sub/deep/d.txt", 2, 7),
    ]
    text = await shown(view.details(found[2])[0])
    assert "removed by" in text
    assert "can be seen in the end" in text


async def test_two_images_differ_by_layer_file_package_and_how_they_run(
    dockerd: PrivateDockerd, live: World, image: Image
) -> None:
    with dockerd.client() as client:
        build(client, "pane-inside:2", MORE)
    later = next(one for one in await live.engine.images() if "pane-inside:2" in one.tags)
    view = DifferenceView(live, later, image)
    rows = (await view.load()).items
    told = {(one.section, one.name): one for one in rows}
    assert rows[0].name.startswith(
        f"pane-inside:2 is 300 kB larger than {image.name}, mostly because of layer {LINES + 2}: "
        "COPY file:")
    assert told["file", "more/new.bin"].mark.word == "added"
    assert told["file", "data/a.bin"].mark.word == "removed"
    assert (told["environment", "A"].this, told["environment", "A"].other) == ("2", "1")
    assert told["config", "ports"].this == "8080/tcp"
    assert not [one for one in rows if one.section in ("package", "label")]
    text = await shown(view.details(rows[0])[0])
    assert f"the first {LINES} lines of their histories" in text


async def test_the_config_tab_and_the_tree_have_no_secrets(live: World, image: Image) -> None:
    view = ImagesView(live)
    _, config, _, inspected = view.details(image)
    text = await shown(config)
    for fact in ("/bin/busybox sleep 60", "1000:1000", "DB_PASSWORD  ***", "/bin/busybox true",
                 "every 30s", "api-token  ***", "kind       demo"):
        assert fact in text
    everything = text + await shown(inspected) + await shown(view.details(image)[0])
    assert "hunter2" not in everything
    assert "s3cret" not in everything
    desk = ScriptedDesk()
    await ImageInside(view).inspect(image, desk)
    tree = desk.documents[0][1].tree
    assert tree is not None
    assert (await tree())["Id"] == image.id  # type: ignore[index]


async def test_only_two_can_be_compared(live: World, image: Image) -> None:
    desk = ScriptedDesk(marks=[image, image, image])
    with pytest.raises(OpstuiError, match="mark two"):
        await ImageInside(ImagesView(live)).difference(image, desk)


def test_without_a_reader_files_are_dimmed(live: World) -> None:
    view = ImagesView(replace(live, contents=None))
    assert "can't be read here" in why_not(view, "files", Image("sha256:x", (), (), 1, None))
