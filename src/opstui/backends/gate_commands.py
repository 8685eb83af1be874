"""Runs the programs that gates name, once the person trusted exactly what they are now."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from opstui.backends.ci.local.environment import reduced
from opstui.backends.ci.local.source import Source
from opstui.backends.ci.local.trust import TrustFile, fingerprint
from opstui.backends.protocols import CallLog
from opstui.backends.session_process import start_session
from opstui.domain.ci import CiCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.text import clean

LARGEST_SCRIPT = 1 << 20
"""Bytes of a file that stands behind a command; a larger one can't be looked at by a person."""
KEPT = 1 << 16
"""Bytes of output that are looked at for the last line."""
LAST_WORDS = 200
"""Characters of it."""


class LocalGateCommands:
    """Runs them in the repository's top folder. Implements `protocols.GateCommands`.

    What was trusted stands in the same file as the local runner's commands, under fingerprints
    that differ from theirs: a CI command runs in a clean clone, a gate's where the person works.
    """

    def __init__(
        self, top: Path, state: Path, calls: CallLog, environ: Mapping[str, str] | None = None
    ) -> None:
        self._top = top
        self._state = state
        self._calls = calls
        self._environ = dict(os.environ if environ is None else environ)
        self._source = Source(top, calls, self._environ)

    async def look(
        self, argv: tuple[str, ...], source: str, passes: tuple[str, ...], *, own: bool
    ) -> CiCommand:
        """What would be run now, and whether it is trusted."""
        return await asyncio.to_thread(self._look, argv, source, passes, own)

    def _look(
        self, argv: tuple[str, ...], source: str, passes: tuple[str, ...], own: bool
    ) -> CiCommand:
        files = named_files(self._top, argv)
        mark = fingerprint(("gate", *passes, "--", *argv), files.values())
        script = "\n".join(
            f"# {name}\n{data.decode('utf-8', 'replace')}" for name, data in files.items()
        )
        if passes:
            script = f"# it may see: {', '.join(passes)}\n{script}"
        command = CiCommand(argv, source, mark, trusted=own, script=script)
        return command if own else replace(command, trusted=self._file().knows(mark))

    async def trust(self, command: CiCommand) -> None:
        """Remember that the person saw exactly this command and wants it run."""
        await asyncio.to_thread(lambda: self._file().add(command))

    async def run(
        self, command: CiCommand, facts: Mapping[str, str], passes: tuple[str, ...],
        seconds: float,
    ) -> tuple[int, str]:
        """Run it to its end in a session of its own, which is ended with it."""
        if not command.trusted:
            raise OpstuiError(
                f"`{command.text}` of {command.source} was not trusted yet, or it changed",
                hint="look at it and say yes first",
            )
        now = await self.look(command.argv, command.source, passes, own=True)
        if now.fingerprint != command.fingerprint:
            raise OpstuiError(f"`{command.text}` changed since it was looked at")
        began = time.monotonic()
        outcome, fine = "cancelled", False
        try:
            code, says = await self._run(command, facts, passes, seconds)
            outcome, fine = f"exit {code}", code == 0
        except OpstuiError as error:
            outcome = error.what
            raise
        finally:
            self._calls.record(
                "gate", f"run {command.text}", f"(cd {self._top} && {command.text})", outcome,
                ok=fine, milliseconds=(time.monotonic() - began) * 1000,
            )
        return code, says

    async def _run(
        self, command: CiCommand, facts: Mapping[str, str], passes: tuple[str, ...],
        seconds: float,
    ) -> tuple[int, str]:
        try:
            process = await start_session(
                *command.argv, cwd=self._top, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
                env={**reduced(self._environ, passes), "TERM": "dumb", **facts},
            )
        except (OSError, ValueError) as error:
            raise OpstuiError(
                f"`{command.text}` can't be started: {error}", where=str(self._top)
            ) from error
        try:
            async with asyncio.timeout(seconds):
                said = await _tail(process)
                code = await process.wait()
        except TimeoutError as error:
            raise OpstuiError(
                f"`{command.text}` took longer than {seconds:g} s and was stopped"
            ) from error
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        return code, _last_line(said)

    def _file(self) -> TrustFile:
        return TrustFile(self._state / "trust.json", self._source.common())


def named_files(folder: Path, argv: Iterable[str]) -> dict[str, bytes]:
    """The files of a folder that a command names, by name; OpstuiError for one that is too large
    to be looked at."""
    found: dict[str, bytes] = {}
    top = folder.resolve()
    for name in sorted({word.removeprefix("./") for part in argv for word in part.split()}):
        try:
            path = (top / name).resolve()
            if not name or not path.is_relative_to(top) or not path.is_file():
                continue
            with path.open("rb") as file:
                data = file.read(LARGEST_SCRIPT + 1)
        except (OSError, ValueError) as error:
            raise OpstuiError(f"{clean(name)} can't be read: {error}") from error
        if len(data) > LARGEST_SCRIPT:
            raise OpstuiError(f"{clean(name)} is too large to be looked at before it is run")
        found[name] = data
    return found


async def _tail(process: asyncio.subprocess.Process) -> bytes:
    """The end of what it writes, until it closes its output."""
    assert process.stdout is not None
    kept = b""
    while data := await process.stdout.read(KEPT):
        kept = (kept + data)[-KEPT:]
    return kept


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    return clean(next((line for line in reversed(lines) if line), ""))[:LAST_WORDS]
