"""Looking into an image: its files are read once when somebody asks, then stacked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from opstui.backends.image_protocols import Contents
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.image_files import (
    Change,
    ImageFiles,
    Kind,
    Mark,
    Package,
    Stack,
    Waste,
    efficiency,
    installed,
    stacked,
)

LARGE = 500_000_000
"""Bytes from which on the person is told the cost before an image is read."""


@dataclass(frozen=True, slots=True)
class LayerSums:
    """What one layer did, counted."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    wasted: int = 0
    """Bytes of it that nobody sees any more."""


@dataclass(frozen=True)
class Looked:
    """An image that was read."""

    files: ImageFiles
    stack: Stack

    @cached_property
    def wasted(self) -> tuple[Waste, ...]:
        """The copies that nobody sees, the largest first."""
        return tuple(sorted(self.stack.waste, key=lambda one: (-one.size, one.path)))

    @cached_property
    def efficiency(self) -> float:
        """The share of the bytes that can be seen, from 0 to 1."""
        return efficiency(self.files, self.stack)

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """What is installed in the end."""
        return installed(self.files, self.stack)

    @cached_property
    def sums(self) -> tuple[LayerSums, ...]:
        """What each layer did; folders are not counted."""
        wasted = [0] * len(self.stack.changes)
        for one in self.stack.waste:
            wasted[one.layer] += one.size
        return tuple(
            LayerSums(_count(changes, Mark.ADDED), _count(changes, Mark.CHANGED),
                      _count(changes, Mark.REMOVED), wasted[place])
            for place, changes in enumerate(self.stack.changes)
        )


def _count(changes: Sequence[Change], mark: Mark) -> int:
    return sum(1 for one in changes if one.mark is mark and one.entry.kind is not Kind.FOLDER)


class Inside:
    """One image that may be looked into; what was read is kept for all who show it."""

    def __init__(self, contents: Contents | None, image: Image) -> None:
        self._contents = contents
        self.image = image
        self.looked: Looked | None = None
        self.agreed = image.size <= LARGE
        """The person knows the cost, or there is none to speak of."""
        self.count = 0
        """Bytes that came by now."""

    async def recall(self) -> Looked | None:
        """What was read earlier, without asking the engine for more."""
        if self.looked is None and self._contents is not None:
            files = await self._contents.known(self.image)
            if files is not None:
                await self._take(files)
        return self.looked

    async def look(self) -> Looked:
        """All of it; OpstuiError where it can't be had. Cancelling gives it up."""
        if self._contents is None:
            raise OpstuiError("the files of images can't be read here")
        if self.looked is None:
            self.count = 0
            await self._take(await self._contents.read(self.image, self._told))
        assert self.looked is not None
        return self.looked

    async def _take(self, files: ImageFiles) -> None:
        self.looked = Looked(files, await asyncio.to_thread(stacked, files))

    def _told(self, count: int) -> None:
        self.count = count
