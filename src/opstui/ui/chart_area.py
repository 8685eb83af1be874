"""Charts on the screen: one with its legend, or a grid of small ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from opstui.domain.course import Axis, Course, nearest
from opstui.domain.words import number
from opstui.ui.chart import Manner, chart
from opstui.ui.chart_axes import Range, ticks
from opstui.ui.curves import WEIGHTS, Curve, Scale, curves, reach, told
from opstui.ui.measure import fit
from opstui.ui.page import PageArea
from opstui.ui.paint import Line, Span, line
from opstui.ui.plot import Plot
from opstui.ui.raster import Dots, marker
from opstui.ui.theme import Brush

WIDE, HIGH = 38, 9
"""Cells and lines that a small chart has at least."""
AXES = {Axis.STEP: "by step", Axis.TIME: "by time since the start", Axis.WALL: "by wall clock"}

PLACES = {Axis.STEP: "at step", Axis.TIME: "after", Axis.WALL: "at"}


@dataclass(slots=True)
class Read:
    """What is known of one metric."""

    courses: tuple[Course, ...] = ()
    problem: str = ""
    lines: dict[Scale, list[Curve]] = field(default_factory=dict)
    part: Range | None = None
    """What `near` covers of the axis."""
    near: list[Curve] = field(default_factory=list)
    """Lines of a part that was read once more, with more of its values."""

    def covers(self, part: Range) -> bool:
        """Whether it was read once more where this part lies."""
        return self.part is not None and self.part.low <= part.low <= part.high <= self.part.high


class ChartArea(PageArea):
    """Draws the charts in sight, and knows how the person wants them."""

    hints = (
        ("enter", "one or all"), ("+ - h l", "zoom, move"), ("0", "all"), ("[ ]", "read off"),
        ("x", "axis"), ("L", "log"), ("s", "smooth"), ("m", "metric"), ("t", "lines"),
        ("S", "save"), ("?", "keys"), ("esc", "close"),
    )

    def __init__(self, brush: Brush, plot: Plot) -> None:
        super().__init__(brush)
        self.plot = plot
        self.heading = plot.title
        self.things = tuple(plot.things())
        self.metrics = tuple(plot.metrics())
        self.at = 0
        """The metric that keys mean."""
        self.grid = len(self.metrics) > 1
        self.scale = Scale()
        self.powers = False
        """Values by powers of ten."""
        self.dots = Dots.ASCII if brush.ascii_only else Dots.BRAILLE
        self.part: Range | None = None
        """The part of the axis in sight; None for all."""
        self.cursor: float | None = None
        self.hidden: frozenset[str] = frozenset()
        """Keys of lines that are left out."""
        self.read: dict[str, Read] = {}

    @property
    def metric(self) -> str:
        """The metric that keys mean."""
        return self.metrics[self.at] if self.metrics else ""

    def take(self, metric: str, courses: tuple[Course, ...]) -> None:
        """Show what was read of a metric."""
        self.read[metric] = Read(courses)
        self.redraw()

    def lines_of(self, metric: str) -> list[Curve]:
        """The lines of a metric on the axis of the moment, the finest there are."""
        known = self.read.get(metric)
        if known is None:
            return []
        if self.scale not in known.lines:
            known.lines = {self.scale: curves(known.courses, self.things, self.scale)}
        lines = known.lines[self.scale]
        if self.part is not None and known.covers(self.part):
            near = {one.thing.key: one for one in known.near}
            lines = [near.get(one.thing.key, one) for one in lines]
        return [one for one in lines if one.thing.key not in self.hidden]

    def whole(self, metric: str = "") -> Range | None:
        """All that there is along the axis."""
        known = self.read.get(metric or self.metric)
        if known is None:
            return None
        self.lines_of(metric or self.metric)
        return reach(known.lines[self.scale])

    def in_sight(self) -> tuple[str, ...]:
        """The metrics that are drawn."""
        if not self.grid:
            return (self.metric,) if self.metrics else ()
        columns, rows = self.cells()
        page = columns * rows
        start = self.at // page * page
        return self.metrics[start : start + page]

    def cells(self) -> tuple[int, int]:
        """Small charts beside and above each other."""
        columns = max(1, min(4, self.inner_width // WIDE, len(self.metrics)))
        needed = -(-len(self.metrics) // columns)
        return columns, max(1, min(self.inner_height // HIGH, needed))

    def step(self, by: int) -> None:
        """Go to another metric."""
        self.at = max(0, min(self.at + by, len(self.metrics) - 1))
        self.redraw()

    def rescale(self, scale: Scale) -> None:
        """Lay the lines out otherwise; another axis has other parts."""
        if scale.axis is not self.scale.axis:
            self.part = self.cursor = None
        for known in self.read.values():
            known.part, known.near = None, []
        self.scale = scale
        self.redraw()

    # drawing

    def frame_facts(self) -> Line:
        """How they are drawn."""
        said = [AXES[self.scale.axis]]
        said += ["log"] if self.powers else []
        said += [f"smooth {self.scale.weight:g}"] if self.scale.weight else []
        said += ["a part"] if self.part is not None else []
        said += [f"{len(self.hidden)} hidden"] if self.hidden else []
        if any(one.course.sampled for one in self.lines_of(self.metric)):
            said.append("sampled")
        count = f"{self.at + 1}/{len(self.metrics)} " if self.metrics else ""
        return line((" · ".join(said) + " ", "dim"), (count, "dim"))

    def inner_lines(self, width: int, height: int) -> list[Line]:
        """The charts in sight."""
        if not self.metrics or width < 8 or height < 3:
            return [line(("no metrics", "dim"))]
        if not self.grid:
            return self._one(self.metric, width, height)
        return self._many(width, height)

    def manner(self, metric: str) -> Manner:
        """How a chart is drawn now."""
        across = self.part or self.whole(metric)
        return Manner(
            self.dots, self.powers, across, told(self.scale, self.plot.zone), legend=False,
            cursor=self.cursor,
        )

    def _picture(self, metric: str, width: int, height: int, manner: Manner) -> list[Line]:
        known = self.read.get(metric)
        if known is None or known.problem or manner.across is None:
            text = "reading…" if known is None else known.problem or "no values"
            role = "busy" if known is None else "warn" if known.problem else "dim"
            return [(), (Span(" "), Span(text, role)), *([()] * max(0, height - 2))][:height]
        drawn = [one.series(manner.across, 2 * width) for one in self.lines_of(metric)]
        return chart(drawn, width, height, manner)

    def _one(self, metric: str, width: int, height: int) -> list[Line]:
        legend = self._legend(metric, max(1, height // 3), width)
        room = height - len(legend) - 1
        title = line((f" {metric}", "title"))
        return [title, *self._picture(metric, width, room, self.manner(metric)), *legend]

    def _legend(self, metric: str, most: int, width: int) -> list[Line]:
        """A line for every run: its mark and name, and what it has at the cursor or last."""
        lines = self.lines_of(metric)
        rows: list[Line] = []
        for one in lines[: most if len(lines) <= most else most - 1]:
            finite = [y for _, y in one.points if y == y and abs(y) != float("inf")]
            here = nearest(one.points, self.cursor) if self.cursor is not None else None
            shown = here or (one.points[-1] if one.points else None)
            if shown is None:
                told_it = "never logged"
            else:
                place = told(self.scale, self.plot.zone)([shown[0]])[0]
                word = PLACES[self.scale.axis]
                told_it = f"{'' if here else 'last '}{number(shown[1])} {word} {place}"
            style = f"chart{one.order % 6 + 1}"
            far = ticks([min(finite), max(finite)]) if finite else []
            ends = f"  lowest {far[0]}  highest {far[1]}" if far else ""
            rows.append(fit((
                Span(f" {marker(one.order, self.dots)} ", style), Span(one.thing.name, style),
                Span(f"  {told_it}"), Span(ends, "dim"),
            ), width))
        if len(rows) < len(lines):
            rows.append(line((f" and {len(lines) - len(rows)} more lines", "dim")))
        return rows

    def _many(self, width: int, height: int) -> list[Line]:
        columns, rows = self.cells()
        shown = self.in_sight()
        legend = self._names(width) if len(self.things) > 1 else []
        high = (height - len(legend)) // rows
        lines: list[Line] = list(legend)
        for row in range(rows):
            beside = shown[row * columns : (row + 1) * columns]
            if not beside:
                break
            each = [width // columns + (n < width % columns) for n in range(columns)]
            boxes = [self._small(metric, each[n] - 1, high) for n, metric in enumerate(beside)]
            lines += [
                tuple(span for n, box in enumerate(boxes)
                      for span in (*fit(box[y], each[n] - 1), Span(" ")))
                for y in range(high)
            ]
        return lines

    def _small(self, metric: str, width: int, height: int) -> list[Line]:
        chosen = metric == self.metric
        last = [one.course.values[-1] for one in self.lines_of(metric) if len(one.course)]
        values = f"  {number(last[0])}" if len(last) == 1 else ""
        title = line(("›" if chosen else " ", "key"), (metric, "key" if chosen else "title"),
                     (values, "plain"))
        manner = replace(self.manner(metric), cursor=None)
        return [fit(title, width), *self._picture(metric, width, height - 1, manner)]

    def _names(self, width: int) -> list[Line]:
        spans: list[Span] = [Span(" ")]
        for n, thing in enumerate(self.things):
            if thing.key not in self.hidden:
                text = f"{marker(n, self.dots)} {thing.name}  "
                spans.append(Span(text, f"chart{n % 6 + 1}"))
        return [fit(tuple(spans), width)]


def next_weight(weight: float) -> float:
    """The next strength of smoothing, around."""
    return WEIGHTS[(WEIGHTS.index(weight) + 1) % len(WEIGHTS)]


def hidden_after(things: Sequence[str], shown: Sequence[str]) -> frozenset[str]:
    """The keys that are left out where these are to be shown; all are shown where none is."""
    return frozenset(things) - frozenset(shown) if shown else frozenset()
