"""Asks other programs, such as `gh` and git's credential helpers, without ever being asked back.

They have no terminal, a bounded time, and end with everything they started.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.backends.session_process import start_session

if TYPE_CHECKING:
    from opstui.backends.protocols import CallLog

MOST = 1 << 20
"""Bytes of output that are taken."""
SILENT = {
    "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "GIT_OPTIONAL_LOCKS": "0", "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never", "GCM_INTERACTIVE": "never", "GCM_GUI_PROMPT": "0",
    "GH_PROMPT_DISABLED": "1", "NO_PROMPT": "1", "LC_ALL": "C.UTF-8",
}
"""What keeps git, its helpers, gh and glab from asking a person."""
TERMINALS = ("GPG_TTY", "SSH_TTY", "TTY")
"""Names of a terminal that a pass phrase would be asked on: it is opstui's own."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a program ended and what it wrote, which may be a secret."""

    code: int | None
    """None: it is not there, or took too long."""
    out: bytes = field(default=b"", repr=False)
    late: bool = False

    @property
    def line(self) -> str:
        """Its first line, if it ended well."""
        if self.code != 0:
            return ""
        return self.out.decode("utf-8", "replace").strip().partition("\n")[0].strip()


async def ask(
    argv: Sequence[str], calls: CallLog, *, environ: Mapping[str, str], seconds: float,
    given: bytes = b"", folder: Path | None = None, shown: str = "",
) -> Said:
    """Run a program to its end. Its output is not recorded, its arguments are.

    given: what it reads; seconds: after which it is killed with all that it started.
    shown: recorded instead of the arguments, where these may hold a secret.
    """
    began = time.monotonic()
    said = await _run(argv, environ, seconds, given, folder)
    outcome = f"exit {said.code}"
    if said.code is None:
        outcome = "timed out" if said.late else "not found"
    calls.record(
        "ci", f"{shown or Path(argv[0]).name} → {outcome}", shown or shlex.join(argv), outcome,
        ok=said.code == 0,
        milliseconds=(time.monotonic() - began) * 1000,
    )
    return said


async def _run(
    argv: Sequence[str], environ: Mapping[str, str], seconds: float, given: bytes,
    folder: Path | None,
) -> Said:
    quiet = {name: value for name, value in environ.items() if name not in TERMINALS}
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await start_session(
            *argv, stdin=pipe if given else nothing, stdout=pipe, stderr=nothing,
            env={**quiet, **SILENT}, cwd=folder, limit=MOST,
        )
    except (OSError, ValueError):
        return Said(None)
    try:
        async with asyncio.timeout(seconds):
            out = await _talk(process, given)
            return Said(await process.wait(), out)
    except TimeoutError:
        return Said(None, late=True)
    finally:
        # A helper may have left something behind that holds the pipe.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        _close(process)


async def _talk(process: asyncio.subprocess.Process, given: bytes) -> bytes:
    if process.stdin is not None:
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(given)
            await process.stdin.drain()
        process.stdin.close()
    pieces: list[bytes] = []
    size = 0
    assert process.stdout is not None
    while size < MOST and (piece := await process.stdout.read(65536)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _close(process: asyncio.subprocess.Process) -> None:
    """Close the pipes, which others may hold open still."""
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()
