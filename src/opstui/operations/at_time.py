"""What was in production at a time: aliases, their versions, commits, images, CI, the code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opstui.domain.at_time import Then, then
from opstui.domain.attention import default_branch
from opstui.domain.branch import Commit
from opstui.domain.ci import CiRun
from opstui.domain.ci_state import newest_by_workflow
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run
from opstui.domain.image import Image
from opstui.domain.image_name import same_commit
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.operations.alias_history import history
from opstui.operations.world import World

MODELS = 50
"""Models with aliases that are looked at."""
NOW = timedelta(seconds=30)
"""What is so short ago is as it is now."""
COMMITS = 1000
"""Commits of the default branch that are looked through."""


@dataclass(frozen=True, slots=True)
class Served:
    """One alias of one model at that time, with where the version comes from."""

    model: str
    then: Then
    run: Run | None = None
    commit: str = ""
    subject: str = ""
    """The commit's first line; empty where this clone does not have it."""
    ci: tuple[CiRun, ...] = ()
    """The newest run of each workflow on that commit that had begun by then."""
    images: tuple[str, ...] = ()
    """Names of the images here that were built from that commit."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a time."""

    at: datetime
    served: tuple[Served, ...]
    branch: str = ""
    head: Commit | None = None
    """The newest commit of the default branch that is not younger."""
    unknown: tuple[str, ...] = ()
    """What could not be asked, as sentences."""


async def past(world: World, at: datetime) -> Past:
    """Ask git, CI, the engine, the registry and the journal; nobody's silence stops the rest."""
    unknown: list[str] = []
    ci, images, head, models = await asyncio.gather(
        _runs(world, unknown), _images(world, unknown), _head(world, at, unknown),
        _models(world, unknown),
    )
    served: list[Served] = []
    for model in models:
        try:
            served += await _of(world, model, at, ci, images)
        except OpstuiError as error:
            unknown.append(f"{model.name}: {error}")
    branch, commit = head
    return Past(at, tuple(served), branch, commit, tuple(unknown))


async def _of(
    world: World, model: RegisteredModel, at: datetime, ci: Sequence[CiRun],
    images: Sequence[Image],
) -> list[Served]:
    moves = await history(world, model.name)
    versions = (await world.registry.versions(model.name)).items
    made = {one.version: one.created for one in versions if one.created is not None}
    known = [alias for alias, _ in model.aliases] + [one.alias for one in moves]
    aliases = sorted({alias for alias in known if alias and alias != world.rules.previous},
                     key=lambda alias: (alias != world.rules.champion, alias))
    found: list[Served] = []
    for alias in aliases:
        named = model.version_of(alias)
        told = then(moves, alias, at, named, made)
        if not told.known and world.clock() - at < NOW:
            told = Then(alias, named, True, "it names it now")
        if told.known and not told.version and alias != world.rules.champion:
            continue
        found.append(await _served(world, model.name, told, at, versions, ci, images))
    return found


async def _served(
    world: World, model: str, told: Then, at: datetime, versions: Sequence[ModelVersion],
    ci: Sequence[CiRun], images: Sequence[Image],
) -> Served:
    version = next((one for one in versions if one.version == told.version), None)
    run: Run | None = None
    if version is not None and version.run_id:
        try:
            run = await world.tracking.run(version.run_id)
        except OpstuiError:
            run = None
    commit = (run.commit if run else "") or (
        version.tag("mlflow.source.git.commit") if version else "")
    if not commit:
        return Served(model, told, run)
    try:
        subject = (await world.git.commits(commit, 1))[0].subject
    except (OpstuiError, IndexError):
        subject = ""
    begun = [one for one in ci if one.commit == commit and one.created <= at]
    names = [one.name for one in images if same_commit(one.revision, commit)]
    return Served(
        model, told, run, commit, subject, tuple(newest_by_workflow(begun)), tuple(names)
    )


async def _models(world: World, unknown: list[str]) -> tuple[RegisteredModel, ...]:
    try:
        page = await world.registry.models()
    except OpstuiError as error:
        unknown.append(str(error))
        return ()
    return tuple(one for one in page.items if one.aliases)[:MODELS]


async def _runs(world: World, unknown: list[str]) -> tuple[CiRun, ...]:
    found: list[CiRun] = []
    for server in world.ci:
        try:
            found += await server.runs(200)
        except OpstuiError as error:
            unknown.append(f"{server.name}: {error}")
    return tuple(found)


async def _images(world: World, unknown: list[str]) -> tuple[Image, ...]:
    try:
        return await world.engine.images()
    except OpstuiError as error:
        unknown.append(str(error))
        return ()


async def _head(
    world: World, at: datetime, unknown: list[str]
) -> tuple[str, Commit | None]:
    """The default branch's newest commit by then, by committer dates: a push leaves no time."""
    try:
        branches = await world.git.branches()
        name = default_branch(branches)
        branch = next((one for one in branches if one.name == name), None)
        if branch is None:
            return "", None
        commits = await world.git.commits(branch.ref, COMMITS)
    except OpstuiError as error:
        unknown.append(str(error))
        return "", None
    return name, next((one for one in commits if one.when and one.when <= at), None)


def plain_past(found: Past) -> dict[str, Any]:
    """The answer as JSON has it; `null` where something is not known."""
    return {
        "at": found.at.isoformat(), "branch": found.branch or None,
        "head": {"commit": found.head.sha, "subject": found.head.subject} if found.head else None,
        "aliases": [{
            "model": one.model, "alias": one.then.alias, "known": one.then.known,
            "version": one.then.version or None, "proof": one.then.proof,
            "since": one.then.since.isoformat() if one.then.since else None,
            "until": one.then.until.isoformat() if one.then.until else None,
            "by": one.then.who or None, "run": one.run.id if one.run else None,
            "metrics": dict(one.run.metrics) if one.run else None, "commit": one.commit or None,
            "subject": one.subject or None, "images": list(one.images),
            "ci": [{"server": run.server, "workflow": run.workflow, "number": run.number,
                    "status": run.status.word} for run in one.ci],
        } for one in found.served],
        "unknown": list(found.unknown),
    }
