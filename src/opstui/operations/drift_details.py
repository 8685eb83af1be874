"""What only a person who looks at one model wants to know: gates again, commits not deployed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from opstui.domain.attention import default_branch
from opstui.domain.branch import Commit
from opstui.domain.errors import OpstuiError
from opstui.domain.model import RegisteredModel
from opstui.domain.promotion import GateVerdict
from opstui.domain.status import Status
from opstui.operations.drift import Drifts, Standing
from opstui.operations.evidence import gather
from opstui.operations.promotion import environment_of
from opstui.operations.serving import read_served
from opstui.operations.world import World

MOST = 50
"""Commits that are counted at most."""


@dataclass(frozen=True, slots=True)
class Undeployed:
    """What was merged since what the champion comes from."""

    commit: str
    """The champion's commit; empty where nothing tells it."""
    branch: str = ""
    """The default branch; empty where there is none."""
    commits: tuple[Commit, ...] = ()
    """The newest first, at most `MOST`."""
    reason: str = ""
    """Why it is not known."""


async def fresh(world: World, model: str) -> tuple[RegisteredModel, Standing]:
    """The model as it is now and how it stands, with the containers as they are now.

    An engine that does not answer leaves what is known of the containers.
    """
    registered = await world.registry.model(model)
    try:
        containers = world.board.containers = await world.engine.containers()
        await read_served(world, containers)
    except OpstuiError:
        pass  # its own list says why
    return registered, await Drifts(world).of(registered)


async def undeployed(world: World, model: RegisteredModel) -> Undeployed:
    """Commits of the default branch that what the champion comes from does not have."""
    version = model.version_of(world.rules.champion)
    commit = await Drifts(world).commit(model.name, version) if version else ""
    name = default_branch(world.board.branches)
    branch = next((one for one in world.board.branches if one.name == name), None) or next(
        (one for one in world.board.branches if one.remote and one.name == f"{one.remote}/{name}"),
        None,
    )
    if not commit:
        return Undeployed("", name, reason="nothing tells the commit that it comes from")
    if branch is None:
        return Undeployed(commit, reason="this clone has no default branch")
    try:
        await world.git.resolve(f"{commit}^{{commit}}")
        found = await world.git.commits_since(branch.commit, commit, MOST)
    except OpstuiError as error:
        return Undeployed(commit, name, reason=str(error))
    return Undeployed(commit, name, found)


async def gates_again(world: World, model: RegisteredModel) -> tuple[GateVerdict, ...]:
    """The gates of what the champion serves, judged as they are now; none without a policy.

    Compared with the version that served before, as at the promotion. Commands are not run.
    """
    rules = world.rules
    version = model.version_of(rules.champion)
    environment = environment_of(rules, model.name, rules.champion)
    if environment is None or not version:
        return ()
    from opstui.operations.gates import guarded  # most people have no policy

    candidate = await world.registry.version(model.name, version)
    earlier = model.version_of(rules.previous) if rules.previous else ""
    aliases = tuple(
        (alias, earlier if alias == rules.champion else named) for alias, named in model.aliases
        if alias != rules.champion or earlier
    )
    left_out = {
        gate.name: GateVerdict(gate.name, Status.UNKNOWN, "commands are not run again")
        for gate in environment.gates if gate.kind == "command"
    }
    guard = await guarded(
        world, environment, candidate, replace(model, aliases=aliases),
        await gather(world, candidate, None), ran=left_out,
    )
    return guard.gates
