"""Policies for tests, read as a settings file's text is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from opstui.domain.ci import CiCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.policy import Environment
from opstui.operations.world import World
from opstui.settings import check


def environments(text: str, *, own: bool = True) -> tuple[Environment, ...]:
    """The environments of a settings file's text."""
    return tuple(check(text, Path("config.toml"), in_repository=not own)["promotion"].values())


def under(world: World, text: str, *, own: bool = True) -> World:
    """The same world with a policy."""
    return replace(world, rules=replace(world.rules, environments=environments(text, own=own)))


@dataclass
class FakeCommands:
    """Commands that end as they are told to."""

    code: int = 0
    says: str = "fine"
    problem: str = ""
    ran: list[dict[str, str]] = field(default_factory=list)
    trusted: set[str] = field(default_factory=set)

    async def look(
        self, argv: tuple[str, ...], source: str, passes: tuple[str, ...], *, own: bool
    ) -> CiCommand:
        mark = " ".join(argv)
        return CiCommand(argv, source, mark, trusted=own or mark in self.trusted, script="#!sh\n")

    async def trust(self, command: CiCommand) -> None:
        self.trusted.add(command.fingerprint)

    async def run(
        self, command: CiCommand, facts: Mapping[str, str], passes: tuple[str, ...],
        seconds: float,
    ) -> tuple[int, str]:
        if self.problem:
            raise OpstuiError(self.problem)
        self.ran.append(dict(facts))
        return self.code, self.says
