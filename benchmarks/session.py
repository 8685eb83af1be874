"""A program on a pseudo-terminal, with a clock that stamps bytes when they are read."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import struct
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from benchmarks.emulator import Emulator
from benchmarks.usage import tree

WIDTH, HEIGHT = 160, 45
now = time.perf_counter


class UnseenError(Exception):
    """The program ended, or never showed what was waited for."""


@dataclass(frozen=True, slots=True)
class Link:
    """A thin line between the program and the terminal."""

    rate: float
    """Bytes a second."""
    answer: float
    """Seconds until the terminal's answers to questions arrive."""


class Session:
    """Starts a program and plays its terminal. Close it."""

    def __init__(
        self, command: Sequence[str], folder: Path, environ: Mapping[str, str],
        link: Link | None = None,
    ) -> None:
        self._link = link
        self._credit, self._credit_at = 0.0, now()
        self._master, self._terminal = os.openpty()
        size = struct.pack("HHHH", HEIGHT, WIDTH, WIDTH * 10, HEIGHT * 20)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        self._line = termios.tcgetattr(self._terminal)
        self.screen = Emulator(WIDTH, HEIGHT, self._answer)
        self._answers: deque[tuple[float, bytes]] = deque()
        self._unseen: deque[tuple[float, bytes]] = deque()
        self.written = 0
        """Bytes that the program wrote so far."""
        self.last = 0.0
        """When the last of them was read."""
        self.code: int | None = None
        self.ended = 0.0
        self.start = now()
        self.pid = self._spawn(list(command), folder, {
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **environ
        })
        self._pidfd = os.pidfd_open(self.pid)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.code is None:
            for pid in sorted(tree(self.pid), reverse=True):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            _, self.code = os.waitpid(self.pid, 0)
        for handle in (self._pidfd, self._master, self._terminal):
            os.close(handle)

    def _spawn(self, command: list[str], folder: Path, environ: dict[str, str]) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            os.setsid()
            fcntl.ioctl(self._terminal, termios.TIOCSCTTY, 0)
            for handle in (0, 1, 2):
                os.dup2(self._terminal, handle)
            os.closerange(3, 256)
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.chdir(folder)
            os.execvpe(command[0], command, environ)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\r\n".encode())
        finally:
            os._exit(127)

    # what the person does

    def send(self, data: bytes) -> float:
        """Press keys; when."""
        at = now()
        self._write(data)
        return at

    def signal(self, number: int) -> float:
        """Send a signal to the program itself; when."""
        at = now()
        os.kill(self.pid, number)
        return at

    # what the person sees

    def until(self, true: Callable[[str], bool], what: str, within: float = 30.0) -> float:
        """Wait until something is true of the screen; when the bytes came that made it so."""
        seen: list[float] = []

        def check(at: float) -> bool:
            if self.screen.look() and true(self.screen.text):
                seen.append(at)
            return bool(seen)

        self._pump(check, within)
        if not seen:
            raise UnseenError(f"never saw {what}\n{self.screen.text}")
        return seen[0]

    def change(self, within: float) -> float | None:
        """Wait until anything visible changes; when the bytes came, None if nothing did."""
        seen: list[float] = []

        def check(at: float) -> bool:
            if self.screen.look():
                seen.append(at)
            return bool(seen)

        self._pump(check, within)
        return seen[0] if seen else None

    def rest(self, quiet: float, within: float = 3.0) -> None:
        """Wait until nothing was written for `quiet` seconds."""
        began = now()
        while (left := max(began, self.last) + quiet - now()) > 0 and now() - began < within:
            self._pump(None, left)
        self.screen.look()

    def watch(self, seconds: float) -> None:
        """Only read, for a fixed time."""
        ends = now() + seconds
        while now() < ends and self.code is None:
            self._pump(None, ends - now())

    def ends(self, within: float = 5.0) -> bool:
        """Wait until the program has ended and all it wrote is read; whether it did."""
        ends = now() + within
        while self.code is None and now() < ends:
            self._pump(None, ends - now())
        while self._read(0.02):  # the last words may still be on their way
            pass
        self._feed(None)
        return self.code is not None

    @property
    def left_behind(self) -> list[str]:
        """What the program did not give back as it was."""
        left = self.screen.left_on
        if termios.tcgetattr(self._terminal)[:4] != self._line[:4]:
            left.append("line settings")
        return left

    # reading and writing

    def _write(self, data: bytes) -> None:
        with suppress(OSError):  # it may have gone
            os.write(self._master, data)

    def _answer(self, data: bytes) -> None:
        self._answers.append((now() + (self._link.answer if self._link else 0.0), data))

    def _pump(self, check: Callable[[float], bool] | None, seconds: float) -> None:
        """Play terminal until `check` says so after some bytes, the end, or for a time.

        The emulator is fed only while nothing waits to be read, for it is slower than the clock.
        """
        ends = now() + seconds
        while True:
            self._reply()
            wait = ends - now()
            if self._answers:
                wait = min(wait, self._answers[0][0] - now())
            if self._read(0.0 if self._unseen else max(0.0, wait)) and len(self._unseen) < 64:
                continue
            if self._feed(check) or self.code is not None or now() >= ends:
                return

    def _reply(self) -> None:
        while self._answers and self._answers[0][0] <= now():
            self._write(self._answers.popleft()[1])

    def _feed(self, check: Callable[[float], bool] | None) -> bool:
        while self._unseen:
            at, data = self._unseen.popleft()
            self.screen.feed(data)
            self._reply()
            if check is not None and not self.screen.amid and check(at):
                return True
        return False

    def _allowed(self) -> int:
        """Bytes that the line lets through now."""
        if self._link is None:
            return 65536
        at, rate = now(), self._link.rate
        self._credit = min(self._credit + (at - self._credit_at) * rate, rate * 0.02)
        self._credit_at = at
        return int(self._credit)

    def _read(self, wait: float) -> bool:
        """Read what there is, waiting for it at most so long; whether there was any."""
        allowed = self._allowed()
        if allowed < 32:
            time.sleep(min(wait, 0.002) or 0.0005)
            return False
        handles = [self._master, *([self._pidfd] if self.code is None else [])]
        ready, _, _ = select.select(handles, [], [], wait)
        data = b""
        if self._master in ready:
            try:
                data = os.read(self._master, allowed)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
        if data:
            self.last = now()
            self.written += len(data)
            self._credit -= len(data)
            self._unseen.append((self.last, data))
        elif self._pidfd in ready:
            self.ended = now()
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
        return bool(data)
