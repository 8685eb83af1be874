"""A box that draws itself as lines of spans, frame included, and repaints only what differs."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from opstui.domain.text import clean
from opstui.ui.paint import Line, Span
from opstui.ui.strips import Strips
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


def fit(line: Line, width: int, *, right: bool = False, shift: int = 0) -> Line:
    """The line cropped with an ellipsis or padded to exactly `width` cells.

    shift: cells of a line that is too long which are left out at its start, as far as there is
    something behind them.
    """
    total = width_of(line)
    if total < width:
        pad = Span(" " * (width - total))
        return (pad, *line) if right else (*line, pad)
    if total == width:
        return line
    if shift > 0:
        line = behind(line, min(shift, total - width))
    return crop(line, width) if width_of(line) > width else line


def behind(line: Line, count: int) -> Line:
    """The line without its first `count` cells; an ellipsis stands for them."""
    rest: list[Span] = []
    count += 1
    for span in line:
        size = cells(span.text)
        if size <= count:
            count -= size
            continue
        text, gap = clean(span.text), ""
        while count > 0:
            count -= max(0, cell_len(text[0]))
            text = text[1:]
        if count < 0:  # half of a wide character
            gap, count = " ", 0
        rest.append(Span((gap if rest else "…" + gap) + text, span.style))
    return tuple(rest) or (Span("…"),)


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
        return max(0, self._box.width - 2)

    @property
    def inner_height(self) -> int:
        """Lines between the frame's top and bottom."""
        return max(0, self._box.height - 2)

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
            self._rule(title, facts, corners[0], corners[1], corners[4], edge),
            *lines,
            self._rule(foot, (), corners[2], corners[3], corners[4], edge),
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
        if differing:
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

    def _rule(
        self, left: Line, right: Line, start: str, end: str, dash: str, edge: str
    ) -> Line:
        room = self._box.width - 2
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
