"""The table of commands: what can be typed behind `:`, one line each.

The lists in sight, `:filter`, `:sort` and the like are the house's own (`ui/house_commands.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from opstui.operations.world import World
from opstui.panes.at_time import at
from opstui.panes.command_lists import commits, runs, versions
from opstui.panes.engine_choice import docker
from opstui.panes.lineage_export import export
from opstui.ui.commands import Command

COMMANDS: tuple[Callable[[World], Command], ...] = (
    runs,
    versions,
    commits,
    docker,
    at,
    export,
)
"""Each is made from the world when the house opens; heavy things are imported when it is run."""


def commands(world: World) -> tuple[Command, ...]:
    """All of them for a world."""
    return tuple(make(world) for make in COMMANDS)
