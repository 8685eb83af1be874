"""What a person has at the terminal beside the lists: their past commands, their own programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from opstui.domain.ci import CiCommand
from opstui.domain.custom_command import CustomCommand


class CommandHistory(Protocol):
    """The lines of commands that were typed, the newest last."""

    async def read(self) -> Sequence[str]:
        """All that is kept."""
        ...

    async def add(self, text: str) -> None:
        """Keep one more; a secret in it, and it is not kept."""
        ...


class Running(Protocol):
    """A program under way."""

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        ...

    async def read(self) -> bytes:
        """What it wrote next, secrets masked; empty at its end."""
        ...

    async def wait(self) -> int:
        """Its exit code, once it is over; negative where a signal ended it."""
        ...

    async def stop(self) -> None:
        """End it and all that it started; it gets a moment to end by itself."""
        ...


class Programs(Protocol):
    """Runs the person's own commands in the repository's folder."""

    @property
    def folder(self) -> str:
        """Where they run."""
        ...

    async def look(self, command: CustomCommand) -> CiCommand:
        """What would be run now, with the files behind it, and whether it is trusted."""
        ...

    async def trust(self, command: CiCommand) -> None:
        """Remember that the person saw exactly this and wants it run."""
        ...

    async def start(self, argv: Sequence[str], environ: Mapping[str, str]) -> Running:
        """Start one without a terminal; OpstuiError where that is not possible."""
        ...
