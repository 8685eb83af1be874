"""The command line: arguments, the log file, and the one place that prints an expected error."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opstui import __version__
from opstui.commands.table import COMMANDS, Run
from opstui.domain.errors import OpstuiError
from opstui.places import Places, places
from opstui.start.request import FLAGS, PROFILE, Request, requested

if TYPE_CHECKING:
    import argparse
    from asyncio import AbstractEventLoop

    from opstui.remembered import Remembered
    from opstui.start.live import Live
    from opstui.start.opening import Opening
    from opstui.wiring import Front

AS_VARIABLES = {"--slow": "OPSTUI_SLOW", "--read-only": "OPSTUI_READ_ONLY"}
"""Options that say what a variable may say, too."""
SLOW_FRAMES = "12"
"""A second, at most, on a slow line; Textual's own default is 60."""
EXAMPLES = """\
examples:
  opstui                      open the repository of this folder
  opstui ~/src/churn          open another one
  opstui --local              start opstui's own MLflow server beside it
  opstui --slow               for a thin line: fewer frames, rarer polling
  opstui --profile prod       on the servers of a profile of your settings
  opstui doctor               what was found, and what to do about what was not
  opstui status --json        what needs you and the facts of the panes, for scripts
  opstui at 'yesterday 14:00' what was champion then, and where it came from
  opstui promote churn 9 --to champion --dry-run
  opstui promote churn 9 --to champion --check
  opstui apply churn.plan.json
  opstui rollback churn
  opstui audit verify         check the journal's chain
  opstui demo                 try everything in a throw-away workspace

exit codes: 0 done, 1 something failed, 2 wrong arguments or settings; `promote --help` has more
"""


def parser(chosen: str = "") -> argparse.ArgumentParser:
    """All commands, with the arguments of the chosen one.

    A folder called like a command is given as `./demo`.
    """
    import argparse  # not needed to open the terminal interface

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
    show.add_argument("--profile", metavar="NAME", default="",
                      help="servers of your settings that go together (also OPSTUI_PROFILE)")
    show.add_argument("--slow", action="store_true",
                      help="for thin lines: fewer frames, rarer polling (also OPSTUI_SLOW=1)")
    return top


def run(arguments: Sequence[str], opening: Opening | None = None) -> int:
    """Carry out a command line; returns the exit code.

    opening: what was begun already, where the terminal interface is to be opened.
    """
    wish = wished(arguments)
    opens = isinstance(wish, Request)
    try:
        where = places(os.environ)
        log_to(where)
        if isinstance(wish, Request):
            return open_screen(wish, where, opening)
        return carry_out(wish, where)
    except OpstuiError as error:
        if opening is not None:
            opening.end()
        print(f"opstui: {error}", file=sys.stderr)  # noqa: T201
        return 2 if opens else 1
    except KeyboardInterrupt:
        return 130


def wished(arguments: Sequence[str]) -> Request | argparse.Namespace:
    """What a command line asks for: the terminal interface, or a command with its arguments."""
    request = requested(arguments)
    if request is not None:
        return request
    arguments = with_default_command(arguments)
    chosen = parser(named(arguments)).parse_args(arguments)
    if chosen.command != "open":
        return chosen
    flags = [flag for flag in FLAGS if getattr(chosen, flag[2:].replace("-", "_"))]
    if chosen.profile:
        flags.append(f"{PROFILE}={chosen.profile}")
    return Request(chosen.path, tuple(flags))


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


def open_screen(wish: Request, where: Places, opening: Opening | None = None) -> int:
    """Open the terminal interface on a repository."""
    from asyncio import Runner

    from opstui.settings import load_for

    wished = {variable: "1" for flag, variable in AS_VARIABLES.items() if flag in wish.flags}
    if wish.profile:
        wished["OPSTUI_PROFILE"] = wish.profile
    settings = load_for(Path(wish.folder), where.settings, {**os.environ, **wished})
    ahead = asked = None
    if opening is not None:
        from opstui.start.asking import ask_servers

        ahead, asked = opening.ahead, ask_servers(settings, os.environ)
        opening.asked = asked
    from opstui.wiring import open_front  # servers work while this is imported

    front = open_front(Path(wish.path), where, os.environ, settings, ahead, asked)
    front.wished = wished
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise OpstuiError(
            "opstui needs a terminal", where="standard input and output",
            hint="for scripts there is `opstui status --json`",
        )
    with Runner() as runner:
        remembered = remember(wish) if settings.remember else None
        live = (first_rows(front, opening, runner.get_loop(), remembered)
                if opening is not None else None)
        return show(front, runner.get_loop(), local="--local" in wish.flags, opening=opening,
                    live=live, remembered=remembered)


def remember(wish: Request) -> Remembered:
    """How the repository's lists were left the last time."""
    from opstui.remembered import Remembered
    from opstui.start.kept import kept_at

    return Remembered(Path(kept_at(os.environ, os.path.realpath(wish.top))))


def first_rows(
    front: Front, opening: Opening, loop: AbstractEventLoop, remembered: Remembered | None = None
) -> Live:
    """Ask every source, and draw what has answered, before Textual is imported."""
    from opstui.start.live import Live

    live = Live(
        opening, front.world, front.machine, remembered.before if remembered is not None else None
    )
    settings = front.settings
    loop.run_until_complete(live.read(settings.theme, read_only=settings.read_only))
    return live


def show(
    front: Front, loop: AbstractEventLoop, *, local: bool, opening: Opening | None = None,
    live: Live | None = None, remembered: Remembered | None = None,
) -> int:
    """Run the terminal interface until it is left."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")  # its sequences are longer
    if front.settings.slow:
        os.environ.setdefault("TEXTUAL_FPS", SLOW_FRAMES)
    from opstui.app import OpstuiApp  # Textual reads these while it is imported

    app = OpstuiApp(
        front, local=local, opening=opening, live=live, whole_process=True, remembered=remembered
    )
    app.run(mouse=front.settings.mouse, loop=loop)
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
