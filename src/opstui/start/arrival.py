"""From the last frame to live data: what is held back, lifted, kept for the next start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from textual.geometry import Region

from opstui.lean import keeping, memory
from opstui.lean.cells import Cell
from opstui.lean.frames import Frames
from opstui.start.opening import Opening
from opstui.start.shown import BLANK, emptied, palette
from opstui.ui.house import House
from opstui.ui.reveal import PATIENCE, Reveal, at_home

REST = 1.0
"""Seconds after the last pane came in, so that nobody's first key waits for tidying up."""
AGAIN = 60.0
"""Seconds between frames that are kept while data come in."""


class Arrival:
    """Follows a start until everything is live, then keeps a frame now and then.

    painted: what stands on the terminal of the last frame, where something was drawn over it.
    """

    def __init__(
        self, opening: Opening, frames: Frames, house: House,
        painted: list[list[Cell]] | None = None,
    ) -> None:
        self._opening = opening
        self._frames = frames
        self._house = house
        note = opening.frame.note if opening.frame is not None else None
        self._reveal = Reveal(house, Region(note[0], 0, len(note[1]), 1) if note else Region())
        self._live = False
        self._renamed = False
        """There is no other frame yet to begin with, so that one with another row will do."""
        self._again = 0.0
        self._after: Callable[[float, Callable[[], None]], object] = lambda _seconds, _work: None
        self._rows: list[list[Cell]] = []
        """What was kept last."""
        if opening.frame is not None:
            rows = painted if painted is not None else keeping.rows_of(opening.frame)
            frames.adopt(rows, self._reveal.regions)

    def begin(self, after: Callable[[float, Callable[[], None]], object]) -> None:
        """The app runs: nothing waits longer than the patience. `after` sets a timer."""
        self._after = after
        after(PATIENCE + 0.05, self.look)

    def look(self) -> None:
        """Something was loaded or is overdue: show it; once all is live, settle down."""
        self._frames.lift()
        if not self._live and (self._reveal.live or monotonic() > self._reveal.end):
            self._live = True
            self._after(REST, memory.settle)
        if self._live and monotonic() > self._again:
            self._again = monotonic() + AGAIN
            self._after(REST, self.keep)

    def rename(self) -> None:
        """The lists are arranged otherwise from now on: frames kept until now are of no use."""
        if self._opening.again is not None:
            self._opening.identity, self._opening.file = self._opening.again()
            self._rows = []
            self._renamed = True

    def leave(self) -> None:
        """Whoever leaves does not wait for another frame: one was kept a moment ago.

        What changed since is missing from it, as its mark says: it is only as old as it looks.
        """
        shown = self._frames.shown
        if not self._rows:
            self.keep()
        elif shown is not None and shown.rows == self._rows:
            keeping.renew(Path(self._opening.file))

    def keep(self) -> None:
        """Keep what is shown, where the next start will look like it."""
        shown = self._frames.shown
        if shown is not None and self._reveal.live \
                and at_home(self._house, top=not self._renamed):
            file = Path(self._opening.file)
            if shown.rows == self._rows and keeping.renew(file):
                return
            self._rows = [list(row) for row in shown.rows]
            colours, detail = palette(self._house), self._house.floor.detail
            bare = emptied(shown, detail.region, colours[BLANK]) if detail.display else shown
            keeping.store(keeping.taken_from(bare, self._opening.identity, colours), file)
