"""Giving the terminal to another program, and coming back to where one was."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.domain.errors import OpstuiError
from opstui.lean.aside import can_step_aside, run_aside
from opstui.ui.desk import Program

if TYPE_CHECKING:
    from opstui.ui.house import House

BY_SIGNAL = 128
"""Shells add it to the number of the signal that ended a program; 130 is ctrl+c."""


def installed(program: str, environ: Mapping[str, str]) -> str:
    """Where a program is, by the person's PATH; empty where it is not."""
    return shutil.which(program, path=environ.get("PATH", os.defpath)) or ""


async def hand_over(house: House, program: Program) -> int:
    """Run a program on the terminal, then read every list again; its exit code."""
    name = program.title or Path(program.command[0]).name
    environ = {**os.environ, **house.environ, **program.environ}
    found = installed(program.command[0], environ)
    if not found:
        raise OpstuiError(
            f"{program.command[0]} is not installed", where="the folders of PATH",
            hint=program.install or "install it, or name another program",
        )
    if house.away or not can_step_aside(house.app):
        raise OpstuiError(
            f"the terminal can't be given to {name}", where="this session",
            hint="end the program that has it" if house.away else "run it in another terminal",
        )
    house.away = True
    try:
        code = await run_aside(
            house.app, (found, *program.command[1:]), folder=program.folder or None,
            environ=environ, farewell=partial(farewell, name) if program.pause else None,
        )
    except OSError as error:
        raise OpstuiError(
            f"{name} did not start", where=str(error.filename or found),
            hint=f"{error.strerror}; try it in a shell",
        ) from error
    finally:
        house.away = False
    for pane in house.floor.panes:
        pane.reload()
    if code:
        house.keys.desk.say(f"{name} {ending(code)}", kind="warning")
    return code


def farewell(name: str, code: int) -> str:
    """What is said before the screen comes back."""
    how = ending(code) if code else "is done"
    return f"{name} {how}; enter goes back to opstui"


def ending(code: int) -> str:
    """How a program ended, in words."""
    names = {one.value: one.name for one in signal.Signals}
    if code < 0:
        return f"was ended by {names.get(-code, f'signal {-code}')}"
    by = code - BY_SIGNAL
    if by in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        return f"ended with {code}, which stands for {names[by]}"
    return f"ended with exit code {code}"
