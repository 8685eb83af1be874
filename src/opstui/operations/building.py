"""Building an image at a commit: journaled, followed, and looked at afterwards."""

from __future__ import annotations

from opstui.backends.engine_protocols import Builds
from opstui.domain.build import BuildOrder
from opstui.domain.errors import OpstuiError
from opstui.domain.words import short
from opstui.operations.acting import acting
from opstui.operations.engine_jobs import Job
from opstui.operations.running import run_job
from opstui.operations.same_engine import still_at
from opstui.operations.world import World


def builds_of(world: World) -> Builds:
    """What builds images of this repository."""
    if world.builds is None:
        raise OpstuiError("images can't be built here")
    return world.builds


async def build(world: World, job: Job, order: BuildOrder) -> str:
    """Build it; returns the sentence. Raises OpstuiError where it failed.

    What it prints is kept by the job.
    """
    builds = builds_of(world)
    place = await world.engine.where()
    before = {image.id for image in await world.engine.images() if order.name in image.tags}

    async def work() -> str:
        built = ""
        printing = builds.build(order)
        async for piece in printing:
            if isinstance(piece, bytes):
                job.printed(piece)
                job.note(_last(piece) or job.facts.note)
            else:
                built = piece
        await still_at(world, place)
        return await _built(world, order, built)

    async def given_up() -> str:
        await still_at(world, place)
        now = {image.id for image in await world.engine.images() if order.name in image.tags}
        if now - before:
            return f"it was done before it could be stopped: {order.name} is built"
        there = "is what it was" if before else "was not made"
        return f"stopped: {order.name} {there}; the steps done by then stay in the engine's cache"

    async with acting(
        world.journal, "image.build", order.name, place, after=order.commit,
        evidence=(("dockerfile", order.path), ("commit", order.commit)),
    ) as act:
        told = await run_job(world, job, work, given_up)
        act.result = told if job.stopping else f"done: {told}"
    return told


async def _built(world: World, order: BuildOrder, id: str) -> str:
    """Whether the image that was built is there under its name and tells its commit."""
    found = next((one for one in await world.engine.images() if order.name in one.tags), None)
    if found is None or (id and found.id != id):
        raise OpstuiError(f"the build ended, and {order.name} is not what it made",
                          hint="somebody else may have tagged it; read its log")
    if found.revision != order.commit:
        raise OpstuiError(f"{order.name} was built, but does not tell its commit",
                          hint=f"does {order.path} set the label itself?")
    return f"{order.name} built at {short(order.commit)}: {found.short_id}"


def _last(piece: bytes) -> str:
    lines = [line.strip() for line in piece.decode("utf-8", "replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")[:120]
