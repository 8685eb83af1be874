"""Help, made from the actions that are live where it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opstui.ui.action import Bound
from opstui.ui.document import wrapped
from opstui.ui.keymap import Keymap, shown
from opstui.ui.paint import Line, Span, line

KEYS = 13
"""Cells for an action's keys."""


def help_lines(
    keymap: Keymap, sections: Sequence[tuple[str, Sequence[Bound], Any]], width: int, *,
    read_only: bool,
) -> list[Line]:
    """Every key with what it does, laid out for a width; what can't be done now says why."""
    lines: list[Line] = []
    for title, actions, item in sections:
        if not actions:
            continue
        lines += [line((title, "title"))]
        for bound in actions:
            keys = " ".join(shown(key) for key in keymap.keys(bound)) or "(no key)"
            reason = bound.why_not(item, read_only=read_only)
            text = line((bound.action.help, "dim" if reason else "plain"),
                        (f"  not now: {reason}" if reason else "", "warn"))
            first = Span(f"  {keys:<{KEYS}} ", "dim" if reason else "key")
            for row in wrapped(text, max(20, width - KEYS - 3)):
                lines.append((first, *row))
                first = Span(" " * (KEYS + 3))
        lines.append(())
    return lines
