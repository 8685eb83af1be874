"""What may be asked of the machine's disks."""

from __future__ import annotations

from typing import Protocol

from opstui.domain.disk import Disk


class Disks(Protocol):
    """The filesystems that matter here."""

    async def disks(self) -> tuple[Disk, ...]:
        """Each filesystem once, with what lies on it; those that can't be looked at are left
        out. Never raises."""
        ...
