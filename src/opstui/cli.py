"""The command line: arguments, the log file, and the one place that prints an expected error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from opstui import __version__
from opstui.commands.table import COMMANDS, Run
from opstui.domain.errors import OpstuiError
from opstui.places import Places, places
from opstui.start.opening import Opening

EXAMPLES = """\
examples:
  opstui                      open the repository of this folder
  opstui ~/src/churn          open another one
  opstui --local              start opstui's own MLflow server beside it
  opstui doctor               what was found, and what to do about what was not
  opstui status --json        the facts of the panes, for scripts
  opstui promote churn 9 --to champion --dry-run
  opstui rollback churn
  opstui audit verify         check the journal's chain
  opstui demo                 try everything in a throw-away workspace

exit codes: 0 done, 1 something failed, 2 wrong arguments or settings; `promote --help` has more
"""


def parser(chosen: str = "") -> argparse.ArgumentParser:
    """All commands, with the arguments of the chosen one.

    A folder called like a command is given as `./demo`.
    """
    top = argparse.ArgumentParser(
        prog="opstui", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="One keyboard for branches, CI, images, experiments and models.",
    )
    top.add_argument("--version", action="version", version=f"opstui {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        if command.name == chosen:
            command.add(commands)
        else:
            commands.add_parser(command.name, help=command.help)
    show = commands.add_parser("open", help="open the terminal interface (the default)")
    show.add_argument("path", nargs="?", default=".", metavar="PATH", help="a repository")
    show.add_argument("--read-only", action="store_true", help="nothing shared can be changed")
    show.add_argument("--local", action="store_true",
                      help="start opstui's own MLflow server if no other is configured")
    return top


def run(arguments: Sequence[str], opening: Opening | None = None) -> int:
    """Carry out a command line; returns the exit code.

    opening: what was begun already, where the terminal interface is to be opened.
    """
    arguments = with_default_command(arguments)
    chosen = parser(named(arguments)).parse_args(arguments)
    try:
        where = places(os.environ)
        log_to(where)
        if chosen.command == "open":
            return open_screen(chosen, where, opening)
        return carry_out(chosen, where)
    except OpstuiError as error:
        if opening is not None:
            opening.end()
        print(f"opstui: {error}", file=sys.stderr)  # noqa: T201
        return 2 if chosen.command == "open" else 1
    except KeyboardInterrupt:
        return 130


def with_default_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with `open` put before them where no command is named."""
    names = {command.name for command in COMMANDS} | {"open"}
    about = any(a in ("-h", "--help", "--version") for a in arguments)
    return list(arguments) if about or named(arguments) in names else ["open", *arguments]


def named(arguments: Sequence[str]) -> str:
    """The first argument that is no option: the command, where there is one."""
    return next((a for a in arguments if not a.startswith("-")), "")


def carry_out(chosen: argparse.Namespace, where: Places) -> int:
    """Run a subcommand to its end; returns its exit code."""
    import asyncio

    async def work() -> int:
        run: Run = chosen.run
        return await run(chosen, where, os.environ)

    return asyncio.run(work())


def open_screen(
    chosen: argparse.Namespace, where: Places, opening: Opening | None = None
) -> int:
    """Open the terminal interface on a repository."""
    from dataclasses import replace

    from opstui.wiring import open_front

    ahead = opening.ahead if opening is not None else None
    front = open_front(Path(chosen.path), where, os.environ, ahead=ahead)
    if chosen.read_only:
        front.settings = replace(front.settings, read_only=True)
    return show(front, local=chosen.local, opening=opening)


def show(front: object, *, local: bool, opening: Opening | None = None) -> int:
    """Run the terminal interface until it is left."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise OpstuiError(
            "opstui needs a terminal", where="standard input and output",
            hint="for scripts there is `opstui status --json`",
        )
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")  # its sequences are longer
    from opstui.app import OpstuiApp
    from opstui.wiring import Front

    assert isinstance(front, Front)
    app = OpstuiApp(front, local=local, opening=opening, whole_process=True)
    app.run(mouse=front.settings.mouse)
    return app.return_code or 0


def log_to(where: Places) -> None:
    """Write the log beside the journal, a megabyte at most, readable for its owner only."""
    import logging
    import logging.handlers

    try:
        where.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.handlers.RotatingFileHandler(
            where.log, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True,
        )
    except OSError as error:
        raise OpstuiError(
            "the state folder can't be written", where=str(where.state),
            hint=f"{error.strerror}; XDG_STATE_HOME names another one",
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger = logging.getLogger("opstui")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
