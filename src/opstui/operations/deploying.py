"""Running the command that lets a version serve, under the rules of gates' commands."""

from __future__ import annotations

from opstui.domain.ci import CiCommand
from opstui.domain.deploy import Deploy
from opstui.domain.errors import OpstuiError
from opstui.operations.acting import acting
from opstui.operations.drift import Drifts
from opstui.operations.world import World


def deploy_of(world: World, model: str) -> Deploy | None:
    """The command for a model; None where none is written."""
    return next((one for one in world.rules.deploys if one.model == model), None)


async def look(world: World, deploy: Deploy) -> CiCommand | None:
    """What would be run now, and whether it is trusted; None where nothing may be run."""
    if world.gate_commands is None:
        return None
    return await world.gate_commands.look(
        deploy.command, deploy.source, deploy.passes, own=deploy.own
    )


async def carry_out_deploy(
    world: World, deploy: Deploy, command: CiCommand, alias: str, version: str
) -> str:
    """Run it with what it is about in its environment, journaled; the last line that it wrote.

    Raises OpstuiError where it is not trusted, can't be run or ends with another code than 0.
    """
    if world.gate_commands is None:
        raise OpstuiError("nothing can be run here")
    registered = await world.registry.model(deploy.model)
    number = registered.version_of(alias)
    if number != version:
        raise OpstuiError(
            f"{deploy.model}@{alias} does not name v{version} any more", hint="look again"
        )
    facts = {
        "OPSTUI_MODEL": deploy.model, "OPSTUI_ALIAS": alias, "OPSTUI_VERSION": version,
        "OPSTUI_MODEL_URI": f"models:/{deploy.model}/{version}",
        "OPSTUI_COMMIT": await Drifts(world).commit(deploy.model, version),
        "MLFLOW_TRACKING_URI": await world.tracking.where(),
    }
    async with acting(
        world.journal, "model.deploy", f"{deploy.model}@{alias}", command.source, after=version,
        evidence=(("command", command.text), ("fingerprint", command.fingerprint)),
    ) as act:
        code, says = await world.gate_commands.run(
            command, facts, deploy.passes, deploy.timeout.total_seconds()
        )
        if code:
            raise OpstuiError(
                f"`{command.text}` ended with exit code {code}: {says}", where=command.source,
                hint="what serves may be the old version, the new one, or nothing: look at it",
            )
        act.result = f"done: {says}" if says else "done"
    return says
