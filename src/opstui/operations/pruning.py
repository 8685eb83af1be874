"""Pruning images: what is known about who needs them, and removing what was agreed on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opstui.backends.engine_protocols import Pruning
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.local_mlflow import LocalPhase
from opstui.domain.model import RegisteredModel
from opstui.domain.prune import Claim, Disk, Ended, Gap, Known, PrunePlan, Removal
from opstui.domain.served import Served
from opstui.domain.words import plural, size
from opstui.operations.acting import acting
from opstui.operations.same_engine import still_at
from opstui.operations.serving import read_served
from opstui.operations.world import World

AT_ONCE = 8
"""Versions that are asked for at the same time."""
SECONDS = 30.0
"""How long the model registry may take for everything; what is missing then is unknown."""


async def know(world: World) -> tuple[tuple[Image, ...], Known]:
    """The images, and everything that is known about who needs them.

    Raises OpstuiError where the engine itself does not answer; whatever else does not answer
    becomes a gap, which keeps every image that it could be about.
    """
    pruning = pruning_of(world)
    images, containers, disk = await asyncio.gather(
        world.engine.images(), world.engine.containers(), pruning.disk()
    )
    served = await read_served(world, containers)
    found = _Found()
    await asyncio.gather(_ask_models(world, served, found), _ask_branches(world, found))
    return images, Known(
        tuple(found.models), tuple(found.branches), tuple(found.gaps), tuple(found.notes),
        disk.shares, disk.parents,
    )


def pruning_of(world: World) -> Pruning:
    """The engine's door for it."""
    if world.pruning is None:
        raise OpstuiError("images can't be pruned here")
    return world.pruning


@dataclass(slots=True)
class Pruned:
    """What became of what was agreed on."""

    removals: list[Removal] = field(default_factory=list)
    left: int = 0
    """Images that were not touched, because it was stopped."""
    freed: int | None = None
    """Bytes by the engine's own count before and after; None where it could not be had."""
    still: tuple[str, ...] = ()
    """Names of images that were removed and are there all the same."""

    def count(self, ended: Ended) -> int:
        """How many ended so."""
        return sum(one.ended is ended for one in self.removals)

    def sentence(self) -> str:
        """All of it in one line."""
        parts = [f"{plural(self.count(Ended.REMOVED), 'image')} removed"]
        parts += [f"{count} {ended.value}" for ended in (Ended.GONE, Ended.SKIPPED, Ended.REFUSED)
                  if (count := self.count(ended))]
        if self.left:
            parts.append(f"stopped: {plural(self.left, 'image')} not touched")
        if self.still:
            parts.append(f"still there: {', '.join(self.still)}")
        parts.append("how much became free is not known" if self.freed is None
                     else f"{size(max(0, self.freed))} became free")
        return ", ".join(parts)


async def carry_out(
    world: World, plan: PrunePlan, tell: Callable[[Removal], None], stopped: Callable[[], bool]
) -> Pruned:
    """Remove what the plan says, one after the other, and count afterwards.

    tell: hears of each image when it is done. stopped: asked before each image.
    The journal holds the exact list, before anything is removed.
    """
    pruning, place = pruning_of(world), await world.engine.where()
    pruned = Pruned()
    before = await _layers(pruning.disk)
    async with acting(
        world.journal, "image.prune", plural(len(plan.go), "image"), place,
        before=f"at least {size(plan.bytes)} to become free",
        evidence=[(one.image.id, " ".join(one.image.tags) or one.why.value) for one in plan.go],
    ) as act:
        try:
            for number, one in enumerate(plan.go):
                if stopped():
                    pruned.left = len(plan.go) - number
                    break
                await still_at(world, place)
                removal = await pruning.remove_seen(one.image)
                pruned.removals.append(removal)
                tell(removal)
        except OpstuiError as error:
            raise OpstuiError(
                f"{error.what}, after {len(pruned.removals)} of {len(plan.go)} images",
                where=error.where, hint=error.hint,
            ) from error
        pruned.still = await _still(world, pruned.removals)
        after = await _layers(pruning.disk)
        # podman says 0 where it does not count
        pruned.freed = before - after if before and after is not None else None
        act.result = f"done: {pruned.sentence()}"
    return pruned


async def _layers(ask: Callable[[], Awaitable[Disk]]) -> int | None:
    try:
        return (await ask()).layers
    except OpstuiError:
        return None


async def _still(world: World, removals: Sequence[Removal]) -> tuple[str, ...]:
    """Names of images that should be gone and are not."""
    there = {image.id for image in await world.engine.images()}
    return tuple(
        one.image.name for one in removals
        if one.ended in (Ended.REMOVED, Ended.GONE) and one.image.id in there
    )


@dataclass(slots=True)
class _Found:
    models: list[Claim] = field(default_factory=list)
    branches: list[Claim] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def _ask_branches(world: World, found: _Found) -> None:
    try:
        branches = await world.git.branches()
    except OpstuiError as error:
        found.gaps.append(Gap(f"the branches can't be read: {error}", labelled=True))
        return
    found.branches += [Claim(f"head of {one.name}", one.commit) for one in branches]


async def _ask_models(world: World, served: Sequence[Served], found: _Found) -> None:
    try:
        await world.registry.where()
    except OpstuiError as error:
        await _no_registry(world, error, found)
        return
    try:
        async with asyncio.timeout(SECONDS):
            wanted = _wanted(await _models(world), served)
            limit = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(
                _ask_version(world, model, version, what, found, limit)
                for (model, version), what in wanted.items()
            ))
            await asyncio.gather(*(
                _ask_run(world, one.run_id, f"run {one.run_id[:8]} served by {one.name}", found,
                         limit)
                for one in served if one.run_id
            ))
    except TimeoutError:
        found.gaps.append(Gap(f"the model registry did not answer within {SECONDS:.0f} s"))
    except OpstuiError as error:
        found.gaps.append(Gap(f"the model registry can't be read: {error}"))


async def _no_registry(world: World, error: OpstuiError, found: _Found) -> None:
    """Without a server nothing is aliased, unless there is one that is not running now."""
    if world.local.state().phase is LocalPhase.OFF:
        offer = await world.local.offer()
        if not offer.found and not await asyncio.to_thread(Path(offer.store).exists):
            found.notes.append("no MLflow server is configured: no model version is known")
            return
    found.gaps.append(Gap(f"the model registry can't be read: {error}"))


async def _models(world: World) -> list[RegisteredModel]:
    models: list[RegisteredModel] = []
    token = ""
    while True:
        page = await world.registry.models(token)
        models += page.items
        if not (token := page.token):
            return models


def _wanted(
    models: Sequence[RegisteredModel], served: Sequence[Served]
) -> dict[tuple[str, str], str]:
    """Every version that an alias names or a container serves, and what to call it."""
    told: dict[tuple[str, str], list[str]] = {}
    for model in models:
        for alias, version in model.aliases:
            told.setdefault((model.name, version), []).append(f"@{alias}")
    for one in served:
        if one.model and one.version:
            told.setdefault((one.model, one.version), []).append(f"served by {one.name}")
    return {
        (model, version): f"{model} v{version} {' '.join(words)}"
        for (model, version), words in told.items()
    }


async def _ask_version(
    world: World, model: str, version: str, what: str, found: _Found, limit: asyncio.Semaphore
) -> None:
    async with limit:
        try:
            asked = await world.registry.version(model, version)
        except OpstuiError as error:
            found.gaps.append(Gap(f"{what} can't be read: {error}"))
            return
    commit = asked.tag("mlflow.source.git.commit")
    if commit:
        found.models.append(Claim(what, commit))
    if asked.run_id:
        await _ask_run(world, asked.run_id, what, found, limit)
    elif not commit:
        found.notes.append(f"{what} names no run and no commit: no image is known to be its own")


async def _ask_run(
    world: World, run_id: str, what: str, found: _Found, limit: asyncio.Semaphore
) -> None:
    async with limit:
        try:
            run = await world.tracking.run(run_id)
        except OpstuiError as error:
            found.gaps.append(Gap(f"the run of {what} can't be read: {error}"))
            return
    if run.commit or run.image:
        found.models.append(Claim(what, run.commit, run.image))
    else:
        found.notes.append(f"the run of {what} recorded no commit and no image: no image is known "
                           "to be its own")
