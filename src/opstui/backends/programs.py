"""Runs the person's own commands; those that a repository names only once they were trusted."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from opstui.backends.ci.local.source import Source
from opstui.backends.ci.local.trust import TrustFile, fingerprint
from opstui.backends.gate_commands import named_files
from opstui.backends.protocols import CallLog
from opstui.backends.session_process import start_session
from opstui.domain.ci import CiCommand
from opstui.domain.custom_command import CustomCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.secrets import mask

GRACE = 3.0
"""Seconds that a program gets to end by itself."""
CHUNK = 1 << 16
"""Bytes read at a time."""
PAUSE = 0.2
"""Seconds after which the beginning of a line is shown before its end is known."""


class LocalPrograms:
    """Implements `terminal_protocols.Programs`."""

    def __init__(
        self, top: Path, state: Path, calls: CallLog, environ: Mapping[str, str] | None = None
    ) -> None:
        self._top = top
        self._state = state
        self._calls = calls
        self._environ = dict(os.environ if environ is None else environ)

    @property
    def folder(self) -> str:
        """Where they run."""
        return str(self._top)

    async def look(self, command: CustomCommand) -> CiCommand:
        """What would be run now: everything that its table says, and the files that it names."""
        return await asyncio.to_thread(self._look, command)

    def _look(self, command: CustomCommand) -> CiCommand:
        files = named_files(self._top, command.words)
        said = [f"{key} = {value!r}" for key, value in sorted(asdict(command).items())
                if key not in ("own", "source", "words", "name") and value]
        mark = fingerprint(("command", command.name, *said, "--", *command.words), files.values())
        script = "\n".join([*(f"# {one}" for one in said), *(
            f"# {name}\n{data.decode('utf-8', 'replace')}" for name, data in files.items()
        )])
        made = CiCommand(
            command.words, command.source, mark, trusted=command.own, script=script
        )
        return made if command.own else replace(made, trusted=self._file().knows(mark))

    async def trust(self, command: CiCommand) -> None:
        """Remember that the person saw exactly this and wants it run."""
        await asyncio.to_thread(lambda: self._file().add(command))

    async def start(self, argv: Sequence[str], environ: Mapping[str, str]) -> LocalRunning:
        """Start one in a session of its own, with nothing to read from."""
        import shlex

        text = mask(shlex.join(argv))
        try:
            process = await start_session(
                *argv, cwd=self._top, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
                env={**self._environ, **environ},
            )
        except (OSError, ValueError) as error:
            self._calls.record("command", f"run {text}", text, str(error), ok=False,
                               milliseconds=0.0)
            raise OpstuiError(
                f"{argv[0]} can't be started", where=str(self._top),
                hint=getattr(error, "strerror", "") or str(error),
            ) from error
        return LocalRunning(process, self._calls, text, f"(cd {self._top} && {text})")

    def _file(self) -> TrustFile:
        common = Source(self._top, self._calls, self._environ).common()
        return TrustFile(self._state / "trust.json", common)


class LocalRunning:
    """Implements `terminal_protocols.Running`."""

    def __init__(
        self, process: asyncio.subprocess.Process, calls: CallLog, text: str, pasted: str
    ) -> None:
        self._process = process
        self._calls = calls
        self._text, self._pasted = text, pasted
        self._began = time.monotonic()
        self._begun = b""
        """The beginning of a line whose end is not there yet."""
        self._told = False

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._process.returncode is not None

    async def read(self) -> bytes:
        """What it wrote next: whole lines where they come quickly, masked; empty at its end."""
        assert self._process.stdout is not None
        while True:
            try:
                async with asyncio.timeout(PAUSE if self._begun else None):
                    data = await self._process.stdout.read(CHUNK)
            except TimeoutError:
                data, self._begun = self._begun, b""
                return _masked(data)
            whole = self._begun + data
            cut = whole.rfind(b"\n") + 1 if data else len(whole)
            ready, self._begun = whole[:cut], whole[cut:]
            if ready or not data:
                return _masked(ready)

    async def wait(self) -> int:
        """Its exit code, once it is over."""
        code = await self._process.wait()
        if not self._told:
            self._told = True
            self._calls.record(
                "command", f"run {self._text}", self._pasted, f"exit {code}", ok=code == 0,
                milliseconds=(time.monotonic() - self._began) * 1000,
            )
        return code

    async def stop(self) -> None:
        """End it and its session."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self._process.wait()
        await self.wait()


def _masked(data: bytes) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    return mask(text).encode("utf-8", "surrogateescape")
