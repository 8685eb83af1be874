"""What lies behind everything: blank lines, without the boxes that Textual would draw."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


def blank_lines(widget: Widget, crop: Region) -> list[Strip]:
    """A region of a widget's background."""
    background = widget.background_colors[1]
    return [Strip.blank(crop.width, Style(bgcolor=background.rich_color))] * crop.height


class Ground(Widget):
    """A container that the widgets inside it cover: its lines are asked for with every frame and
    hardly ever seen."""

    _blank: tuple[object, list[Strip]] = (None, [])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Blanks, made once a theme and size."""
        mark = (self.app.theme, crop)
        if self._blank[0] != mark:
            self._blank = (mark, blank_lines(self, crop))
        return self._blank[1]
