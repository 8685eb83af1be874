"""What the containers serve, put where every pane finds it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from opstui.domain.errors import OpstuiError
from opstui.domain.image import Container
from opstui.domain.served import Served, Within, served
from opstui.operations.world import World

SECONDS = 2.0
"""How long a look inside may hold up whoever wants the list; what was read by then is kept."""


async def read_served(
    world: World, containers: tuple[Container, ...], seconds: float = SECONDS
) -> tuple[Served, ...]:
    """What these containers serve, by their labels and environments; also on the board.

    An engine that does not answer this leaves what was known and what the labels tell, and no
    error: whoever asked for the list was told.
    """
    before = {one.container: one for one in world.board.served}
    within: Mapping[str, Within] | None = {}
    if world.inside is not None:
        try:
            async with asyncio.timeout(seconds):
                within = await world.inside.within(containers, world.rules.served)
        except (OpstuiError, TimeoutError):
            within = None
    if within is not None and within != world.board.within:
        world.board.within = within
    nothing = Within()
    found: list[Served] = []
    for container in containers:
        inner = (within or {}).get(container.id, nothing)
        one = served(container, inner.environment, world.rules.served, inner.started)
        if within is None:
            one = before.get(container.id) or one
        if one is not None:
            found.append(one)
    if world.board.served != tuple(found):  # the same stays the same object
        world.board.served = tuple(found)
    return world.board.served
