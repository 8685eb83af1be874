"""Help, made from the actions that are live where it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opstui.ui.action import Bound
from opstui.ui.keymap import Keymap, shown
from opstui.ui.paint import Line, line


def help_lines(
    keymap: Keymap, sections: Sequence[tuple[str, Sequence[Bound], Any]], *, read_only: bool
) -> list[Line]:
    """Every key with what it does; what can't be done now says why."""
    lines: list[Line] = []
    for title, actions, item in sections:
        if not actions:
            continue
        lines += [line((title, "title"))]
        for bound in actions:
            keys = " ".join(shown(key) for key in keymap.keys(bound)) or "(no key)"
            reason = bound.why_not(item, read_only=read_only)
            note = f"  not now: {reason}" if reason else ""
            lines.append(line(
                (f"  {keys:<14} ", "dim" if reason else "key"),
                (bound.action.help, "dim" if reason else "plain"),
                (note, "warn"),
            ))
        lines.append(())
    return lines
