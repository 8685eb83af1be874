"""The frame around a list or a text, as lines."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.ui.measure import crop, fit, width_of
from opstui.ui.paint import Line, Span

ROUND = "╭╮╰╯─│"
PLAIN = "++++-|"


def boxed(
    body: Sequence[Line], width: int, height: int, *, title: Line = (), facts: Line = (),
    foot: Line = (), focused: bool, ascii_only: bool,
) -> list[Line]:
    """Lines of `width` cells with a frame around them, `height` lines in all."""
    edge = "frame-focus" if focused else "frame"
    corners = PLAIN if ascii_only else ROUND
    side = Span(corners[5], edge)
    lines = [*body[: height - 2], *[()] * (height - 2 - len(body))]
    return [
        rule(width, title, facts, corners[:2], corners[4], edge),
        *((side, *fit(line, width - 2), side) for line in lines),
        rule(width, foot, (), corners[2:4], corners[4], edge),
    ]


def rule(width: int, left: Line, right: Line, ends: str, dash: str, edge: str) -> Line:
    """A frame's top or bottom of `width` cells, with what stands in it at either side."""
    start, end = ends[0], ends[1]
    room = width - 2
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
