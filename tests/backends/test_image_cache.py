"""What is kept about images: read back as it was, within bounds, never in the way."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from opstui.backends.image_cache import ImageCache
from opstui.domain.image_files import Entry, ImageFiles, Kind, LayerFiles, Package

ODD = Entry("größe/\udcff \n", Kind.FILE, 5, 0o4755, "1000:100", "abc", "")


def image(mark: str, count: int = 1) -> ImageFiles:
    return ImageFiles(f"sha256:{mark * 64}", (
        LayerFiles("sha256:l", 3, "RUN x", (
            ODD, Entry("a", Kind.GONE), Entry("l", Kind.LINK, link="→"),
            *(Entry(f"{os.urandom(20).hex()}", Kind.FILE, n) for n in range(count)),
        ), (("var/lib/dpkg/status", (Package("deb", "foo", "1"),)),)),
    ))


def test_files_come_back_as_they_were(tmp_path: Path) -> None:
    cache, files = ImageCache(tmp_path / "deep" / "images"), image("a")
    assert cache.files(files.image) is None
    cache.keep_files(files)
    assert ImageCache(tmp_path / "deep" / "images").files(files.image) == files
    assert cache.files(f"sha256:{'b' * 64}") is None


def test_those_not_read_for_longest_make_room(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path, most=30_000)
    first, second, third = image("1", 400), image("2", 400), image("3", 400)
    for n, files in enumerate((first, second)):
        cache.keep_files(files)
        path = next(tmp_path.glob(f"*{files.image[7:]}*"))
        os.utime(path, (1000 + n, 1000 + n))
    assert cache.files(first.image) == first  # which makes it the newest
    cache.keep_files(third)
    assert cache.files(second.image) is None
    assert cache.files(first.image) == first
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 30_000


@pytest.mark.parametrize("damage", [
    b"", b"not packed", gzip.compress(b"{"), gzip.compress(b"[]"), gzip.compress(b'{"form": 1}'),
    gzip.compress(b'{"form": 0, "layers": []}'), gzip.compress(b'{"form":1,"layers":[{}]}')[:-9],
], ids=["empty", "not packed", "half", "list", "no layers", "other form", "cut"])
def test_what_is_damaged_counts_as_not_kept(tmp_path: Path, damage: bytes) -> None:
    cache, files = ImageCache(tmp_path), image("a")
    cache.keep_files(files)
    next(tmp_path.iterdir()).write_bytes(damage)
    assert cache.files(files.image) is None
    cache.keep_files(files)
    assert cache.files(files.image) == files


def test_a_folder_that_can_not_be_written_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache, files = ImageCache(tmp_path / "file" / "images"), image("a")
    cache.keep_files(files)
    assert cache.files(files.image) is None


def test_ids_that_are_none_lead_nowhere(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path)
    cache.keep("../../etc/passwd", "files", {"layers": []})
    assert cache.read("../../etc/passwd", "files") is None
    assert list(tmp_path.iterdir()) == []
