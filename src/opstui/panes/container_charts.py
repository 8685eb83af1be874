"""What a container used lately as small charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from math import isfinite

from opstui.domain.container_use import Use, per_second
from opstui.domain.words import duration, plural, size
from opstui.ui.chart import Manner, Point, Series, chart, sparkline
from opstui.ui.chart_axes import Range
from opstui.ui.paint import Line, Span, line
from opstui.ui.raster import Dots

HEIGHT = 3
"""Lines of a chart."""
LABEL = 11
GAP = timedelta(seconds=15)
"""Nobody measured for longer than this: the line breaks."""
MILLION = 1e6


def drawn(uses: Sequence[Use], width: int, *, ascii_only: bool) -> list[Line]:
    """All of it for a width in cells."""
    if not uses:
        return [line(("nothing was measured", "dim"))]
    last = uses[-1]
    shares = [one.cpu for one in uses if one.cpu is not None]
    lines = [
        _told("CPU", f"{last.cpu:.1f} %" if last.cpu is not None else "measuring",
              f"of {plural(last.processors, 'processor')}" if last.processors else "",
              f"highest {max(shares):.1f} %" if shares else ""),
        *_chart(uses, lambda one: one.cpu, width, ascii_only=ascii_only),
        _told("Memory", f"{size(last.memory)} of {size(last.limit)}", _share(last),
              f"highest {size(max(one.memory for one in uses))}"),
        *_chart(uses, lambda one: one.memory / MILLION, width, ascii_only=ascii_only),
        line(),
    ]
    for label, what in (("Received", "received"), ("Sent", "sent"), ("Read", "read"),
                        ("Written", "written")):
        lines.append(_rates(label, uses, what, width, ascii_only=ascii_only))
    counts = [float(one.pids) for one in uses]
    lines += [
        _bars("Processes", f"{last.pids}", counts, "", width, ascii_only=ascii_only), line(),
        line((f"the last {_length(uses)}, measured only while this is in sight; axes in % of one "
              "processor and in MB", "dim")),
    ]
    return lines


def _told(label: str, figure: str, *more: str) -> Line:
    rest = "   ".join(one for one in more if one)
    return (Span(f"{label:<{LABEL}}", "dim"), Span(f"{figure}  ", "title"), Span(rest, "dim"))


def _share(use: Use) -> str:
    return f"{use.memory / use.limit * 100:.0f} %" if use.limit else ""


def _chart(
    uses: Sequence[Use], value: Callable[[Use], float | None], width: int, *, ascii_only: bool
) -> list[Line]:
    """A line from nothing up, the newest at the right end."""
    end = uses[-1].at
    points: list[Point] = []
    for before, one in zip((None, *uses), uses, strict=False):
        x, found = (one.at - end).total_seconds(), value(one)
        if before is not None and one.at - before.at > GAP:
            points.append((x - 1, float("nan")))
        if found is not None:
            points.append((x, found))
    span = max(60.0, -points[0][0]) if points else 60.0
    manner = Manner(Dots.ASCII if ascii_only else Dots.BRAILLE, across=Range(-span, 0.0),
                    base=0.0)
    return chart((Series("", points),), max(1, width), HEIGHT, manner)


def _rates(
    label: str, uses: Sequence[Use], what: str, width: int, *, ascii_only: bool
) -> Line:
    """How fast a total grows now and lately, and how far it came."""
    total = getattr(uses[-1], what)
    if total is None:
        return (Span(f"{label:<{LABEL}}", "dim"), Span("not counted", "dim"))
    rates = per_second(uses, what)
    now = rates[-1] if rates and isfinite(rates[-1]) else None
    figure = f"{size(round(now))}/s" if now is not None else "measuring"
    return _bars(label, figure, rates, f"{size(total)} in all", width, ascii_only=ascii_only)


def _bars(
    label: str, figure: str, values: Sequence[float], rest: str, width: int, *, ascii_only: bool
) -> Line:
    room = max(0, min(40, width - LABEL - 12 - len(rest) - 2))
    bars = sparkline(values, room, ascii_only=ascii_only, floor=0.0)
    return (Span(f"{label:<{LABEL}}", "dim"), Span(f"{figure:<12}"), Span(bars, "chart1"),
            Span(f"  {rest}" if rest else "", "dim"))


def _length(uses: Sequence[Use]) -> str:
    return duration((uses[-1].at - uses[0].at).total_seconds()) or "moment"
