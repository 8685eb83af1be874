"""Processes as the kernel shows them, for ending everything that a run started.

Built on Linux's /proc, subreaper and parent-death signal (man 5 proc, man 2 prctl). Elsewhere
the functions find nothing and a run's own process group is all that can be ended.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_SET_PDEATHSIG = 1
_SET_CHILD_SUBREAPER = 36
"""Both from linux/prctl.h."""


@dataclass(frozen=True, slots=True)
class Process:
    """What matters of one line of /proc/PID/stat."""

    pid: int
    state: str
    parent: int
    session: int
    start_time: int
    """Clock ticks since boot: together with the pid it names a process for good."""


def _prctl(option: int, argument: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, argument, 0, 0, 0)


def adopt_orphans() -> None:
    """Let children that escape their own parent come back to this process."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """In a fresh child: be killed when `parent` dies, even if that happened already."""
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def boot() -> str:
    """An id that changes with every boot; empty where there is none."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def process(pid: int) -> Process | None:
    """The process, or None when it is gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    return Process(pid, fields[0].decode(), int(fields[1]), int(fields[3]), int(fields[19]))


def processes() -> list[Process]:
    """Every process that is more than a zombie."""
    try:
        names = [entry.name for entry in _PROC.iterdir()]
    except OSError:
        return []
    found = (process(int(name)) for name in names if name.isdigit())
    return [one for one in found if one is not None and one.state not in "ZX"]


def descendants(root: int) -> set[int]:
    """Everything below `root`, without `root`."""
    children: dict[int, list[int]] = {}
    for one in processes():
        children.setdefault(one.parent, []).append(one.pid)
    found: set[int] = set()
    waiting = list(children.get(root, ()))
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting.extend(children.get(pid, ()))
    return found


def strays(mark: str, session: int, start_time: int) -> set[int]:
    """What is left of a run whose supervisor is gone: its session, and whoever carries its mark.

    mark: an environment setting such as `OPSTUI_CI_RUN=000012-ab…` that the run handed down.
    session, start_time: of the run's command, so that a reused number names nobody else.
    """
    leader = process(session) if session else None
    same = bool(session) and (leader is None or leader.start_time == start_time)
    found = {
        one.pid for one in processes()
        if (same and one.session == session and one.start_time >= start_time)
        or _carries(one.pid, os.fsencode(mark))
    }
    return found - {os.getpid()}


def _carries(pid: int, mark: bytes) -> bool:
    try:
        return mark in (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def send(pids: set[int], number: signal.Signals) -> None:
    """Signal each; one that is gone, or that is not ours to signal, is passed over."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def end(
    find: Callable[[], set[int]], *, grace: float, pause: Callable[[float], None] = time.sleep
) -> int:
    """Ask everything `find` finds to stop, kill what does not within `grace` seconds.

    `pause` waits about that many seconds and may reap and read meanwhile. Returns how many
    processes there were at first.
    """
    found = find()
    count = len(found)
    send(found, signal.SIGTERM)
    send(found, signal.SIGCONT)
    limit = time.monotonic() + grace
    while found and time.monotonic() < limit:
        pause(0.05)
        found = find()
    limit = time.monotonic() + 10
    while found and time.monotonic() < limit:
        send(found, signal.SIGKILL)
        pause(0.02)
        found = find()
    return count
