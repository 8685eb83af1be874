"""Starting a run's supervisor, and asking it to stop. Blocking: call it from a worker thread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from opstui.backends.ci.local.folder import GRACE, RunFolder
from opstui.domain.errors import OpstuiError

START = 30.0
"""Seconds a supervisor may take to go into the background."""
STOP = GRACE + 20.0
"""Seconds a supervisor may take to end everything; after that it is killed itself."""


def launch(folder: RunFolder, lock: int, environ: Mapping[str, str]) -> None:
    """Start the supervisor; it takes over the lock, so that the run is never without one.

    Closes the descriptor `lock` here. Raises OpstuiError when it did not start.
    """
    try:
        with folder.words.open("ab") as words:
            done = subprocess.run(
                # -P keeps the working directory off the path of imports.
                (sys.executable, "-P", "-m", "opstui.backends.ci.local.supervisor",
                 str(folder.path), str(lock)),
                cwd=folder.path, env=dict(environ), stdin=subprocess.DEVNULL, stdout=words,
                stderr=words, pass_fds=(lock,), start_new_session=True, timeout=START, check=False,
            )
        failed = f"exit {done.returncode}" if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        failed = str(error)
    finally:
        os.close(lock)
    if failed:
        raise OpstuiError(
            f"the run's supervisor did not start: {failed}", where=str(folder.words),
        )


def stop(folder: RunFolder, who: str) -> None:
    """Cancel the run; returns when nothing of it is left.

    who: written into the run's reason.
    """
    record = folder.read()
    if record is None or record.run.status.finished:
        return
    try:
        folder.cancel.write_text(who, "utf-8")
    except OSError as error:
        raise OpstuiError(
            f"the run could not be told to stop: {error.strerror}", where=str(folder.cancel)
        ) from error
    _wait(folder, signal.SIGTERM, STOP)
    if folder.alive():
        _wait(folder, signal.SIGKILL, 5.0)
    if folder.alive():
        raise OpstuiError("the run does not stop", where=str(folder.path))
    folder.bury()


def _wait(folder: RunFolder, number: signal.Signals, seconds: float) -> None:
    """Send the signal as soon as the supervisor has said its number, and wait for its end."""
    limit = time.monotonic() + seconds
    sent = False
    while folder.alive() and time.monotonic() < limit:
        record = folder.read()
        if not sent and record is not None and record.pid:
            sent = _send(folder, record.pid, number)
        time.sleep(0.05)


def _send(folder: RunFolder, pid: int, number: signal.Signals) -> bool:
    """Signal the supervisor through a handle, so that a reused number can't be hit."""
    if not hasattr(os, "pidfd_open"):
        os.kill(pid, number)
        return True
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if folder.alive():
            signal.pidfd_send_signal(handle, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        os.close(handle)
