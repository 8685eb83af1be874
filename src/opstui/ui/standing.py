"""Standing as before: how a floor is arranged, taken from it and given to another one."""

from __future__ import annotations

from opstui.ui.arranged import Arranged, arranged
from opstui.ui.floor import Floor
from opstui.ui.pane import Pane


def arrangement(floor: Floor) -> Arranged:
    """How everything is arranged now."""
    active = floor.active if floor.active < floor.main else floor.home
    return arranged(floor.panes, active, floor.home, zoomed=floor.zoomed)


def stand(floor: Floor, as_before: Arranged) -> None:
    """Arrange everything as it was, before it is shown."""
    floor.opened = as_before
    floor.active = floor._came_from = as_before.index(
        [pane.spec for pane in floor.panes[: floor.main]], floor.home
    )
    floor.zoomed = as_before.zoomed
    for pane in floor.panes:
        pane.tab = as_before.tab(pane.spec)
        pane.shapes.update(as_before.shapes())


def take_over(floor: Floor, other: Floor) -> None:
    """Stand as another floor with equal panes does, before this one is shown."""
    floor.active, floor._came_from, floor.zoomed = other.active, other._came_from, other.zoomed
    for pane, before in zip(floor.panes, other.panes, strict=True):
        _take_over(pane, before)


def _take_over(pane: Pane, other: Pane) -> None:
    """Tab, columns, sort, filter, row."""
    pane.tab, pane.shapes = other.tab, other.shapes
    for stack, before in zip(pane.stacks, other.stacks, strict=True):
        level, place = stack[0], before[0].place
        level.place.sort, level.place.descending = place.sort, place.descending
        level.place.filter, level.place.sought = place.filter, place.key
        if place.filter:
            level.view.server_filter(place.filter)
        if place.sort:
            level.view.server_sort(place.sort, place.descending)
