"""What else may be asked of a container engine: one small protocol for each idea."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from opstui.domain.image import Container
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
