"""One step of a run: a child process with its output, its end, and the end of all it started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from opstui.backends.ci.local import procs
from opstui.backends.ci.local.folder import GRACE
from opstui.backends.ci.local.watch import Watch
from opstui.domain.status import Status

CHUNK = 1 << 16
TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended."""

    exit_code: int | None
    """None where it never started or was stopped."""
    reason: str = ""
    """Empty when it passed."""
    cancelled: bool = False

    @property
    def stopped(self) -> bool:
        """Whether nothing more shall be done after it."""
        return self.cancelled or bool(self.reason)

    @property
    def status(self) -> Status:
        """Its state in the record."""
        if self.cancelled:
            return Status.CANCELLED
        return Status.FAILED if self.reason else Status.PASSED


class Output(Protocol):
    """Where a step's output goes."""

    @property
    def trouble(self) -> str:
        """Why writing failed, once it did."""
        ...

    def write(self, data: bytes) -> None:
        """Take a piece of output."""
        ...

    def say(self, text: str) -> None:
        """Add a line of opstui's own."""
        ...


class Step:
    """Runs one command. The supervisor is single-threaded and adopts orphans."""

    def __init__(self, watch: Watch, log: Output, deadline: float | None) -> None:
        """deadline: in seconds of the monotonic clock."""
        self._watch = watch
        self._log = log
        self._deadline = deadline
        self._pipe: int | None = None
        self._child = 0

    def run(
        self, argv: Sequence[str], cwd: Path, environ: Mapping[str, str],
        began: Callable[[int], None],
    ) -> Ended:
        """Run the command to its end; nothing that it started is left afterwards.

        began: told the child's process number, which is also its session.
        """
        if self._watch.cancelled:
            return Ended(None, cancelled=True)
        supervisor = os.getpid()
        self._pipe, write = os.pipe()
        os.set_blocking(self._pipe, False)
        try:
            child = subprocess.Popen(
                argv, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=write,
                stderr=write, start_new_session=True,
                preexec_fn=lambda: procs.die_with(supervisor),
            )
        except OSError as error:
            os.close(self._pipe)
            return Ended(None, f"{argv[0]} could not be started: {error.strerror}")
        finally:
            os.close(write)
        self._child = child.pid
        began(child.pid)
        try:
            ended = self._watch_over(child.pid)
        finally:
            left = procs.end(self._below, grace=GRACE, pause=self._pump)
            self._drain()
            if self._pipe is not None:
                os.close(self._pipe)
        # The watch reaps every child, so Popen must not wait for this one.
        child.returncode = 0
        if left and ended.exit_code is not None:
            self._log.say(f"[opstui: ended what it left running, processes: {left}]")
        return ended

    def _watch_over(self, pid: int) -> Ended:
        while True:
            rest = 60.0 if self._deadline is None else self._deadline - time.monotonic()
            code = self._watch.exit_code(pid)
            if code is not None:
                return Ended(code, reason_of(code))
            if self._watch.cancelled:
                return Ended(None, cancelled=True)
            if rest <= 0:
                return Ended(None, TIMED_OUT)
            if self._log.trouble:
                return Ended(None, self._log.trouble)
            self._pump(min(rest, 60.0))

    def _below(self) -> set[int]:
        """All that is left of the step; without /proc, its process group."""
        found = procs.descendants(os.getpid())
        if not found and self._watch.exit_code(self._child) is None:
            found = {-self._child}
        return found

    def _pump(self, seconds: float) -> None:
        """Wait at most that long; what can be read goes into the log."""
        files = () if self._pipe is None else (self._pipe,)
        if self._watch.wait(seconds, *files):
            self._read()

    def _read(self) -> bool:
        """Move one piece of output; False when there is none now."""
        if self._pipe is None:
            return False
        try:
            data = os.read(self._pipe, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            os.close(self._pipe)
            self._pipe = None
            return False
        self._log.write(data)
        return True

    def _drain(self) -> None:
        while self._read():
            pass


def reason_of(code: int) -> str:
    """Why a step failed, in two words; empty when it passed."""
    if code == 0:
        return ""
    if code > 0:
        return f"exit {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
