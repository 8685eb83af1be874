"""Git commands that were started before anybody could wait for their answers.

While Python imports what draws the screen, git can work already. Whoever asks exactly the same
soon afterwards gets the process that runs; every other answer is thrown away.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress

from opstui.backends.git.questions import CHANGED, COMMIT, EVERY, HEAD, LOOKING, PLACE, reading

FRESH = 5.0
"""Seconds; an older answer is asked for again."""
ROOM = 1 << 20
"""Bytes that a pipe holds while nobody reads it; Linux gives no more to an ordinary user."""


class Ahead:
    """The first questions about one repository, under way.

    folder: where opstui was started.
    top: the top of the work tree around it, without symbolic links.
    """

    def __init__(self, folder: str, top: str) -> None:
        self._folder, self._top = folder, top
        self._began, self._at = 0.0, 0.0
        self._running: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
        self.used_since: float | None = None
        """When the answers were asked for (seconds since 1970), once one of them was used."""

    def start(self) -> None:
        """Start every question; what can't be started is asked later, by whoever needs it."""
        self._began, self._at = time.monotonic(), time.time()
        if "GIT_PYTHON_GIT_EXECUTABLE" in os.environ:  # GitPython would run another program
            return
        environ = {**os.environ, "LANGUAGE": "C", **LOOKING}
        questions = [reading(self._top, one) for one in (EVERY, HEAD, COMMIT, CHANGED)]
        with suppress(OSError, ValueError):
            for command in (*questions, reading(self._folder, PLACE)):
                self._running[tuple(command)] = subprocess.Popen(
                    command, cwd="/", env=environ, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                    pipesize=ROOM,
                )

    def take(self, command: list[str]) -> subprocess.Popen[bytes] | None:
        """The process that runs exactly this command, once and while it is fresh."""
        process = self._running.pop(tuple(command), None)
        if process is None:
            return None
        if time.monotonic() - self._began > FRESH:
            _drop(process)
            return None
        self.used_since = self._at
        return process

    def close(self) -> None:
        """Let go of what nobody asked for."""
        while self._running:
            _drop(self._running.popitem()[1])


def _drop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
