"""Whether acts that take a while still talk to the engine that they began with."""

from __future__ import annotations

from opstui.domain.errors import OpstuiError
from opstui.operations.world import World


async def still_at(world: World, place: str) -> None:
    """Raise OpstuiError where the person chose another engine since `place` was asked for."""
    if await world.engine.where() != place:
        raise OpstuiError("another engine was chosen meanwhile", where=place,
                          hint="O goes back to it; look there at what was done")
