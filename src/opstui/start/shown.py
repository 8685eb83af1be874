"""What of the screen is kept for the next start: the cells, and the colours to draw on with."""

from __future__ import annotations

from rich.color import ColorSystem
from textual.geometry import Region

from opstui.lean.cells import Cell, Inks, cells
from opstui.lean.frames import SYSTEMS
from opstui.lean.front import Front
from opstui.ui.house import House
from opstui.ui.paint import Span
from opstui.ui.strips import Strips

BLANK = "blank"
"""The name of the ground that nothing stands on."""
GROUNDS = ("", "|cursor", "|resting")
"""What rows stand on."""


def palette(house: House) -> dict[str, str]:
    """SGR parameters by the names of styles, as they are drawn here, and the look's own name."""
    inks = Inks(SYSTEMS.get(house.app.console.color_system or "", ColorSystem.TRUECOLOR))
    strips = Strips(house.brush)
    strips.suit(1, house.get_line_filters(), house)
    look = house.brush.look
    [blank] = cells(strips.of((Span(" ", "plain"),)), inks)
    found = {"look": look.name, BLANK: blank[1] if blank is not None else ""}
    for name in (role + ground for role in look.styles() for ground in GROUNDS):
        [cell, *_] = cells(strips.of((Span("x", name),)), inks)
        found[name] = cell[1] if cell is not None else ""
    return found


def emptied(front: Front, region: Region, ground: str) -> Front:
    """The same screen with nothing in a framed region: what stood there is read anew anyway."""
    copy = Front(front.width, front.height, erases=front.erases, scrolls=False)
    copy.rows = [list(row) for row in front.rows]
    blank: Cell = (" ", ground)
    for y in range(region.y, region.bottom):
        row = copy.rows[y]
        dash = row[region.x + 1] if y in (region.y, region.bottom - 1) else blank
        row[region.x + 1 : region.right - 1] = [dash] * (region.width - 2)
    return copy
