"""What is known about a version: its metrics beside the champion's, CI, image, commit, data.

Everything is asked for at the same time and within one time limit. What can't be fetched is
UNKNOWN with the reason; no single backend can fail the whole.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from opstui.domain.ci_state import newest_by_workflow, together
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.gates.facts import CiFacts, Known
from opstui.domain.image import Image
from opstui.domain.image_name import same_commit
from opstui.domain.model import ModelVersion
from opstui.domain.promotion import Evidence, MetricDelta, direction_of
from opstui.domain.status import Status
from opstui.domain.words import short
from opstui.operations.searching import found_by
from opstui.operations.world import World

LIMIT = 10.0
"""Seconds after which what has not answered is unknown."""

_FULL_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_CI_RUNS = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the backends said, before it is judged."""

    run: Known[Run]
    champion_run: Known[Run]
    ci: CiFacts
    images: Known[tuple[Image, ...]]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found out about one version."""

    run: Run | None
    champion_run: Run | None
    commit: str
    metrics: tuple[MetricDelta, ...]
    evidence: tuple[Evidence, ...]
    asked: Asked


async def gather(
    world: World, version: ModelVersion, champion: ModelVersion | None, limit: float = LIMIT
) -> Findings:
    """Find out what there is to know about `version`, beside `champion` where there is one.

    limit: seconds for everything together.
    """
    deadline = asyncio.get_running_loop().time() + limit
    run, champion_run = await asyncio.gather(
        _run_of(world, version, deadline), _run_of(world, champion, deadline)
    )
    commit = (run.value.commit if run.value else "") or version.tag("mlflow.source.git.commit")
    ci, images, clone = await asyncio.gather(
        ask_ci(world, commit, deadline),
        ask_images(world, commit, deadline),
        commit_evidence(world, commit, deadline),
    )
    evidence = [
        _ready(version), _run_state(version, run), ci_told(commit, ci),
        image_told(commit, images), clone,
    ]
    if champion is not None:
        evidence.append(_datasets(run.value, champion_run.value, champion.version))
    if version.stage:
        evidence.append(Evidence(
            "stage", Status.WARNED,
            f"stage {version.stage} is deprecated by MLflow and is left as it is",
        ))
    return Findings(
        run.value, champion_run.value, commit,
        deltas(run.value, champion_run.value, world.rules.directions), tuple(evidence),
        Asked(run, champion_run, ci, images),
    )


def deltas(
    candidate: Run | None, champion: Run | None, directions: dict[str, str]
) -> tuple[MetricDelta, ...]:
    """Every metric of both runs: the candidate's in its order, then what only the other has."""
    ours = dict(candidate.metrics) if candidate else {}
    theirs = dict(champion.metrics) if champion else {}
    names = [*ours, *(name for name in theirs if name not in ours)]
    return tuple(
        MetricDelta(name, ours.get(name), theirs.get(name), direction_of(name, directions))
        for name in names
    )


async def answer(question: Awaitable[T], deadline: float) -> Known[T]:
    """The backend's answer, or the reason in a sentence once the loop's clock is past it."""
    try:
        async with asyncio.timeout_at(deadline):
            return Known(await question, "")
    except TimeoutError:
        return Known(None, "no answer in time")
    except OpstuiError as error:
        return Known(None, str(error))


async def _run_of(world: World, version: ModelVersion | None, deadline: float) -> Known[Run]:
    if version is None:
        return Known(None, "there is no champion")
    if not version.run_id:
        return Known(None, f"v{version.version} names no source run")
    return await answer(world.tracking.run(version.run_id), deadline)


def _ready(version: ModelVersion) -> Evidence:
    if version.ready:
        return Evidence("status", Status.PASSED, "the version is ready")
    note = version.status_note or "its registration is not complete"
    return Evidence("status", Status.FAILED, f"the version is not ready: {note}")


def _run_state(version: ModelVersion, run: Known[Run]) -> Evidence:
    if run.value is None:
        return Evidence("run", Status.UNKNOWN, run.reason)
    name = run.value.name or version.run_id
    return Evidence("run", run.value.status, f"{name} {run.value.status.word}")


def _datasets(run: Run | None, champion: Run | None, version: str) -> Evidence:
    if run is None or champion is None or not (run.datasets and champion.datasets):
        return Evidence("data", Status.UNKNOWN, "the runs do not say what data they measured on")
    if dict(run.datasets) == dict(champion.datasets):
        return Evidence("data", Status.PASSED, f"the same datasets as v{version}")
    return Evidence(
        "data", Status.WARNED, f"other datasets than v{version}: the metrics may not compare"
    )


def _no_commit(name: str, commit: str) -> Evidence | None:
    if not commit:
        return Evidence(name, Status.UNKNOWN, "the run names no commit")
    if not _FULL_SHA.fullmatch(commit):
        return Evidence(name, Status.UNKNOWN, f"{commit} is no full commit id")
    return None


async def commit_evidence(world: World, commit: str, deadline: float) -> Evidence:
    """Whether this clone has the commit."""
    if missing := _no_commit("commit", commit):
        return missing
    found = await answer(world.git.resolve(f"{commit}^{{commit}}"), deadline)
    if found.value == commit:
        return Evidence("commit", Status.PASSED, f"{short(commit)} is in this clone")
    reason = found.reason or f"{short(commit)} is not in this clone"
    return Evidence("commit", Status.UNKNOWN, reason)


async def ask_images(
    world: World, commit: str, deadline: float
) -> Known[tuple[Image, ...]]:
    """The engine's images; not asked where there is no commit to look for."""
    if _no_commit("image", commit):
        return Known()
    return await answer(world.engine.images(), deadline)


def image_told(commit: str, images: Known[tuple[Image, ...]]) -> Evidence:
    """Whether the engine has an image whose revision label is exactly this commit.

    A label with the first digits only is told, but is no proof.
    """
    if missing := _no_commit("image", commit):
        return missing
    if images.value is None:
        return Evidence("image", Status.UNKNOWN, images.reason)
    for image in images.value:
        if image.revision == commit:
            return Evidence("image", Status.PASSED, f"{image.name} is built from {short(commit)}")
    for image in images.value:
        if same_commit(image.revision, commit):
            text = f"{image.name} names only the short id {image.revision}"
            return Evidence("image", Status.WARNED, text)
    return Evidence("image", Status.WARNED, f"no image of {short(commit)} on this engine")


async def ask_ci(world: World, commit: str, deadline: float) -> CiFacts:
    """What all CI servers know of exactly this commit; those still searched for are waited for."""
    if _no_commit("ci", commit):
        return CiFacts()
    # Half of the time at most: servers that are known must have some to answer.
    now = asyncio.get_running_loop().time()
    complete = await found_by(world.ci_search, now + (deadline - now) / 2)
    servers = tuple(world.ci)
    answers = await asyncio.gather(*(answer(server.runs(_CI_RUNS), deadline) for server in servers))
    known = {run.key: run for run in world.board.ci_runs}
    asked, silent = [], [] if complete else ["other servers: they are still searched for"]
    for server, said in zip(servers, answers, strict=True):
        if said.value is None:
            silent.append(f"{server.name}: {said.reason}")
        else:
            asked.append(server.name)
            known.update((run.key, run) for run in said.value)
    runs = tuple(run for run in known.values() if run.commit == commit)
    return CiFacts(runs, tuple(asked), tuple(silent))


async def ci_evidence(world: World, commit: str, deadline: float) -> Evidence:
    """What all CI servers say of exactly this commit."""
    return ci_told(commit, await ask_ci(world, commit, deadline))


def ci_told(commit: str, facts: CiFacts) -> Evidence:
    """What CI says of a commit, by the newest run of each workflow."""
    if missing := _no_commit("ci", commit):
        return missing
    if not facts.asked and not facts.silent:
        return Evidence("ci", Status.UNKNOWN, "no CI server is known")
    newest = newest_by_workflow(facts.runs)
    silent = f"; not asked: {', '.join(facts.silent)}" if facts.silent else ""
    if not newest:
        asked = ", ".join(facts.asked) or "none answered"
        text = f"no run of {short(commit)} is known ({asked})"
        return Evidence("ci", Status.UNKNOWN, text + silent)
    status = together(newest)
    told = ", ".join(
        f"{run.workflow} {run.status.word}{' on uncommitted changes' if run.dirty else ''}"
        f" ({run.server} #{run.number})" for run in newest
    )
    return Evidence("ci", status, f"{told} on {short(commit)}{silent}")
