"""Pulling, pushing and tagging at a registry: done, then looked at, then told as it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from opstui.backends.engine_protocols import ImageRegistry, Transfers
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.image_reference import Reference, is_here
from opstui.domain.words import plural, size
from opstui.operations.acting import acting
from opstui.operations.engine_jobs import Job
from opstui.operations.running import run_job
from opstui.operations.same_engine import still_at
from opstui.operations.world import World

SETTLES = 5.0
"""Seconds that an engine may take to drop what it has of a transfer that was given up."""
_LOOK = 0.1
_NEAR = ("unix:", "tcp://127.", "tcp://localhost", "http://127.", "http://localhost")
"""How addresses of engines on this machine begin."""


def registry_of(world: World) -> ImageRegistry:
    """What asks image registries."""
    if world.image_registry is None:
        raise OpstuiError("image registries can't be asked here")
    return world.image_registry


async def registry_at(world: World, at: Reference) -> ImageRegistry:
    """What asks the registry of a reference.

    OpstuiError where that is on the engine's machine, and the engine is on another one.
    """
    registry = registry_of(world)
    if is_here(at.host) and not (await world.engine.where()).startswith(_NEAR):
        raise OpstuiError(f"{at.host} is on the engine's machine, and can't be asked from here",
                          where=await world.engine.where(),
                          hint="the engine itself can pull from it and push to it")
    return registry


def transfers_of(world: World) -> Transfers:
    """What pulls and pushes."""
    if world.transfers is None:
        raise OpstuiError("images can't be transferred here")
    return world.transfers


async def holder(world: World, at: Reference) -> Image | None:
    """The engine's image that has this name or digest now."""
    for image in await world.engine.images():
        if at.text in image.tags or (at.digest and at.text in image.digests):
            return image
    return None


async def pull(world: World, job: Job, at: Reference, expected: str = "") -> str:
    """Pull an image and look at what came; returns the sentence.

    expected: the digest that the person saw under the tag. Raises OpstuiError where it failed.
    """
    transfers, auth = transfers_of(world), await registry_of(world).auth(at)
    place = await world.engine.where()
    before, layers = await holder(world, at), await _layers(world)

    async def work() -> str:
        digest = await transfers.pull(at, auth, job.part)
        await still_at(world, place)
        return await _pulled(world, at, before, digest, expected)

    async def given_up() -> str:
        await still_at(world, place)
        return await _left_by_pull(world, at, before, layers)

    async with acting(
        world.journal, "image.pull", at.text, place,
        before=before.id if before is not None else "", after=expected,
        evidence=(("registry", at.address),),
    ) as act:
        told = await run_job(world, job, work, given_up)
        act.result = told if job.stopping else f"done: {told}"
    return told


async def _pulled(
    world: World, at: Reference, before: Image | None, digest: str, expected: str
) -> str:
    now = await holder(world, at)
    if now is None:
        raise OpstuiError(f"the engine says that it pulled {at.text}, and does not have it",
                          hint="refresh the images")
    told = f"{at.text} pulled: {now.short_id}"
    if before is not None and before.id == now.id:
        told = f"{at.text} was here already: {now.short_id}"
    if expected and digest and digest != expected:
        told += f"; the tag moved meanwhile: it names {digest[:19]}, not {expected[:19]}"
    return told


async def _left_by_pull(
    world: World, at: Reference, before: Image | None, layers: int | None
) -> str:
    """What is there after a pull that was stopped."""
    now = await holder(world, at)
    if now is not None and (before is None or now.id != before.id):
        return f"it was done before it could be stopped: {at.text} is {now.short_id}"
    there = (f"{at.text} is still {before.short_id}" if before is not None
             else f"the engine has no {at.text}")
    return f"stopped: {there}; {await _dropped(world, layers)}"


async def _dropped(world: World, layers: int | None) -> str:
    """Whether the engine's layers take as much as before; it drops them within moments."""
    if layers is None:
        return "whether it keeps layers of it is not known"
    more = 0
    loop = asyncio.get_running_loop()
    until = loop.time() + SETTLES
    while loop.time() < until:
        now = await _layers(world)
        if now is None:
            return "whether it keeps layers of it is not known"
        more = now - layers
        if more <= 0:
            return "nothing of it is left there"
        await asyncio.sleep(_LOOK)
    return f"the engine's layers take {size(more)} more than before it began"


async def _layers(world: World) -> int | None:
    """Bytes of all layers by the engine's own count; None where it does not say."""
    if world.pruning is None:
        return None
    try:
        return (await world.pruning.disk()).layers
    except OpstuiError:
        return None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a registry had under a tag before a push."""

    digest: str = ""
    """Empty where it had none."""
    problem: str = ""
    """Why it is not known."""


async def seen(world: World, at: Reference) -> Seen:
    """What the registry has under the tag now, or why that is not known."""
    try:
        return Seen(await (await registry_at(world, at)).digest(at))
    except OpstuiError as error:
        return Seen(problem=str(error))


async def push(world: World, job: Job, image: Image, at: Reference, before: Seen) -> str:
    """Push an image under a name that it gets where it has not got it; returns the sentence.

    before: what the person was told of the tag. Raises OpstuiError where it failed, or where the
    tag moved since.
    """
    registry, transfers = registry_of(world), transfers_of(world)
    auth = await registry.auth(at)
    now = await seen(world, at)
    if not before.problem and not now.problem and now.digest != before.digest:
        raise OpstuiError(f"{at.text} was pushed by somebody else meanwhile",
                          where=at.address, hint="look at the registry's tags: T")
    if at.text not in image.tags:
        raise OpstuiError(f"{image.name} is not called {at.text} any more",
                          hint="tag it first: t")

    async def work() -> str:
        return await _pushed(world, at, await transfers.push(at, auth, job.part))

    async def given_up() -> str:
        whole = sum(part.word == "Pushed" for part in job.now().parts)
        return await _left_by_push(world, at, now, whole)

    async with acting(
        world.journal, "image.push", at.text, at.address, before=now.digest, after=image.id,
    ) as act:
        told = await run_job(world, job, work, given_up)
        act.result = told if job.stopping else f"done: {told}"
    return told


async def _pushed(world: World, at: Reference, digest: str) -> str:
    now = await seen(world, at)
    if now.problem:
        return f"{at.text} pushed as {digest[:19]}; it could not be read back: {now.problem}"
    if digest and now.digest != digest:
        raise OpstuiError(
            f"{at.text} was pushed as {digest[:19]} and names {now.digest[:19] or 'nothing'}",
            where=at.address, hint="somebody else may have pushed it: T shows its tags",
        )
    return f"{at.text} pushed: {now.digest[:19]}"


async def _left_by_push(world: World, at: Reference, before: Seen, whole: int) -> str:
    """What the registry has after a push that was stopped. whole: layers that it took.

    Engines leave an upload as it is, and the API tells nobody else which one it was.
    """
    now = await seen(world, at)
    if now.problem:
        return f"stopped; what {at.host} has under {at.tag} is not known: {now.problem}"
    if now.digest and now.digest != before.digest and not before.problem:
        return f"it was done before it could be stopped: {at.text} is {now.digest[:19]}"
    there = (f"{at.text} still names {now.digest[:19]}" if now.digest
             else f"{at.host} has no {at.repository}:{at.tag}")
    sent = f"{plural(whole, 'layer')} and " if whole else ""
    return (f"stopped: {there}; {sent}what was sent of a layer under way is under no name there, "
            "and goes when the registry cleans up")


async def name_digest(world: World, at: Reference, tag: str, expected: str) -> str:
    """Let a tag name a digest without pulling anything; returns the sentence.

    expected: the digest that the person was told the tag names, empty for none.
    """
    registry, target = await registry_at(world, at), at.tagged(tag)
    now = await registry.digest(target)
    if now != expected:
        raise OpstuiError(
            f"{target.text} moved meanwhile: it names {now[:19] or 'nothing'}",
            where=at.address, hint="read the tags again",
        )
    async with acting(
        world.journal, "registry.tag", target.text, at.address, before=now, after=at.digest,
    ) as act:
        await registry.name(at, tag)
        named = await registry.digest(target)
        if named != at.digest:
            raise OpstuiError(
                f"{target.text} was set to {at.digest[:19]} and names {named[:19] or 'nothing'}",
                where=at.address, hint="somebody else may have moved it",
            )
        act.result = f"done: {target.text} names {named[:19]}"
    return f"{target.text} names {named[:19]}"
