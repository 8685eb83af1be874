"""What `doctor` looks at: each backend once, with how long it took and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import CiPlace
from opstui.domain.errors import OpstuiError
from opstui.domain.local_mlflow import LocalPhase
from opstui.domain.status import Status
from opstui.domain.words import plural
from opstui.operations.evidence import answer
from opstui.operations.searching import found_by
from opstui.operations.undo import HOW_TO_END, cut_told, cuts
from opstui.operations.world import World

CI_SECONDS = 20.0
"""For finding the CI servers and their answers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    status: Status
    text: str
    hint: str = ""
    milliseconds: float | None = None
    """How long the answer took; None where nothing was asked."""


async def look(world: World) -> tuple[Finding, ...]:
    """Ask every backend at once; none waits for another."""
    asked = {
        "repository": _repository, "branches": _branches, "local CI": _ci, "Docker": _docker,
        "MLflow": _tracking, "registry": _registry, "local MLflow": _local, "journal": _journal,
    }
    found, servers = await asyncio.gather(
        asyncio.gather(*(_timed(name, ask, world) for name, ask in asked.items())),
        _servers(world),
    )
    return (*found, *servers)


async def _timed(
    name: str, ask: Callable[[World], Awaitable[tuple[Status, str, str]]], world: World
) -> Finding:
    began = monotonic()
    try:
        status, text, hint = await ask(world)
    except OpstuiError as error:
        where = f" ({error.where})" if error.where else ""
        return Finding(name, Status.FAILED, f"{error.what}{where}", error.hint)
    return Finding(name, status, text, hint, (monotonic() - began) * 1000)


async def _repository(world: World) -> tuple[Status, str, str]:
    found = await world.git.repository()
    kind = "".join(word for word, true in ((", bare", found.bare), (", shallow", found.shallow),
                                           (", detached head", found.detached)) if true)
    return Status.PASSED, f"{found.path}{kind}", ""


async def _branches(world: World) -> tuple[Status, str, str]:
    branches = await world.git.branches()
    hint = "" if branches else "make a first commit"
    return Status.PASSED if branches else Status.WARNED, plural(len(branches), "branch"), hint


async def _ci(world: World) -> tuple[Status, str, str]:
    command = await world.trust.command()
    if command is None:
        return (Status.WARNED, "no command found to run",
                "set `ci.command` in the settings, or add .ci/run to the repository")
    trusted = "trusted" if command.trusted else "not trusted yet: opstui will show it and ask"
    return Status.PASSED, f"{command.text} (from {command.source}; {trusted})", ""


async def _servers(world: World) -> tuple[Finding, ...]:
    """Every place where a CI server was looked for; those that are one are asked."""
    search = world.ci_search
    if search is None:
        return ()
    end = asyncio.get_running_loop().time() + CI_SECONDS
    everything = await found_by(search, end - CI_SECONDS / 2)
    servers = {server.name: server for server in world.ci}
    found = await asyncio.gather(
        *(_place(place, servers.get(place.name), end) for place in search.places())
    )
    if everything:
        return tuple(found)
    late = Finding("CI servers", Status.WARNED, "some hosts did not say in time what they are",
                   "their addresses are those of the remotes: check the network")
    return (*found, late)


async def _place(place: CiPlace, server: CiServer | None, end: float) -> Finding:
    name = f"CI {place.name}"
    if server is None or not place.kind:
        return Finding(name, Status.WARNED, f"{place.where}: no CI server", place.note)
    began = monotonic()
    said = await answer(server.runs(1), end)
    taken = (monotonic() - began) * 1000
    text = f"{place.kind} at {server.where}, login: {place.login}"
    hint = "; ".join(dict.fromkeys(filter(None, (place.note, server.note()))))
    if said.value is None:
        return Finding(name, Status.FAILED, f"{text}; {said.reason}", hint, taken)
    return Finding(name, Status.WARNED if hint else Status.PASSED, text, hint, taken)


async def _docker(world: World) -> tuple[Status, str, str]:
    where = await world.engine.where()
    version = await world.engine.version()
    return Status.PASSED, f"{where}: version {version}", ""


async def _tracking(world: World) -> tuple[Status, str, str]:
    where = await world.tracking.where()
    return Status.PASSED, f"{where}: version {await world.tracking.version()}", ""


async def _registry(world: World) -> tuple[Status, str, str]:
    where = await world.registry.where()
    page = await world.registry.models()
    more = " or more" if page.token else ""
    return Status.PASSED, f"{where}: {plural(len(page.items), 'model')}{more}", ""


async def _local(world: World) -> tuple[Status, str, str]:
    offer = await world.local.offer()
    state = world.local.state()
    if state.phase is LocalPhase.READY:
        return Status.PASSED, f"running at {state.address}, store {offer.store}", ""
    if not offer.installed:
        return (Status.WARNED, "mlflow is not installed, so no local server can be started",
                "pip install 'opstui[mlflow]'")
    near = ", ".join(store.path for store in offer.found)
    found = f"; other stores nearby, left alone: {near}" if near else ""
    return (Status.PASSED, f"can be started ({offer.cost}), store {offer.store}{found}",
            "press S in pane 4 or 5, or start with --local")


async def _journal(world: World) -> tuple[Status, str, str]:
    entries = await world.journal.entries(1)
    last = f", last entry {entries[0].at}" if entries else ", empty so far"
    told = f"{world.journal.path}{last}"
    if cut := await cuts(world):
        return Status.WARNED, f"{told}; {'; '.join(map(cut_told, cut))}", HOW_TO_END
    return Status.PASSED, told, ""
