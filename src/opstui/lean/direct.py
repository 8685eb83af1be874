"""Lines from a widget straight to the terminal, without a detour through Textual's compositor.

Textual would pass an update from pump to pump, wait for its screen's timer and cut all widgets
into pieces. Where nothing stands above a widget, its lines are simply the screen's.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.widget import Widget

from opstui.lean.driver import LeanDriver
from opstui.lean.frames import Frames


def thin(widget: Widget) -> bool:
    """Whether the line to the terminal was seen to carry little."""
    driver = widget.app._driver
    return isinstance(driver, LeanDriver) and driver.flow.thin


def paint(widget: Widget, lines: Sequence[int]) -> bool:
    """Show these lines of a widget with the next frame; False where Textual has to."""
    display = getattr(widget.app, "_display", None)
    frames = getattr(display, "__self__", None)
    if not isinstance(frames, Frames) or not widget.is_attached:
        return False
    region = uncovered(widget)
    if region is None or region.size != widget.size:
        return False
    width = region.width
    return frames.paint(region.x, [
        (region.y + y, widget.render_lines(Region(0, y, width, 1))[0]) for y in lines
    ])


def uncovered(widget: Widget) -> Region | None:
    """Where a widget is on the screen, if it is there as a whole and nothing is above it."""
    app, screen = widget.app, widget.screen
    if (screen is not app.screen or app._batch_count or screen._layout_required
            or screen._repaint_required or screen._scroll_required):
        return None
    visible = screen._compositor.visible_widgets
    region, clip = visible.get(widget, (Region(), Region()))
    if not region or clip.intersection(region) != region:
        return None
    for other, (place, cut) in visible.items():  # the topmost first
        if other is widget:
            return region
        if region.overlaps(place.intersection(cut)):
            return None
    return None
