"""The embedded server's processes: started so that they can always be ended, all of them.

Standard library only: the keeper imports this.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

MARK = "OPSTUI_MLFLOW_HOME"
"""In the environment of every process of an embedded server: the folder it belongs to."""
GRACE_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1


class ServerProcess:
    """A server in a session of its own, with a watcher that ends it when the keeper is killed."""

    def __init__(self, command: list[str], folder: Path, log: Path) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, cwd=folder, env=os.environ | {MARK: str(folder)},
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self.pid = self._process.pid
        self._watcher, self._alarm = watch(self.pid, folder)

    def alive(self) -> bool:
        """Whether the server's first process runs."""
        return self._process.poll() is None

    def end(self) -> None:
        """End every process of the server; returns when they are gone."""
        end_group(self.pid)
        self._process.wait()
        os.close(self._alarm)
        os.waitpid(self._watcher, 0)

    def listens(self, port: int) -> bool:
        """Whether it is this server that listens on the port, not somebody who was faster.

        Where /proc does not tell, the answer is yes.
        """
        try:
            table = Path("/proc/net/tcp").read_text().splitlines()[1:]
        except OSError:
            return True
        rows = [line.split() for line in table]
        nodes = {f"socket:[{row[9]}]" for row in rows
                 if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}
        return any(
            nodes & open_files(pid) for pid in processes() if group_of(pid) == self.pid
        )


def end_with_parent() -> None:
    """In the child: have the kernel end it when the keeper dies. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def watch(group: int, folder: Path) -> tuple[int, int]:
    """A process that ends the group, and what else bears the folder's mark, once the
    returned file descriptor is closed.

    It is closed by the kernel when the keeper is killed. The watcher inherits the keeper's lock,
    so no new keeper starts before it is done.
    """
    ear, alarm = os.pipe()
    watcher = os.fork()
    if watcher:
        os.close(ear)
        return watcher, alarm
    os.close(alarm)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.read(ear, 1)
    end_group(group)
    end_leftovers(folder)
    os._exit(0)


def end_group(group: int) -> None:
    """Ask the process group to end, and kill what is left after a while."""
    for number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, 2.0)):
        deadline = time.monotonic() + seconds
        try:
            os.killpg(group, number)
            while time.monotonic() < deadline and runs(group):
                time.sleep(0.05)
        except (ProcessLookupError, PermissionError):
            return


def runs(group: int) -> bool:
    """Whether any process of the group runs; one that ended and was not waited for does not."""
    found = processes()
    if not found:
        os.killpg(group, 0)
        return True
    return any(group_of(pid) == group and state_of(pid) != "Z" for pid in found)


def end_leftovers(folder: Path) -> None:
    """Kill what an earlier server of this folder left. Only while holding the keeper's lock."""
    mark = f"{MARK}={folder}".encode()
    for pid in processes():
        with contextlib.suppress(OSError):
            if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                os.kill(pid, signal.SIGKILL)


def processes() -> list[int]:
    """Every process id; none where there is no /proc."""
    try:
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    except OSError:
        return []


def open_files(pid: int) -> set[str]:
    """What the process has open, as /proc names it."""
    found = set()
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(entry.readlink()))
    return found


def group_of(pid: int) -> int:
    """The process's group, 0 when it is gone."""
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def state_of(pid: int) -> str:
    """One letter from /proc; Z for a process that nobody waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "Z"
