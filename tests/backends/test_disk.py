"""Real filesystems: each once, with what lies on it."""

from __future__ import annotations

import shutil
from pathlib import Path

from opstui.backends.disk import LocalDisks


async def test_folders_of_one_filesystem_are_one_disk(tmp_path: Path) -> None:
    later = tmp_path / "not" / "yet" / "there"
    disks = await LocalDisks((("the repository", tmp_path), ("the store", later))).disks()
    (only,) = disks
    assert only.holds == ("the repository", "the store")
    judged = shutil.disk_usage(tmp_path)
    assert abs(only.free - judged.free) < 1 << 30
    assert only.total <= judged.total
    assert 0 <= only.used <= 1


async def test_what_counts_only_where_it_is_there_is_left_out(tmp_path: Path) -> None:
    gone = (("images", tmp_path / "docker"),)
    assert await LocalDisks((), there=gone).disks() == ()
    (tmp_path / "docker").mkdir()
    (only,) = await LocalDisks((), there=gone).disks()
    assert only.holds == ("images",)


async def test_another_filesystem_is_another_disk(tmp_path: Path) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        return
    disks = await LocalDisks((("a", tmp_path), ("b", shared))).disks()
    assert [one.holds for one in disks] == [("a",), ("b",)]
