"""What the panes show, as plain data for scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any

from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.domain.words import plural
from opstui.operations.attention_once import attention_section
from opstui.operations.evidence import answer
from opstui.operations.searching import found_by
from opstui.operations.serving import read_served
from opstui.operations.undo import cut_told, cuts
from opstui.operations.world import World

Section = dict[str, Any]

SERVED_SECONDS = 15.0
"""For a look inside the running containers."""
CI_SECONDS = 20.0
"""For finding the CI servers and their answers."""


async def gather(world: World) -> dict[str, Section]:
    """Ask every backend at once.

    Each section has `error` (a sentence, or None), `summary` (a sentence) and `items`; a
    backend that fails empties its own section only. The first one, `attention`, is judged from
    the others: what needs a person, worst first, and what nobody may call calm.
    """
    asked = {
        "branches": _branches, "ci": _ci, "images": _images, "containers": _containers,
        "experiments": _experiments, "models": _models, "journal": _journal,
    }
    sections = await asyncio.gather(*(_section(ask, world) for ask in asked.values()))
    told = dict(zip(asked, sections, strict=True))
    return {"attention": await attention_section(world, told), **told}


async def _section(ask: Callable[[World], Awaitable[Section]], world: World) -> Section:
    try:
        return {"error": None, **await ask(world)}
    except OpstuiError as error:
        return {"error": str(error), "summary": "", "items": []}


async def _branches(world: World) -> Section:
    repository, branches = await asyncio.gather(world.git.repository(), world.git.branches())
    head = repository.head or "detached"
    world.board.repository, world.board.branches = repository, branches
    return {
        "summary": f"{repository.name} on {head}, {plural(len(branches), 'branch')}",
        "repository": plain(repository), "items": [plain(branch) for branch in branches],
    }


async def _ci(world: World) -> Section:
    """The runs of all servers; one that fails is named, and takes none of the others' runs away."""
    end = asyncio.get_running_loop().time() + CI_SECONDS
    await found_by(world.ci_search, end - CI_SECONDS / 2)
    servers = tuple(world.ci)
    answers = await asyncio.gather(*(answer(server.runs(100), end) for server in servers))
    failures = [f"{server.name}: {said.reason}"
                for server, said in zip(servers, answers, strict=True) if said.value is None]
    runs = [run for said in answers for run in said.value or ()]
    world.board.ci_runs = tuple(runs)
    failed = sum(run.status is Status.FAILED for run in runs)
    told = "" if failures and not runs else f"{plural(len(runs), 'run')}, {failed} failed"
    return {"error": "; ".join(failures) or None, "summary": told,
            "items": [plain(run) for run in runs]}


async def _images(world: World) -> Section:
    images = world.board.images = await world.engine.images()
    return {"summary": plural(len(images), "image"), "items": [plain(image) for image in images]}


async def _containers(world: World) -> Section:
    containers = world.board.containers = await world.engine.containers()
    await read_served(world, containers, SERVED_SECONDS)
    up = sum(container.status is Status.UP for container in containers)
    return {"summary": f"{plural(len(containers), 'container')}, {up} up",
            "items": [plain(container) for container in containers]}


async def _experiments(world: World) -> Section:
    page = await world.tracking.experiments()
    world.board.experiments = page.items
    more = " or more" if page.token else ""
    return {"summary": plural(len(page.items), "experiment") + more,
            "items": [plain(experiment) for experiment in page.items]}


async def _models(world: World) -> Section:
    page = await world.registry.models()
    world.board.models = page.items
    more = " or more" if page.token else ""
    return {"summary": plural(len(page.items), "model") + more,
            "items": [plain(model) for model in page.items]}


async def _journal(world: World) -> Section:
    """The acts that were begun and never ended."""
    found = await cuts(world)
    told = "; ".join(map(cut_told, found)) or "every act has ended"
    return {"summary": told, "items": [cut.entry.body() for cut in found]}


def plain(noun: Any) -> Any:
    """A noun as JSON has it: pairs become objects, states words, times RFC 3339."""
    return {name: _value(name, value) for name, value in asdict(noun).items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Status):
        return value.word
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, tuple | list):
        if name in ("labels", "tags", "aliases", "params", "metrics") and all(
            isinstance(pair, tuple | list) and len(pair) == 2 for pair in value
        ):
            return {key: _value("", entry) for key, entry in value}
        return [_value("", entry) for entry in value]
    if isinstance(value, dict):
        return {key: _value(key, entry) for key, entry in value.items()}
    return value
