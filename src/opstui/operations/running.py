"""Carrying out a job beside the keys: it ends with a sentence, however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.operations.engine_jobs import Job
from opstui.operations.world import World


async def run_job(
    world: World, job: Job, work: Callable[[], Awaitable[str]],
    given_up: Callable[[], Awaitable[str]] | None = None,
) -> str:
    """Do `work` until it is done, fails or is stopped; returns the sentence it ended with.

    work: gives the sentence. given_up: finds out what is left after the work was cancelled,
    because somebody stopped the job; None where the work looks at `job.stopping` by itself.
    Raises OpstuiError where it failed. Where the caller itself is cancelled, so is the work.
    """
    said: list[str] = []

    async def carried() -> None:
        said.append(await work())

    task = asyncio.create_task(carried())
    if given_up is not None:
        job.follow(task)
    try:
        await task
    except OpstuiError as error:
        job.end(Status.FAILED, str(error), world.clock())
        raise
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if given_up is None or not job.stopping or (caller is not None and caller.cancelling()):
            job.end(Status.CANCELLED, "given up: opstui was left", world.clock())
            raise
        try:
            told = await given_up()
        except OpstuiError as error:
            told = f"stopped; what is left of it is not known: {error}"
        job.end(Status.CANCELLED, told, world.clock())
        return told
    job.end(Status.CANCELLED if job.stopping else Status.PASSED, said[0], world.clock())
    return said[0]
