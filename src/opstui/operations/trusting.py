"""Commands of gates that the person has to look at before they run."""

from __future__ import annotations

from opstui.domain.ci import CiCommand
from opstui.domain.policy import Environment
from opstui.operations.acting import acting
from opstui.operations.world import World


async def untrusted(world: World, environment: Environment) -> tuple[CiCommand, ...]:
    """What the environment's gates would run and nobody said yes to, as it is now."""
    if world.gate_commands is None:
        return ()
    found = [
        await world.gate_commands.look(
            gate.spec.run, environment.source, gate.spec.passes, own=environment.own
        )
        for gate in environment.gates if gate.kind == "command"
    ]
    return tuple(one for one in found if not one.trusted)


async def trust(world: World, command: CiCommand) -> None:
    """Remember a yes to exactly this command; the journal tells of it."""
    if world.gate_commands is None:
        return
    async with acting(
        world.journal, "gate.trust", command.text, command.source, after="trusted",
        evidence=(("fingerprint", command.fingerprint),),
    ):
        await world.gate_commands.trust(command)
