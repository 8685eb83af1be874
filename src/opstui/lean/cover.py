"""An old picture on the terminal beneath which a new one grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Region

from opstui.lean.cells import BLANK, Cell
from opstui.lean.front import Front


class Cover:
    """Shows a new picture except for the regions where the old one still stands.

    old: what the terminal shows.
    new: an empty front of the same size, to draw the new picture into.
    regions: where the old picture stands at the moment; once there are none, the cover is gone.
    """

    def __init__(self, old: Front, new: Front, regions: Callable[[], Sequence[Region]]) -> None:
        self.old, self.new = old, new
        self._regions = regions
        self.gone = False

    def frame(self) -> str:
        """The characters that show what may be seen of the new picture by now."""
        self.new.frame()  # takes in what was drawn since; the terminal shows the other one
        regions = [region for region in self._regions() if region]
        self.gone = not regions
        for y, row in enumerate(self.new.rows):
            seen = list(row)
            for region in regions:
                if region.y <= y < region.bottom:
                    _keep(seen, self.old.rows[y], max(0, region.x), min(region.right, len(seen)))
            self.old.span(y, 0, seen)
        return self.old.frame()


def _keep(row: list[Cell], old: list[Cell], start: int, end: int) -> None:
    """Put old cells over a stretch; a wide character that was cut in half becomes blank."""
    if start > 0 and row[start] is None:
        row[start - 1] = BLANK
    if end < len(row) and row[end] is None:
        row[end] = BLANK
    row[start:end] = old[start:end]
    if start < end and row[start] is None:
        row[start] = BLANK
    if start < end < len(row) and row[end] is not None and old[end] is None:
        row[end - 1] = BLANK
