"""The files of images of a real engine, judged by tarfile on what it saves, and by dive."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.backends.docker.image_files import DockerContents
from opstui.backends.image_cache import ImageCache
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.image_files import ImageFiles, Kind, Package, efficiency, installed, stacked
from tests.backends.docker.image_bench import LINES, build
from tests.servers.dockerd import PrivateDockerd
from tests.servers.programs import program

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
SAME_SIZES = """FROM scratch
COPY busybox /bin/busybox
COPY data /data
COPY other /data/a.bin
RUN ["/bin/busybox", "rm", "/data/b.bin"]
"""
"""Here dive and opstui mean the same by efficiency: no folder goes, no size changes."""


@pytest.fixture
async def contents(dockerd: PrivateDockerd, tmp_path: Path) -> AsyncIterator[DockerContents]:
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    yield DockerContents(engine.connection, ImageCache(tmp_path / "cache"))
    await engine.close()


def built(dockerd: PrivateDockerd, name: str, **more: Any) -> Image:
    with dockerd.client() as client:
        key = build(client, name, **more)
        return Image(key, (name,), (), client.inspect_image(key)["Size"], None)


def nothing(_count: int) -> None:
    """For who does not care how far it is."""


def dive(dockerd: PrivateDockerd, image: Image, folder: Path) -> dict[str, Any]:
    """What dive finds in what the engine saves."""
    saved, said = folder / "saved.tar", folder / "dive.json"
    with dockerd.client() as client, saved.open("wb") as file:
        for chunk in client.get_image(image.name):
            file.write(chunk)
    subprocess.run(
        [program("dive"), "--ci", "--json", said, f"docker-archive://{saved}"],
        check=False, capture_output=True, timeout=120,  # it fails where it finds too much waste
    )
    return dict(json.loads(said.read_text()))


def as_dive_lists(files: ImageFiles) -> list[dict[str, int]]:
    """Paths with sizes, whiteouts as files, layer by layer."""
    def path(one: Any) -> str:
        folder, slash, name = one.path.rpartition("/")
        return f"{folder}{slash}.wh.{name}" if one.kind is Kind.GONE else one.path

    return [{path(one): one.size for one in layer.entries} for layer in files.layers]


def as_dive_counts(files: ImageFiles) -> dict[str, tuple[int, int]]:
    """Paths that are in more than one layer: how often, and the bytes of all of them."""
    seen: dict[str, list[int]] = defaultdict(list)
    for layer in files.layers:
        for one in layer.entries:
            if one.kind is not Kind.FOLDER:
                seen[one.path].append(one.size)
    return {f"/{path}": (len(sizes), sum(sizes)) for path, sizes in seen.items() if len(sizes) > 1}


async def test_dive_lists_the_same_files_in_every_layer(
    dockerd: PrivateDockerd, contents: DockerContents, tmp_path: Path
) -> None:
    image = built(dockerd, "inside-dive:1")
    files = await contents.read(image, nothing)
    judge = await asyncio.to_thread(dive, dockerd, image, tmp_path)
    assert as_dive_lists(files) == [
        {one["path"]: one["size"] for one in layer["fileList"]} for layer in judge["layer"]
    ]
    assert as_dive_counts(files) == {
        one["file"]: (one["count"], one["sizeBytes"]) for one in judge["image"]["fileReference"]
    }
    assert sum(layer.size for layer in files.layers) == judge["image"]["sizeBytes"]


async def test_dive_gives_the_same_score(
    dockerd: PrivateDockerd, contents: DockerContents, tmp_path: Path
) -> None:
    image = built(dockerd, "inside-score:1", dockerfile=SAME_SIZES)
    files = await contents.read(image, nothing)
    stack = stacked(files)
    judge = await asyncio.to_thread(dive, dockerd, image, tmp_path)
    assert efficiency(files, stack) == pytest.approx(judge["image"]["efficiencyScore"])
    assert efficiency(files, stack) < 0.95
    # dive counts every copy of a wasted path, also the one that stays
    stay = sum(stack.live[path][0].size for path in {one.path for one in stack.waste}
               if path in stack.live)
    assert sum(one.size for one in stack.waste) + stay == judge["image"]["inefficientBytes"]


async def test_every_layer_has_its_line_and_what_it_did(
    dockerd: PrivateDockerd, contents: DockerContents
) -> None:
    image = built(dockerd, "inside-lines:1")
    files = await contents.read(image, nothing)
    stack = stacked(files)
    did = {
        layer.command: [f"{one.mark.value}{one.entry.path}" for one in changes]
        for layer, changes in zip(files.layers, stack.changes, strict=True)
    }
    assert did['/bin/busybox chmod 600 /data/a.bin'] == ["~data/a.bin"]
    assert sorted(did["/bin/busybox rm -r /data/sub"]) == [
        "-data/sub", "-data/sub/c.bin", "-data/sub/deep", "-data/sub/deep/d.txt"]
    assert did["/bin/busybox rm /data/b.bin"] == ["-data/b.bin"]
    assert max(one.line for one in files.layers) < LINES
    assert files.layer_of_line(1) == 0
    with dockerd.client() as client:
        assert [one.digest for one in files.layers] == \
            client.inspect_image(image.id)["RootFS"]["Layers"]
    assert {(one.path, one.size) for one in stack.waste} == {
        ("data/a.bin", 300_000), ("data/b.bin", 200_000), ("data/sub/c.bin", 100_000),
        ("data/sub/deep/d.txt", 1),
    }
    assert installed(files, stack) == (Package("deb", "foo", "1.0"),)


async def test_a_file_stays_where_its_other_name_does(
    dockerd: PrivateDockerd, contents: DockerContents
) -> None:
    image = built(dockerd, "inside-links:1", dockerfile="""FROM scratch
COPY busybox /bin/busybox
COPY other /one
RUN ["/bin/busybox", "sh", "-c", "cp /one /two && ln /two /three"]
RUN ["/bin/busybox", "rm", "/two"]
""")
    stack = stacked(await contents.read(image, nothing))
    assert stack.waste == []
    assert stack.live["three"][0].digest == stack.live["one"][0].digest


async def test_an_image_is_read_once_also_by_another_opstui(
    dockerd: PrivateDockerd, tmp_path: Path
) -> None:
    image = built(dockerd, "inside-once:1")
    calls, cache = RecentCalls(), ImageCache(tmp_path / "cache")
    engine = DockerEngine(calls, host=dockerd.url)
    try:
        first = DockerContents(engine.connection, cache)
        assert await first.known(image) is None
        counts: list[int] = []
        files = await first.read(image, counts.append)
        assert counts == sorted(counts)
        assert counts[-1] > image.size
        assert await first.read(image, nothing) is files
        assert await DockerContents(engine.connection, cache).read(image, nothing) == files
    finally:
        await engine.close()
    asked = [one for one in calls.calls() if f"/images/{image.id}/get" in one.summary]
    assert len(asked) == 1


async def test_giving_up_ends_the_stream_and_keeps_nothing(
    dockerd: PrivateDockerd, contents: DockerContents, tmp_path: Path
) -> None:
    image = built(dockerd, "inside-given-up:1", dockerfile=(
        "FROM scratch\nCOPY busybox /busybox\n"
        'RUN ["/busybox", "dd", "if=/dev/zero", "of=/zeros", "bs=1M", "count=150"]\n'))
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(
        contents.read(image, lambda _count: loop.call_soon_threadsafe(begun.set) and None)
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await contents.known(image) is None
    assert not (tmp_path / "cache").exists()
    # the connection serves on
    assert (await contents.read(built(dockerd, "inside-after:1"), nothing)).layers


async def test_an_image_that_is_gone_is_said_to_be(contents: DockerContents) -> None:
    with pytest.raises(OpstuiError, match=r"never:1 is gone|refused"):
        await contents.read(Image("sha256:" + "0" * 64, ("never:1",), (), 1, None), nothing)
