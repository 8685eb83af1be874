"""Where an engine's output goes in a run's folder: the log, and a file for each job's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from opstui.backends.ci.local.engines.reading import Reading
from opstui.backends.ci.local.logfile import LogFile
from opstui.domain.ci import CiJob


def job_log(folder: Path, key: str) -> Path:
    """The file of a job's log; names may hold anything, so the file's is a digest."""
    return folder / f"job-{hashlib.sha256(key.encode()).hexdigest()[:16]}.log"


class EngineOutput:
    """Takes a step's output in the log's stead."""

    def __init__(
        self, log: LogFile, reading: Reading, folder: Path,
        told: Callable[[tuple[CiJob, ...]], None], limit: int,
    ) -> None:
        """told: given the jobs whenever one of them changed.

        limit: bytes of one job's log that are kept.
        """
        self._log = log
        self._reading = reading
        self._folder = folder
        self._told = told
        self._limit = limit
        self._jobs: tuple[CiJob, ...] = ()

    @property
    def trouble(self) -> str:
        """Why writing failed, once it did."""
        return self._log.trouble

    def write(self, data: bytes) -> None:
        """Take a piece of output."""
        self._log.write(self._reading.feed(data))
        self._keep()

    def say(self, text: str) -> None:
        """Add a line of opstui's own to the log."""
        self._log.say(text)

    def end(self, *, cancelled: bool) -> None:
        """There is no more."""
        self._log.write(self._reading.end(cancelled=cancelled))
        self._keep()

    def _keep(self) -> None:
        for key, data in self._reading.logs.items():
            if data and self._reading.sizes[key] <= self._limit:
                with job_log(self._folder, key).open("ab") as file:
                    file.write(data)
            data.clear()
        jobs = tuple(self._reading.jobs.values())
        if jobs != self._jobs:
            self._jobs = jobs
            self._told(jobs)
