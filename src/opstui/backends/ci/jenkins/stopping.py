"""Ending a build: asked to stop, then without its cleaning up, then cut off.

https://www.jenkins.io/doc/book/using/aborting-a-build/: `stop`, `term` and `kill`, of which the
last two are for pipelines only. Jenkins itself wants them one after the other.
"""

from __future__ import annotations

import asyncio

from opstui.backends.ci.jenkins.posting import Posting
from opstui.backends.ci.web.door import Door
from opstui.backends.ci.web.refusals import RefusalError
from opstui.domain.errors import OpstuiError

PATIENCE = 10
"""Looks at a build after each way to end it."""
BETWEEN = 0.5
"""Seconds between looks."""


async def stop(door: Door, post: Posting, build: str, *, force: bool) -> None:
    """Ask a build to stop; with force, wait and go further until it has ended."""
    if not await _runs(door, build):
        raise OpstuiError("the build has ended already", where=build)
    await post(f"{build}stop")
    if not force:
        return
    for way in ("term", "kill"):
        if await _ended(door, build):
            return
        try:
            await post(f"{build}{way}")
        except RefusalError as error:
            if error.status != 404:  # no pipeline
                raise
    if not await _ended(door, build):
        raise OpstuiError("the build goes on, though Jenkins took the order to kill it",
                          where=build, hint="look at its agent")


async def _ended(door: Door, build: str) -> bool:
    for _ in range(PATIENCE):
        if not await _runs(door, build):
            return True
        await asyncio.sleep(BETWEEN)
    return False


async def _runs(door: Door, build: str) -> bool:
    return (await door.get(f"{build}api/json", {"tree": "building"})).json().truth("building")
