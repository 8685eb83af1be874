"""Gathers what an environment's gates have to know of a candidate, and lets them judge.

Only what some gate asks for is asked of a backend. What can't be fetched is unknown with its
reason, and so blocks; no backend can fail the whole.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import replace

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.gates import command as command_gate
from opstui.domain.gates.commits import FULL
from opstui.domain.gates.facts import Baseline, Facts, Known, Ran
from opstui.domain.gates.table import Gate
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.policy import Environment
from opstui.domain.promotion import GateVerdict, Guard
from opstui.domain.signature import Signature, from_mlmodel
from opstui.domain.status import Status
from opstui.operations.evidence import LIMIT, Findings, answer
from opstui.operations.world import World

MLMODEL = "MLmodel"
"""The file in which a model says what it is; source: mlflow/models/model.py."""

async def guarded(
    world: World, environment: Environment, candidate: ModelVersion, target: RegisteredModel,
    found: Findings, *, ran: Mapping[str, GateVerdict] | None = None, limit: float = LIMIT,
) -> Guard:
    """Judge a candidate for an environment.

    target: the registered model in which the environment's alias stands, as it is now.
    ran:    verdicts of command gates by name that are to be taken over instead of running them.
    limit:  seconds for everything but commands, which have time-outs of their own.
    """
    facts = await _facts(world, environment, candidate, target, found, limit)
    verdicts = []
    for gate in environment.gates:
        if ran is not None and gate.kind == "command" and gate.name in ran:
            verdicts.append(ran[gate.name])
            continue
        if gate.kind == "command":
            facts = await _with_command(world, environment, gate, facts, target)
        said = gate.judge(facts)
        verdicts.append(GateVerdict(gate.name, said.status, said.text))
    return Guard(
        environment.name, environment.source, environment.fingerprint, environment.protected,
        tuple(verdicts),
    )


async def _facts(
    world: World, environment: Environment, candidate: ModelVersion, target: RegisteredModel,
    found: Findings, limit: float,
) -> Facts:
    deadline = asyncio.get_running_loop().time() + limit
    signs = environment.asks("signature")
    aliases = sorted(environment.against)
    signature, remotes, baselines = await asyncio.gather(
        _signature(world, candidate, deadline, wanted=signs),
        _remotes(world, found.commit, deadline, wanted=environment.asks("lineage")),
        asyncio.gather(*(
            _baseline(world, _alias(world, environment, alias), target, deadline, signs=signs)
            for alias in aliases
        )),
    )
    return Facts(
        now=world.clock(), version=candidate, run=found.asked.run, commit=found.commit,
        baselines=dict(zip(aliases, baselines, strict=True)), directions=world.rules.directions,
        signature=signature, ci=found.asked.ci, images=found.asked.images, remotes=remotes,
    )


def _alias(world: World, environment: Environment, against: str) -> str:
    """The alias to compare with: the gate's own, else that of what serves there."""
    return against or (environment.alias if environment.model else world.rules.champion)


async def _signature(
    world: World, version: ModelVersion, deadline: float, *, wanted: bool
) -> Known[Signature]:
    if not wanted:
        return Known()
    text = await answer(
        world.registry.version_file(version.model, version.version, MLMODEL), deadline
    )
    if text.value is None:
        return Known(None, f"its {MLMODEL} can't be read: {text.reason}")
    try:
        return Known(from_mlmodel(text.value), "")
    except ValueError as error:
        return Known(None, f"its {MLMODEL} can't be read: {error}")


async def _remotes(
    world: World, commit: str, deadline: float, *, wanted: bool
) -> Known[tuple[str, ...]]:
    if not wanted or not FULL.fullmatch(commit):
        return Known()
    return await answer(world.git.remotes_with(commit), deadline)


async def _baseline(
    world: World, alias: str, target: RegisteredModel, deadline: float, *, signs: bool
) -> Baseline:
    """What an alias names now; a version that can't be read is unknown, never "none"."""
    number = target.version_of(alias)
    if not number:
        return Baseline()
    version = await answer(world.registry.version(target.name, number), deadline)
    if version.value is None:
        return Baseline(number, Known(None, version.reason), Known(None, version.reason))
    run, signature = await asyncio.gather(
        _run(world, version.value, deadline),
        _signature(world, version.value, deadline, wanted=signs),
    )
    return Baseline(number, run, signature)


async def _run(world: World, version: ModelVersion, deadline: float) -> Known[Run]:
    if not version.run_id:
        return Known(None, f"v{version.version} names no source run")
    return await answer(world.tracking.run(version.run_id), deadline)


async def _with_command(
    world: World, environment: Environment, gate: Gate, facts: Facts, target: RegisteredModel
) -> Facts:
    """The facts with what one command said; it is run now."""
    spec: command_gate.Command = gate.spec
    known = await _ran(world, environment, spec, variables(environment, facts, target))
    return replace(facts, commands={**facts.commands, spec.name: known})


async def _ran(
    world: World, environment: Environment, spec: command_gate.Command, facts: Mapping[str, str]
) -> Known[Ran]:
    if world.gate_commands is None:
        return Known(None, "nothing can be run here")
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        command = await world.gate_commands.look(
            spec.run, environment.source, spec.passes, own=environment.own
        )
        if not command.trusted:
            return Known(
                None, f"`{command.text}` of {environment.source} was not trusted yet, or it changed"
            )
        code, says = await world.gate_commands.run(
            command, {**facts, "MLFLOW_TRACKING_URI": await world.tracking.where()}, spec.passes,
            spec.timeout.total_seconds(),
        )
    except OpstuiError as error:
        return Known(None, str(error))
    return Known(Ran(code, clock() - began, says), "")


def variables(
    environment: Environment, facts: Facts, target: RegisteredModel
) -> dict[str, str]:
    """What a gate's command sees of the model, as environment variables."""
    version = facts.version
    metrics = facts.run.value.metrics if facts.run.value else ()
    return {
        "OPSTUI_MODEL": version.model, "OPSTUI_VERSION": version.version,
        "OPSTUI_MODEL_URI": f"models:/{version.model}/{version.version}",
        "OPSTUI_ENVIRONMENT": environment.name, "OPSTUI_ALIAS": environment.alias,
        "OPSTUI_TARGET_MODEL": target.name,
        "OPSTUI_SERVES": target.version_of(environment.alias),
        "OPSTUI_RUN_ID": version.run_id, "OPSTUI_COMMIT": facts.commit,
        "OPSTUI_METRICS": json.dumps(
            {name: value for name, value in metrics if math.isfinite(value)}
        ),
    }


def worst(verdicts: tuple[GateVerdict, ...]) -> Status:
    """FAILED where a gate failed, UNKNOWN where one is not known, else PASSED."""
    states = {one.status for one in verdicts if one.blocks}
    if Status.FAILED in states:
        return Status.FAILED
    return Status.UNKNOWN if states else Status.PASSED
