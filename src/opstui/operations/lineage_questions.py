"""What is asked to make a chain whole, one small question for each thing that is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import Capability, CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.lineage import (
    ALIAS,
    CI,
    CI_JOB,
    COMMIT,
    CONTAINER,
    IMAGE,
    LOGGED,
    MODEL,
    RUN,
    VERSION,
    Chain,
    Link,
    Noun,
    Ref,
)
from opstui.domain.lineage_graph import FULL
from opstui.operations.lineage_index import shipped
from opstui.operations.searching import found_by
from opstui.operations.serving import read_served
from opstui.operations.world import World

EACH = 12
"""Things of one kind that are asked about; the first ones are the newest."""
RUNS = 20
CI_RUNS = 200
SEARCH = 4.0
"""Seconds that servers may be looked for before those that are known are asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question."""

    nouns: Sequence[Noun] = ()
    gone: Mapping[Ref, str] = field(default_factory=dict)
    clone: Mapping[str, bool] = field(default_factory=dict)
    names: Sequence[tuple[Ref, Ref]] = ()
    """Further names of things: a CI job's, of its run."""
    silent: str = ""
    """Why a part of it is not known."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask one backend."""

    step: str
    """The step of the chain that waits for it."""
    name: str
    """What it asks, so that it is asked once."""
    ask: Callable[[], Awaitable[Answer]]


def at_first(world: World) -> Iterator[Question]:
    """What is asked whatever the chain is about: lists that come in one request each."""
    yield Question(IMAGE, "images", partial(_images, world))
    yield Question(CONTAINER, "containers", partial(_containers, world))
    yield Question(CI, "ci", partial(_ci, world))


def about(world: World, chain: Chain) -> Iterator[Question]:
    """What the links raise."""
    if chain.of.kind == MODEL:
        yield Question(VERSION, f"model {chain.of.key}", partial(_model, world, chain.of.key))
    seen: dict[str, int] = {}
    for link in chain.links:
        if link.ref is None:
            continue
        seen[link.ref.kind] = seen.get(link.ref.kind, 0) + 1
        if seen[link.ref.kind] <= EACH:
            yield from _about(world, link, link.ref, chain)


def _about(world: World, link: Link, ref: Ref, chain: Chain) -> Iterator[Question]:
    mlflow = world.provenance
    name = f"{ref.kind} {ref.key}"
    if ref.kind == COMMIT:
        yield Question(COMMIT, name, partial(_commit, world, ref.key))
        if mlflow is not None and len(ref.key) >= FULL:
            yield Question(RUN, f"runs of {name}", partial(_runs_of, world, ref.key))
    elif ref.kind == CI_JOB:
        runs = [one.noun for one in chain.at(CI) if isinstance(one.noun, CiRun)]
        if runs:
            yield Question(CI, f"{name} of {len(runs)}", partial(_job, world, ref, runs))
    elif mlflow is None:
        return
    elif ref.kind == RUN:
        if link.noun is None:
            yield Question(RUN, name, partial(_run, world, ref))
        yield Question(VERSION, f"versions of {name}", partial(_versions_of, world, ref.key))
    elif ref.kind == VERSION:
        model = ref.key.rpartition("/")[0]
        if link.noun is None:
            yield Question(VERSION, name, partial(_version, world, ref))
        yield Question(VERSION, f"model {model}", partial(_model, world, model))
    elif ref.kind == ALIAS:
        model = ref.key.rpartition("@")[0]
        yield Question(VERSION, f"model {model}", partial(_model, world, model))
    elif ref.kind == LOGGED:
        yield Question(VERSION, name, partial(_logged, world, ref.key))


async def _images(world: World) -> Answer:
    return Answer(await world.engine.images())


async def _containers(world: World) -> Answer:
    found = await world.engine.containers()
    told = await read_served(world, found)
    return Answer(tuple(shipped(found, told, world.board.within)))


async def _ci(world: World) -> Answer:
    """The newest runs of every server; those still searched for are waited for a little."""
    clock = asyncio.get_running_loop().time
    complete = await found_by(world.ci_search, clock() + SEARCH)
    servers = tuple(world.ci)
    answers = await asyncio.gather(*(_ci_of(server) for server in servers))
    silent = [f"{server.name}: {said}" for server, said in zip(servers, answers, strict=True)
              if isinstance(said, str)]
    if not complete:
        silent.append("other CI servers are still searched for")
    if not servers:
        silent.append("no CI server is known")
    runs = [run for said in answers if not isinstance(said, str) for run in said]
    return Answer(runs, silent="; ".join(silent))


async def _ci_of(server: CiServer) -> tuple[CiRun, ...] | str:
    try:
        async with asyncio.timeout(SEARCH):
            return await server.runs(CI_RUNS)
    except TimeoutError:
        return "no answer in time"
    except OpstuiError as error:
        return error.what


async def _commit(world: World, sha: str) -> Answer:
    """Whether this clone has it; first digits lead to the whole id, where they name only one."""
    try:
        await world.git.resolve(f"{sha}^{{commit}}")
    except OpstuiError:
        return Answer(clone={sha: False})
    found = await world.git.commits(sha, 1)
    return Answer(tuple(replace(one, graph="", refs=()) for one in found), clone={sha: True})


async def _runs_of(world: World, sha: str) -> Answer:
    assert world.provenance is not None
    return Answer(await world.provenance.runs_of(sha, RUNS))


async def _run(world: World, ref: Ref) -> Answer:
    assert world.provenance is not None
    run, gone = await world.provenance.run(ref.key)
    return Answer((run,)) if run is not None else Answer(gone={ref: gone})


async def _versions_of(world: World, run_id: str) -> Answer:
    assert world.provenance is not None
    return Answer(await world.provenance.versions_of(run_id))


async def _logged(world: World, model_id: str) -> Answer:
    assert world.provenance is not None
    return Answer(await world.provenance.versions_from(f"models:/{model_id}"))


async def _version(world: World, ref: Ref) -> Answer:
    assert world.provenance is not None
    model, _, version = ref.key.rpartition("/")
    found = await world.provenance.version(model, version)
    return Answer((found,)) if found is not None else Answer(gone={ref: "does not exist"})


async def _model(world: World, name: str) -> Answer:
    """The model's aliases; one that is not there has none."""
    if not await world.registry.has_model(name):
        return Answer()
    return Answer((await world.registry.model(name),))


async def _job(world: World, ref: Ref, runs: Sequence[CiRun]) -> Answer:
    """The CI run that has this job, among those of the same commit."""
    for server in world.ci:
        if Capability.JOBS not in server.capabilities:
            continue
        for run in [one for one in runs if one.server == server.name][:EACH]:
            if any(job.id == ref.key for job in await server.jobs(run)):
                return Answer(names=((ref, Ref(CI, run.key)),))
    return Answer()
