"""How full the filesystems are that opstui and its neighbours write to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from opstui.domain.disk import Disk

SECONDS = 3.0
"""A network home that hangs must not hold up the rest."""


class LocalDisks:
    """Looks at this machine's filesystems. Implements `disk_protocols.Disks`.

    places: what lies where, such as ("the repository", its folder). A folder that is not there
    yet counts as the nearest one above it. there: places that count only where they are there.
    """

    def __init__(
        self, places: Sequence[tuple[str, Path]], there: Sequence[tuple[str, Path]] = ()
    ) -> None:
        self._places = (*places, *there)
        self._strict = frozenset(path for _, path in there)

    async def disks(self) -> tuple[Disk, ...]:
        """Each filesystem once."""
        looks = [asyncio.to_thread(_look, path, strict=path in self._strict)
                 for _, path in self._places]
        try:
            async with asyncio.timeout(SECONDS):
                found = await asyncio.gather(*looks)
        except TimeoutError:
            return ()
        disks: dict[int, Disk] = {}
        for (what, _), one in zip(self._places, found, strict=True):
            if one is None:
                continue
            device, path, total, free = one
            holds = (*disks[device].holds, what) if device in disks else (what,)
            first = disks.get(device)
            disks[device] = Disk(first.path if first else path, holds, total, free)
        return tuple(disks.values())


def _look(path: Path, *, strict: bool) -> tuple[int, str, int, int] | None:
    """Device, path, bytes in all, bytes left; None where it can't be told.

    In all is what this account could fill, as `df` reckons: without what is kept for root.
    """
    try:
        while not strict and not path.exists() and path != path.parent:
            path = path.parent
        facts, device = os.statvfs(path), path.stat().st_dev
    except OSError:
        return None
    free = facts.f_bavail * facts.f_frsize
    total = (facts.f_blocks - facts.f_bfree) * facts.f_frsize + free
    return (device, str(path), total, free) if total else None
