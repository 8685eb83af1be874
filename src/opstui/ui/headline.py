"""The header and the narrow screen's tabs as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from opstui.domain.status import Status
from opstui.ui.level import Level
from opstui.ui.measure import crop, width_of
from opstui.ui.paint import Line, Span, glyph
from opstui.ui.pane_spec import PaneSpec

WORST_FIRST = (Status.FAILED, Status.RUNNING, Status.SKIPPED, Status.QUEUED, Status.PASSED)
"""What several panes on one backend say of it together."""


class Room(Protocol):
    """A pane as far as the header knows it."""

    @property
    def spec(self) -> PaneSpec:
        """What was declared."""
        ...

    @property
    def stacks(self) -> Sequence[Sequence[Level]]:
        """For each tab its lists."""
        ...

    def worst(self) -> Status:
        """Its health."""
        ...


def header(
    head: Line, panes: Sequence[Room], place: str, width: int, *, read_only: bool,
    ascii_only: bool,
) -> Line:
    """Where we are at the left, the backends' health and this machine's name at the right."""
    left = (Span(" opstui", "key"), Span("  "), *head)
    dots: list[Span] = []
    for source in dict.fromkeys(pane.spec.source for pane in panes if pane.spec.source):
        health = min(
            (pane.worst() for pane in panes if pane.spec.source == source), key=WORST_FIRST.index
        )
        called = next((pane.spec.called for pane in panes if pane.spec.source == source), None)
        if name := called() if called is not None else "":
            dots += [Span(f"{source}: ", "dim"), Span(f"{name} ", "accent")]
        else:
            dots.append(Span(f"{source} ", "dim"))
        dots += [glyph(health, ascii_only=ascii_only), Span("  ")]
    if read_only:
        dots = [Span("read-only  ", "warn"), *dots]
    right = (*dots, Span(f"{place} ", "dim"))
    gap = width - width_of(left) - width_of(right)
    if gap < 1:
        right = right[:-1]
        gap = width - width_of(left) - width_of(right)
    if gap < 1:
        left = crop(left, max(8, width - width_of(right) - 1))
        gap = width - width_of(left) - width_of(right)
    return (*left, Span(" " * gap), *right) if gap > 0 else left


def tabs(panes: Sequence[Room], active: int, width: int, *, ascii_only: bool) -> Line:
    """The panes by number and name, each with its health; only names where it is too tight."""
    def drawn(longest: int) -> Line:
        spans: list[Span] = []
        for n, pane in enumerate(panes):
            on = n == active
            title = pane.stacks[0][0].view.title[:longest]
            spans += [Span(f" {pane.spec.number} ", "key" if on else "dim"),
                      Span(title, "title" if on else "dim"), Span(" "),
                      glyph(pane.worst(), ascii_only=ascii_only)]
        return tuple(spans)

    return next(
        (line for line in map(drawn, (20, 8, 5, 3)) if width_of(line) <= width), drawn(1)
    )
