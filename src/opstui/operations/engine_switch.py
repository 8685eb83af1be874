"""Taking another container engine."""

from __future__ import annotations

from opstui.domain.engine import KnownEngine
from opstui.domain.errors import OpstuiError
from opstui.operations.world import World


async def use_engine(world: World, engine: str) -> KnownEngine:
    """Talk to another engine from now on; what was known of the one before is forgotten.

    engine: an id, an address or a context's name. Raises OpstuiError for what is none of these,
    and while something long is under way.
    """
    if world.engines is None:
        raise OpstuiError("there is only this one engine")
    busy = next((one for one in world.jobs.all() if one.ended is None), None)
    if busy is not None:  # its end is looked up at the engine it began on
        raise OpstuiError(
            f"a {busy.verb} of {busy.name} is under way on this engine",
            hint="J lists it: wait for its end, or stop it there",
        )
    taken = await world.engines.use(engine)
    board = world.board
    board.images, board.containers, board.served = (), (), ()
    return taken
