"""`opstui demo`: makes a throw-away workspace that is real, and opens opstui on it."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opstui.demo.workspace import DemoWorkspace, prepare
from opstui.domain.errors import OpstuiError
from opstui.places import Places

NAME = "demo"
ENDING = (signal.SIGTERM, signal.SIGHUP)

DESCRIPTION = """\
Makes a git repository with branches and a remote, runs its tests, trains small models, registers
them at an MLflow server of its own, and imports images if a container engine answers. Then opens
opstui on it. Takes about a minute and, while it is open, half a gigabyte of memory. Your own
repositories, MLflow servers and settings are not touched.
"""


def add(commands: Any) -> None:
    """Declare the arguments."""
    parser = commands.add_parser(
        NAME, description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", metavar="FOLDER", type=absolute,
                        help="where to make it: an empty folder, or one that --keep left "
                             "(default: a new temporary one)")
    parser.add_argument("--keep", action="store_true",
                        help="leave the folder and the images when opstui ends")
    parser.set_defaults(run=run)


def absolute(text: str) -> Path:
    """The folder that a person named."""
    return Path(text).expanduser().absolute()


async def run(args: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    """Prepare, open, clean up."""
    screen = sys.stdin.isatty() and sys.stdout.isatty()
    if not screen and not args.keep:
        raise OpstuiError(
            "opstui needs a terminal", where="standard input and output",
            hint="`opstui demo FOLDER --keep` only makes the workspace",
        )
    with ending_well():
        workspace = await prepare(
            args.folder, keep=args.keep, tell=lambda text: print(text, flush=True)
        )
        try:
            return await show(workspace) if screen else 0
        finally:
            await workspace.close()
            print(farewell(workspace))


@contextmanager
def ending_well() -> Iterator[None]:
    """Clean up also when the terminal is closed or the program is told to end."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    told: list[int] = []

    def end(number: int) -> None:
        told.append(number)
        task.cancel()

    for number in ENDING:
        loop.add_signal_handler(number, end, number)
    try:
        yield
    except asyncio.CancelledError:
        if not told:  # ctrl+c, which asyncio knows itself
            raise
        raise SystemExit(128 + told[0]) from None
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)


async def show(workspace: DemoWorkspace) -> int:
    """Open opstui on it until it is left."""
    import os

    from opstui.app import OpstuiApp
    from opstui.wiring import open_front

    print(f"train one more model meanwhile: {shlex.quote(str(workspace.folder / 'train'))} "
          "--C 0.5 --run-name my-run --register")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    front = open_front(workspace.repository, workspace.places, workspace.environ)
    app = OpstuiApp(front, local=True)
    await app.run_async(mouse=front.settings.mouse)
    return app.return_code or 0


def farewell(workspace: DemoWorkspace) -> str:
    """What is left and how to come back to it."""
    if workspace.keep:
        return f"kept; open it again with: opstui demo {shlex.quote(str(workspace.folder))}"
    return f"removed {workspace.folder}"
