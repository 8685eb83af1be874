"""Who gets which room on a screen of a given size: pure, so that every size can be tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NARROW = 100
"""Below this many columns one pane fills the screen."""
ROOMY = 9
"""Lines the focused pane gets, if need be from the others."""
LEAST = 3
"""Lines of a pane that only shows its first row."""
STRIP = 6
"""Lines that the strip above the panes gets at most, """
THIN_STRIP = 3
"""and on a narrow screen."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Heights of the panes (0: hidden), and what else is shown."""

    heights: tuple[int, ...]
    list_width: int
    """Cells for the panes; 0 hides them."""
    detail: bool
    narrow: bool
    """One at a time, with a line of tabs instead of the other panes."""


def arrange(
    width: int, height: int, *, main: int, total: int, active: int, in_detail: bool,
    zoomed: bool, strip: int | None = None,
) -> Arrangement:
    """Share a body of `width` x `height` cells.

    main: how many panes are always side by side; the ones after them are shown alone.
    active: index of the pane with the focus. in_detail: the detail area has it.
    strip: rows that the first pane has to show, where it is a strip above the others: it takes no
    more lines than it has rows, one where it has none, and none of those on a narrow screen.
    """
    narrow = width < NARROW
    if narrow or zoomed:
        if in_detail:
            return Arrangement((0,) * total, 0, True, narrow)
        heights = _only(total, active, height)
        if strip and not zoomed and 0 < active < main:
            top = min(strip, THIN_STRIP)
            heights = (top, *_only(total - 1, active - 1, height - top))
        return Arrangement(heights, width, False, narrow)
    list_width = max(42, min(96, width * 45 // 100))
    if active >= main:
        return Arrangement(_only(total, active, height), list_width, True, False)
    if strip is not None:
        top = min(max(1, strip), STRIP, height // 4)
        rest = shares(height - top, main - 1, max(0, active - 1))
        return Arrangement((top, *rest, *(0,) * (total - main)), list_width, True, False)
    return Arrangement(
        (*shares(height, main, active), *(0,) * (total - main)), list_width, True, False
    )


def shares(height: int, count: int, active: int) -> Sequence[int]:
    """Heights of `count` panes above each other, the active one higher where room is short."""
    if count == 1:
        return [height]
    other = max(LEAST, min(height // count - 1, (height - ROOMY) // (count - 1)))
    if other * count > height:
        other = height // count
    heights = [other] * count
    heights[active] = height - other * (count - 1)
    return heights


def _only(total: int, active: int, height: int) -> tuple[int, ...]:
    return tuple(height if n == active else 0 for n in range(total))
