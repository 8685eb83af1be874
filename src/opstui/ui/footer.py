"""The footer and the notices as lines: what can be done now, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opstui.ui.action import Bound
from opstui.ui.document import wrapped
from opstui.ui.keymap import Keymap, shown
from opstui.ui.measure import width_of
from opstui.ui.paint import Line, Span, line

KINDS = {"information": "accent", "warning": "warn", "error": "bad"}


def footer(
    keymap: Keymap, actions: Sequence[Bound], item: Any, tail: Line, width: int, *,
    read_only: bool,
) -> Line:
    """The actions of the moment: possible ones first, dimmed ones with their reason."""
    possible: list[Line] = []
    dimmed: list[Line] = []
    for bound in actions:
        keys = keymap.keys(bound)
        if not keys or not bound.action.footer:
            continue
        label = bound.action.label.lower()
        reason = bound.why_not(item, read_only=read_only)
        if reason:
            if item is not None:
                dimmed.append(line((f"{shown(keys[0])} {label}: {reason}", "dim")))
        else:
            possible.append(line((shown(keys[0]), "key"), (f" {label}", "plain")))
    spans: list[Span] = [Span(" ")]
    room = width - width_of(tail) - 2
    for piece in [*possible, *dimmed]:
        if width_of(tuple(spans)) + width_of(piece) + 2 > room:
            break
        spans += [*piece, Span("  ")]
    gap = width - width_of(tuple(spans)) - width_of(tail) - 1
    return (*spans, Span(" " * max(0, gap)), *tail)


def notice(text: str, kind: str, width: int) -> list[Line]:
    """A notice on at most three lines."""
    mark = Span("▌ ", KINDS.get(kind, "accent"))
    rows = wrapped(line((text, "plain")), max(10, width - 4))
    return [(mark, *row) for row in rows[:3]]
