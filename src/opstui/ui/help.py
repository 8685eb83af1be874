"""Help, made from the actions that are live where it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opstui.ui.action import Bound
from opstui.ui.commands import Command, find, unknown
from opstui.ui.desk import Desk, Detail
from opstui.ui.document import wrapped
from opstui.ui.keymap import Keymap, shown
from opstui.ui.paint import Line, Span, line

if TYPE_CHECKING:
    from opstui.ui.house import House

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


def command_lines(commands: Sequence[Command], width: int) -> list[Line]:
    """Every command with what it does."""
    lines: list[Line] = [line(("Commands, behind :", "title"))]
    for one in commands:
        names = " ".join(f":{name}" for name in (one.name, *one.aliases))
        lines.append((Span(f"  {names} {one.argument}".rstrip(), "key"),))
        lines += [(Span(" " * (KEYS + 3)), *row)
                  for row in wrapped(line(one.help), max(20, width - KEYS - 3))]
    return lines


async def show_help(house: House, desk: Desk, name: str = "") -> None:
    """Show what every key and every command does here; or what one command does."""
    keys = house.keys
    commands = keys.commanding.commands()
    if name:
        found = find(commands, name.removeprefix(":"))
        if found is None:
            raise unknown(name, [one.name for one in commands])
        desk.say(f":{found.name} {found.argument}".rstrip() + f" · {found.help}")
        return
    sections = keys.sections()

    async def load(width: int) -> list[Line]:
        return [*help_lines(keys.keymap, sections, width, read_only=keys.read_only),
                *command_lines(commands, width)]

    await desk.read("Help", Detail("help", "Help", load))
