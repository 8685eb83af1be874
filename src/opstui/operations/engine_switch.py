"""Taking another container engine."""

from __future__ import annotations

from opstui.domain.engine import KnownEngine
from opstui.domain.errors import OpstuiError
from opstui.operations.world import World


async def use_engine(world: World, engine: str) -> KnownEngine:
    """Talk to another engine from now on; what was known of the one before is forgotten.

    engine: an id, an address or a context's name. Raises OpstuiError for what is none of these.
    """
    if world.engines is None:
        raise OpstuiError("there is only this one engine")
    taken = await world.engines.use(engine)
    board = world.board
    board.images, board.containers, board.served = (), (), ()
    return taken
