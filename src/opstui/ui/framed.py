"""A box that draws itself as lines of spans, frame included, and repaints only what differs."""

from __future__ import annotations

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from opstui.lean.direct import paint
from opstui.ui.box import PLAIN, ROUND, rule
from opstui.ui.measure import fit
from opstui.ui.paint import Line, Span
from opstui.ui.strips import Strips
from opstui.ui.theme import Brush

WHEEL = 3
"""Lines that one notch of a mouse's wheel moves."""


class Framed(Widget, can_focus=True):
    """Base of everything that shows rows or text inside a frame that carries facts.

    Subclasses give `picture`; `redraw` compares it with what is on the screen and repaints the
    lines that differ, so calling it too often costs little and sends nothing.
    """

    DEFAULT_CSS = "Framed { width: 1fr; height: 1fr; }"
    rim = 1
    """Lines and cells that the frame takes at each side."""

    def __init__(self, brush: Brush, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.brush = brush
        self._box = Size(0, 0)
        """The size that the picture was made for."""
        self._lines: list[Line] = []
        self._made: list[Strip | None] = []
        """The lines as strips, as far as they were needed."""
        self._strips = Strips(brush)
        self._boxed: dict[int, tuple[Line, Line]] = {}
        """Lines of the last picture by identity, with the frame's sides."""

    @property
    def inner_width(self) -> int:
        """Cells between the frame's sides."""
        return max(0, self._box.width - 2 * self.rim)

    @property
    def inner_height(self) -> int:
        """Lines between the frame's top and bottom."""
        return max(0, self._box.height - 2 * self.rim)

    def frame_title(self) -> Line:
        """What stands in the frame's top, at the left."""
        return ()

    def frame_facts(self) -> Line:
        """What stands in the frame's top, at the right."""
        return ()

    def frame_foot(self) -> Line:
        """What stands in the frame's bottom."""
        return ()

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """At most `height` lines; missing ones are blank. Lines that are the same objects as in
        the last picture cost nothing."""
        raise NotImplementedError

    def picture(self) -> list[Line]:
        """Every line of the widget as it should be now."""
        width, height = self.inner_width, self.inner_height
        edge = "frame-focus" if self.has_focus else "frame"
        corners = PLAIN if self.brush.ascii_only else ROUND
        side = Span(corners[5], edge)
        body = self.inner_lines(width, height)[:height]
        body += [()] * (height - len(body))
        known, self._boxed = self._boxed, {}
        lines: list[Line] = []
        for line in body:
            old = known.get(id(line))
            if old is None or old[0] is not line or old[1][0] != side:
                old = (line, (side, *fit(line, width), side))
            self._boxed[id(line)] = old
            lines.append(old[1])
        title, facts, foot = self.frame_title(), self.frame_facts(), self.frame_foot()
        return [
            rule(width + 2, title, facts, corners[:2], corners[4], edge),
            *lines,
            rule(width + 2, foot, (), corners[2:4], corners[4], edge),
        ]

    def redraw(self) -> None:
        """Repaint what differs from what is on the screen."""
        if not self.is_attached or not self.size:
            return
        old = self._lines
        self._take_picture()
        new = self._lines
        if len(old) != len(new):
            self.refresh()
            return
        differing = [y for y, line in enumerate(new) if line is not old[y] and line != old[y]]
        if differing and not paint(self, differing):
            width = self._box.width
            self.refresh(*(Region(0, y, width, 1) for y in differing))

    def _take_picture(self) -> None:
        old, made = self._lines, self._made
        same = self._box == self.size
        self._box = self.size
        self._boxed = self._boxed if same else {}
        self._lines = new = self.picture()
        if same and len(old) == len(new):
            self._made = [
                strip if line is before or line == before else None
                for line, before, strip in zip(new, old, made, strict=True)
            ]
        else:
            self._made = [None] * len(new)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as Textual wants them, cleaned of everything a terminal would act on.

        Instead of `render_line`: nothing of Textual's boxes is drawn around it, so what it keeps
        for those would only cost time.
        """
        if self._box != self.size or not self._lines:
            self._take_picture()
        width, made = self._box.width, self._made
        if not self._strips.suit(width, self.get_line_filters(), self):
            made[:] = [None] * len(made)
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = made[y] if y < len(made) else Strip.blank(width)
            if strip is None:
                strip = made[y] = self._strips.of(self._lines[y])
            strips.append(strip)
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def on_resize(self) -> None:
        """A new size is a new picture."""
        self.redraw()

    def scroll_by(self, lines: int) -> None:
        """Move what is shown; negative numbers move up. Nothing moves by default."""

    def on_mouse_scroll_down(self) -> None:
        """The wheel, towards the person."""
        self.scroll_by(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel, away from the person."""
        self.scroll_by(-WHEEL)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The frame shows who has the keys."""
        super().watch_has_focus(_has_focus)
        self.redraw()
