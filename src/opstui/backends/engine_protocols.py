"""What else may be asked of a container engine: one small protocol for each idea."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from opstui.domain.image import Container, Image
from opstui.domain.prune import Disk, Removal
from opstui.domain.served import ServedNames, Within


class Inside(Protocol):
    """A look inside containers, for what their list does not tell."""

    async def within(
        self, containers: Sequence[Container], names: ServedNames
    ) -> Mapping[str, Within]:
        """By container id, for those that run: the variables asked for, and when it started.

        A container that is gone is left out. What was read once is remembered.
        """
        ...


class Pruning(Protocol):
    """Removing images one by one, each by its id and only as it was seen."""

    async def disk(self) -> Disk:
        """What images take and share, and what was built on what."""
        ...

    async def remove_seen(self, image: Image) -> Removal:
        """Remove the image after reading it again: one that got a name or a container since is
        skipped, one that is gone is done. Raises OpstuiError where the engine does not answer."""
        ...
