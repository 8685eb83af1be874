"""Running a person's own command on a thing: what it gets, trust, the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from opstui.backends.terminal_protocols import Programs
from opstui.domain.ci import CiCommand
from opstui.domain.custom_command import CustomCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.secrets import mask
from opstui.domain.selected import facts_of
from opstui.operations.acting import Act, acting
from opstui.operations.world import World


def programs_of(world: World) -> Programs:
    """Who runs programs; OpstuiError where nothing may be run."""
    if world.programs is None:
        raise OpstuiError("no programs can be run here")
    return world.programs


def selected_facts(world: World, item: Any, kind: str, name: str) -> dict[str, str]:
    """The facts of what is selected, and where we are."""
    folder = world.programs.folder if world.programs is not None else ""
    facts = {"kind": kind, "name": name, "repository": folder, **facts_of(item)}
    return {key: value for key, value in facts.items() if value}


async def to_trust(world: World, command: CustomCommand) -> CiCommand | None:
    """What a person has to look at before it runs; None where nothing."""
    found = await programs_of(world).look(command)
    return None if found.trusted else found


async def trust(world: World, command: CustomCommand, seen: CiCommand) -> None:
    """Remember a yes to exactly what was seen; the journal tells of it."""
    async with acting(
        world.journal, "command.trust", command.name, command.source, after="trusted",
        evidence=(("fingerprint", seen.fingerprint),),
    ):
        await programs_of(world).trust(seen)


@asynccontextmanager
async def journaled(
    world: World, command: CustomCommand, facts: Mapping[str, str]
) -> AsyncIterator[Act | None]:
    """A journal line before and after a dangerous command; None for any other."""
    if not command.dangerous:
        yield None
        return
    text = mask(" ".join(command.argv(facts)))
    evidence = [(name, mask(value)) for name, value in facts.items() if name != "repository"]
    async with acting(
        world.journal, "command.run", facts.get("name", "") or command.name,
        facts.get("repository", ""), after=text[:500],
        evidence=(("command", command.name), *evidence),
    ) as act:
        yield act
