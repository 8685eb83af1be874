"""One child process read to its end, within a time, a size, and a kill switch."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

_GRACE = 2.0
"""Seconds a process gets to leave after SIGTERM."""
_LOOK = 0.5
"""Seconds between looks whether a silent process has ended without closing its pipes."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left behind."""

    code: int
    out: bytes
    err: bytes
    timed_out: bool = False
    cut: bool = False
    """`out` stops at the limit; the process was ended there."""


class Reader:
    """Reads one process in a worker thread; another thread may `kill` it at any time."""

    def __init__(self, *, gentle: bool) -> None:
        self._signal = signal.SIGTERM if gentle else signal.SIGKILL
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = False

    def kill(self) -> None:
        """End the process and everything it started, now or as soon as it exists."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                _signal_group(self._process, self._signal)

    @property
    def killed(self) -> bool:
        """Whether `kill` was called: the result then means nothing."""
        return self._killed

    def read(
        self, process: subprocess.Popen[bytes], *, timeout: float, limit: int | None
    ) -> Ended:
        """Everything the process says until it ends. It must lead its own process group."""
        with self._lock:
            self._process = process
            if self._killed:
                _signal_group(process, self._signal)
        deadline = time.monotonic() + timeout
        try:
            out, err, why = _pump(process, deadline, limit)
            if why:
                _signal_group(process, signal.SIGTERM)
            try:
                code = process.wait(_GRACE if why else max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                code = process.wait()
                why = why or "time"
        finally:
            with self._lock:
                self._process = None
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        return Ended(code, out, err, timed_out=why == "time", cut=why == "size")


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the whole group, so that ssh and git's helpers go with git."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _pump(
    process: subprocess.Popen[bytes], deadline: float, limit: int | None
) -> tuple[bytes, bytes, str]:
    """Both pipes until they close; why it stopped early is "time", "size" or empty."""
    assert process.stdout is not None and process.stderr is not None
    said: dict[int, list[bytes]] = {process.stdout.fileno(): [], process.stderr.fileno(): []}
    out_fd = process.stdout.fileno()
    size = 0
    why = ""
    with selectors.DefaultSelector() as selector:
        for fd in said:
            selector.register(fd, selectors.EVENT_READ)
        while selector.get_map() and not why:
            left = deadline - time.monotonic()
            ready = selector.select(max(0.0, min(left, _LOOK)))
            if not ready and process.poll() is not None:
                break  # A daemon it left behind still holds the pipe.
            if left <= 0:
                why = "time"
            for key, _ in ready:
                piece = os.read(key.fd, 1 << 16)
                if not piece:
                    selector.unregister(key.fd)
                    continue
                said[key.fd].append(piece)
                if key.fd == out_fd:
                    size += len(piece)
                    why = "size" if limit is not None and size > limit else why
    chunks = list(said.values())
    return b"".join(chunks[0])[:limit], b"".join(chunks[1]), why
