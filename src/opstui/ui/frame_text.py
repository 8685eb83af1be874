"""What a pane's frame says: what is shown, how it is arranged, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain import words
from opstui.ui.level import Level
from opstui.ui.paint import Line, Span, line


def title(
    number: int, stacks: Sequence[tuple[str, Sequence[str]]], tab: int, *, focused: bool
) -> Line:
    """`1 Branches`, tabs as `3 Images · Containers`, depth as `4 Experiments › churn`.

    stacks: for each tab its title and the names of the items that were opened inside.
    """
    style = "title" if focused else "plain"
    spans = [Span(f"{number} ", "key" if focused else "dim")]
    for n, (name, inside) in enumerate(stacks):
        if n:
            spans.append(Span(" · ", "dim"))
        spans.append(Span(name, style if n == tab else "dim"))
        if n == tab:
            spans += [part for deeper in inside
                      for part in (Span(" › ", "dim"), Span(deeper, style))]
    return tuple(spans)


def facts(level: Level, shown: int) -> Line:
    """What is filtered, how it is sorted, how many, and how old where that matters."""
    place, snapshot = level.place, level.snapshot
    spans: list[Span] = []
    if place.filter:
        spans.append(Span(f"/{place.filter} ", "accent"))
    if place.sort:
        spans.append(Span(f"{place.sort} {'↓' if place.descending else '↑'} ", "accent"))
    total = len(snapshot.items)
    if snapshot.loaded:
        more = "+" if snapshot.token else ""
        at = f"{place.index + 1}/" if shown else ""
        of = f" of {total}" if shown < total else ""
        spans.append(Span(f"{at}{shown}{of}{more}", "dim"))
    if snapshot.problem and snapshot.at is not None:
        old = words.age(snapshot.at, level.clock())
        spans.append(Span(f" from {old} ago" if old != "now" else " just stopped", "warn"))
    return tuple(spans)


def problem(level: Level) -> Line:
    """The last load's error, while older rows are still shown."""
    snapshot = level.snapshot
    return line((snapshot.problem, "warn")) if snapshot.problem and snapshot.items else ()
