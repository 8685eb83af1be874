"""A pane's list without a frame: a strip of a few lines above the others."""

from __future__ import annotations

from opstui.ui.measure import fit
from opstui.ui.paint import Line
from opstui.ui.pane_list import PaneList


class BareList(PaneList):
    """Its rows are all there is of it; the number stands in its first row."""

    rim = 0

    def picture(self) -> list[Line]:
        """The rows in sight and nothing else."""
        width, height = self.inner_width, self.inner_height
        body = self.inner_lines(width, height)[:height]
        body += [()] * (height - len(body))
        return [fit(line, width) for line in body]
