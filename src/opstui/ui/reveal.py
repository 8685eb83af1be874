"""Where a picture of the last time may still stand while the house fills."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual.geometry import Region

from opstui.ui.house import House
from opstui.ui.pane import Pane
from opstui.ui.standing import arrangement

PATIENCE = 3.0
"""Seconds; what has not answered by then says so itself."""


def settled(pane: Pane) -> bool:
    """Whether a pane shows what its source said, or what is wrong."""
    return pane.level.snapshot.loaded or bool(pane.level.snapshot.problem)


def at_home(house: House, *, top: bool = True) -> bool:
    """Whether it looks as after a start: nobody has gone anywhere or arranged anything since.

    top: nor has anybody moved to another row.
    """
    floor = house.floor
    return (
        house.app.screen is house and not floor.in_detail and not house.asking
        and arrangement(floor).plan == floor.opened.plan
        and all(
            len(pane.stacks[pane.tab]) == 1 and (not top or pane.level.place.index <= 0)
            for pane in floor.panes[: floor.main]
        )
    )


class Reveal:
    """Says what of an old picture may be seen.

    All of it until the first pane has settled, then only panes and details that have not, and
    the note that it is old.
    """

    def __init__(self, house: House, note: Region) -> None:
        self._house = house
        self._note = note
        self.end = monotonic() + PATIENCE

    def regions(self) -> Sequence[Region]:
        """Where it stands; empty once nothing old is left."""
        house = self._house
        if monotonic() > self.end:
            return ()
        if not house.is_attached or not house.headed:
            return (house.app.size.region,)
        if not at_home(house):
            return ()
        floor = house.floor
        waiting = [pane.region for pane in floor.panes if pane.display and not settled(pane)]
        if floor.detail.display and floor.detail.waiting:
            waiting.append(floor.detail.region)
        return (*waiting, self._note) if waiting else ()

    @property
    def live(self) -> bool:
        """Whether everything in sight has settled."""
        floor = self._house.floor
        return self._house.headed and not (floor.detail.display and floor.detail.waiting) and all(
            settled(pane) for pane in floor.panes if pane.display
        )
