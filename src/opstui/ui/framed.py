"""A box that draws itself as lines of spans, frame included, and repaints only what differs."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from opstui.domain.text import clean
from opstui.ui.paint import Line, Span
from opstui.ui.theme import Brush

ROUND = "╭╮╰╯─│"
PLAIN = "++++-|"
WHEEL = 3
"""Lines that one notch of a mouse's wheel moves."""


def width_of(line: Line) -> int:
    """How many cells a line takes."""
    return sum(cells(span.text) for span in line)


@lru_cache(maxsize=8192)
def cells(text: str) -> int:
    """How many cells a text takes once it is cleaned."""
    text = clean(text)
    return len(text) if text.isascii() else cell_len(text)


def fit(line: Line, width: int, *, right: bool = False, ground: str = "") -> Line:
    """The line cropped with an ellipsis or padded to exactly `width` cells."""
    total = width_of(line)
    if total < width:
        pad = Span(" " * (width - total), line[-1].style if line and ground == "" else "plain")
        pad = Span(pad.text, "plain")
        return (pad, *line) if right else (*line, pad)
    if total == width:
        return line
    return crop(line, width)


def crop(line: Line, width: int) -> Line:
    """The first `width` cells, the last of them an ellipsis; cuts no wide character in half."""
    if width <= 0:
        return ()
    kept: list[Span] = []
    room = width - 1
    for span in line:
        size = cells(span.text)
        if size > room:
            kept.append(Span(set_cell_size(clean(span.text), room) + "…", span.style))
            return tuple(kept)
        kept.append(span)
        room -= size
    return (*kept, Span("…", "dim"))


def on_ground(line: Line, ground: str) -> Line:
    """The same line over another background."""
    return tuple(Span(span.text, f"{span.style}|{ground}") for span in line) if ground else line


class Framed(Widget, can_focus=True):
    """Base of everything that shows rows or text inside a frame that carries facts.

    Subclasses give `picture`; `redraw` compares it with what is on the screen and repaints the
    lines that differ, so calling it too often costs little and sends nothing.
    """

    DEFAULT_CSS = "Framed { width: 1fr; height: 1fr; }"

    def __init__(self, brush: Brush, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.brush = brush
        self._lines: list[Line] = []

    @property
    def inner_width(self) -> int:
        """Cells between the frame's sides."""
        return max(0, self.size.width - 2)

    @property
    def inner_height(self) -> int:
        """Lines between the frame's top and bottom."""
        return max(0, self.size.height - 2)

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
        """At most `height` lines; missing ones are blank."""
        raise NotImplementedError

    def picture(self) -> list[Line]:
        """Every line of the widget as it should be now."""
        width, height = self.inner_width, self.inner_height
        edge = "frame-focus" if self.has_focus else "frame"
        corners = PLAIN if self.brush.ascii_only else ROUND
        side = Span(corners[5], edge)
        body = self.inner_lines(width, height)[:height]
        body += [()] * (height - len(body))
        title, facts, foot = self.frame_title(), self.frame_facts(), self.frame_foot()
        return [
            self._rule(title, facts, corners[0], corners[1], corners[4], edge),
            *((side, *fit(line, width), side) for line in body),
            self._rule(foot, (), corners[2], corners[3], corners[4], edge),
        ]

    def redraw(self) -> None:
        """Repaint what differs from what is on the screen."""
        if not self.is_attached or not self.size:
            return
        new = self.picture()
        old, self._lines = self._lines, new
        if len(old) != len(new):
            self.refresh()
            return
        for y, (before, after) in enumerate(zip(old, new, strict=True)):
            if before != after:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """One line as Textual wants it: cleaned of everything a terminal would act on."""
        if len(self._lines) != self.size.height:
            self._lines = self.picture()
        line = self._lines[y] if y < len(self._lines) else ()
        style = self.brush.style
        segments = [Segment(clean(span.text), style(span.style)) for span in line if span.text]
        return Strip(segments).adjust_cell_length(self.size.width, style("plain"))

    def on_resize(self) -> None:
        """A new size is a new picture."""
        self._lines = []
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

    def _rule(
        self, left: Line, right: Line, start: str, end: str, dash: str, edge: str
    ) -> Line:
        room = self.size.width - 2
        facts = (Span(" "), *right, Span(" ")) if right else ()
        if width_of(facts) > room - 4:
            facts = ()
        name = (Span(" "), *left, Span(" ")) if left else ()
        spare = room - width_of(facts) - 2
        if width_of(name) > spare:
            name = crop(name, max(0, spare))
        dashes = room - width_of(name) - width_of(facts) - 2
        if not left and not right:
            return (Span(start + dash * room + end, edge),)
        return (
            Span(start + dash, edge), *name, Span(dash * dashes, edge), *facts,
            Span(dash + end, edge),
        )
