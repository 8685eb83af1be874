"""The door to git: one command in, bytes out, every call in the call log."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.backends.git.ahead import Ahead
from opstui.backends.git.process import Ended, Reader
from opstui.backends.git.questions import LOOKING, QUIET, READING
from opstui.backends.git.refusals import refused, unreadable
from opstui.backends.protocols import CallLog
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from git import Git

_SURROGATE = re.compile("[\udc80-\udcff]")

def text(data: bytes) -> str:
    """Git's bytes as text that turns back into the same bytes."""
    return data.decode("utf-8", "surrogateescape")


def raw(argument: str) -> bytes:
    """The bytes that `text` made a string of."""
    return argument.encode("utf-8", "surrogateescape")


def pasteable(arguments: list[str]) -> str:
    """The command for a POSIX shell; undecodable bytes as `$'\\377'`."""
    return " ".join(_quoted(argument) for argument in arguments)


def _quoted(argument: str) -> str:
    if not _SURROGATE.search(argument):
        return shlex.quote(argument)
    inner = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b"'\\" else f"\\{byte:03o}"
        for byte in raw(argument)
    )
    return f"$'{inner}'"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git command gave that ended in an expected way."""

    code: int
    out: bytes
    err: str
    cut: bool = False

    @property
    def line(self) -> str:
        """Its output as one line of text."""
        return text(self.out).rstrip("\n")


class Door:
    """Runs git commands in one folder.

    ahead: commands that run already.
    """

    def __init__(self, folder: Path, calls: CallLog, ahead: Ahead | None = None) -> None:
        self.folder = folder
        self._calls = calls
        self._ahead = ahead

    def at(self, folder: Path) -> Door:
        """The same door in another folder."""
        return Door(folder, self._calls, self._ahead)

    async def read(
        self, *arguments: str, accept: tuple[int, ...] = (0,), timeout: float = 20.0,
        limit: int | None = None,
    ) -> Answer:
        """A command that changes nothing. Cancelling kills it.

        accept: exit codes that are answers; any other raises OpstuiError.
        limit:  bytes of output after which it is ended and `cut` is set.
        """
        return await self._run([*READING, *arguments], accept, timeout, limit, writes=False)

    async def write(
        self, *arguments: str, accept: tuple[int, ...] = (0,), timeout: float = 120.0
    ) -> Answer:
        """A command that changes the repository. Cancelling lets git remove its locks."""
        return await self._run(list(arguments), accept, timeout, None, writes=True)

    async def _run(
        self, arguments: list[str], accept: tuple[int, ...], timeout: float, limit: int | None,
        *, writes: bool,
    ) -> Answer:
        command = ["git", "-C", str(self.folder), *arguments]
        verb = _verb(arguments)
        reader = Reader(gentle=writes)
        started = time.monotonic()
        outcome = "failed"
        fine = False
        try:
            ended = await asyncio.to_thread(
                self._execute, reader, command, timeout, limit, writes
            )
            fine = ended.cut or (ended.code in accept and not ended.timed_out)
            outcome = "timed out" if ended.timed_out else f"exit {ended.code}"
        except asyncio.CancelledError:
            reader.kill()
            outcome = "cancelled"
            raise
        finally:
            self._calls.record(
                "git", f"git {verb}", pasteable(command), outcome, ok=fine,
                milliseconds=(time.monotonic() - started) * 1000,
            )
        if ended.timed_out:
            raise OpstuiError(
                f"git {verb} took longer than {timeout:g} s and was stopped",
                where=str(self.folder), hint="try again, or run it in a shell to see why",
            )
        complaint = text(ended.err)
        if not fine:
            raise refused(verb, complaint, self.folder)
        return Answer(ended.code, ended.out, complaint, ended.cut)

    def _execute(
        self, reader: Reader, command: list[str], timeout: float, limit: int | None, writes: bool
    ) -> Ended:
        """In a worker thread: start, or take what runs already, and read to the end."""
        if reader.killed:  # Cancelled while all worker threads were busy.
            return Ended(-1, b"", b"")
        begun = self._ahead.take(command) if self._ahead is not None and not writes else None
        if begun is not None:
            return reader.read(begun, timeout=timeout, limit=limit)
        if writes:
            held = _start(command)  # GitPython ends the process when it is let go of
            process: subprocess.Popen[bytes] | None = held.proc
            assert process is not None
        else:
            process = _look(command)
        return reader.read(process, timeout=timeout, limit=limit)


def _verb(arguments: list[str]) -> str:
    """The git command's name behind the `-c name=value` pairs."""
    at = 0
    while arguments[at] == "-c":
        at += 2
    return arguments[at]


def _look(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a command that changes nothing, as GitPython would.

    Without it: importing it takes a tenth of a second, which the first answers need not wait for.
    """
    program = os.environ.get("GIT_PYTHON_GIT_EXECUTABLE") or command[0]
    try:
        return subprocess.Popen(
            [program, *(os.fsdecode(raw(argument)) for argument in command[1:])], cwd="/",
            env={**os.environ, "LANGUAGE": "C", **LOOKING}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise unreadable() from error


def _start(command: list[str]) -> Git.AutoInterrupt:
    """Start a command that changes the repository through GitPython."""
    try:
        from git import Git
        from git.exc import GitCommandNotFound
    except ImportError as error:  # GitPython looks for the program while it is imported.
        raise unreadable() from error
    try:
        # A session of its own has no terminal, so neither git nor ssh can ask on it, and its
        # group can be ended together with ssh and the helpers.
        # `-C` names the folder: GitPython would go on in the current one where it is gone.
        return Git("/").execute(
            # As text that becomes git's bytes again in a locale that is not UTF-8, too.
            [os.fsdecode(raw(argument)) for argument in command], as_process=True,
            env=QUIET, start_new_session=True,
        )
    except GitCommandNotFound as error:
        raise unreadable() from error


def ssh_is_chosen() -> bool:
    """Whether the person set an ssh command of their own in the environment."""
    return bool(os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH"))
