"""The table of subcommands: a command is one file and one line here.

A command's file is imported only when the command is used: `opstui` itself has to open at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, NamedTuple


class Command(NamedTuple):
    """A subcommand, by the name of its file."""

    name: str
    help: str
    """One line for `opstui --help`."""

    def add(self, commands: Any) -> None:
        """Declare its arguments; this imports its file."""
        declare: Callable[[Any], None] = import_module(f"opstui.commands.{self.name}").add
        declare(commands)


Run = Callable[..., Awaitable[int]]
"""What a command's arguments carry as `run`: gets them, the folders and the environment."""

COMMANDS = (
    Command("doctor", "what was found, and what to do about what was not"),
    Command("status", "what needs you, and the facts of the panes, once"),
    Command("at", "what was champion at a time, from which commit, image and run"),
    Command("lineage", "the chain through one thing, from its commit to what serves it"),
    Command("promote", "let an alias name a model version, after a check and with a read-back"),
    Command("apply", "carry out a saved plan, after its gates were checked again"),
    Command("rollback", "let the champion be the version that served before"),
    Command("undo", "take your own last change of the registry back"),
    Command("audit", "check the journal's chain, or export the journal"),
    Command("config", "where settings are, a first file, a check"),
    Command("demo", "try everything in a throw-away workspace"),
)
