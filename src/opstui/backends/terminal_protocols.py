"""What is kept of how a person works at the terminal. Nothing here fails: it is only forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class CommandHistory(Protocol):
    """The lines of commands that were typed, the newest last."""

    async def read(self) -> Sequence[str]:
        """All that is kept."""
        ...

    async def add(self, text: str) -> None:
        """Keep one more; a secret in it, and it is not kept."""
        ...
