"""Reading what a plan's writes will replace, just before they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from opstui.domain.alias import NEW
from opstui.domain.errors import OpstuiError
from opstui.domain.footsteps import FACT, Footstep, StepKind, encode
from opstui.domain.writes import Write, WriteKind
from opstui.operations.walking import values
from opstui.operations.world import World

_KINDS = {
    WriteKind.SET_TAG: StepKind.TAG, WriteKind.DELETE_TAG: StepKind.TAG,
    WriteKind.SET_ALIAS: StepKind.ALIAS, WriteKind.DELETE_ALIAS: StepKind.ALIAS,
}


async def steps_before(world: World, writes: Sequence[Write]) -> tuple[tuple[str, str], ...]:
    """The evidence that lets these writes be taken back or gone on with.

    Empty where what stands there can't be read, and where the version is yet to be made: its
    number is not known before the copy.
    """
    steps = [_step(one) for one in writes if one.kind in _KINDS]
    if any(NEW in (one.version, one.after) for one in steps):
        return ()
    try:
        now = await values(world, steps)
    except OpstuiError:
        return ()
    before = (replace(step, before=value) for step, value in zip(steps, now, strict=True))
    return ((FACT, encode(before)),)


def _step(write: Write) -> Footstep:
    kind = _KINDS[write.kind]
    if kind is StepKind.TAG:
        return Footstep(kind, write.model, write.version, write.name, "", write.value)
    return Footstep(kind, write.model, "", write.name, "", write.version)
