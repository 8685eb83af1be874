"""An engine's output made into a log, and into jobs with a log each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from opstui.domain.ci import CiJob, CiStep
from opstui.domain.status import Status

LONGEST = 1 << 20
"""Bytes after which an unfinished line is taken as it is."""


class Reading:
    """Lines in; text for the run's log, and each job's state and log, out. Engines override
    `line` and use the rest."""

    def __init__(self) -> None:
        self.jobs: dict[str, CiJob] = {}
        self.logs: dict[str, bytearray] = {}
        """What each job wrote since it was taken last."""
        self.sizes: dict[str, int] = {}
        """Bytes that each job has written in all."""
        self._rest = b""

    def line(self, text: str) -> str:
        """Take one line of output; the text for the run's log, empty for none."""
        raise NotImplementedError

    def feed(self, data: bytes) -> bytes:
        """Take a piece of output; what is to be added to the run's log."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            whole.append(self._rest)
            self._rest = b""
        told = (self.line(one.decode("utf-8", "replace").rstrip("\r")) for one in whole)
        return "".join(f"{one}\n" for one in told if one).encode()

    def end(self, *, cancelled: bool) -> bytes:
        """The output has ended: what was begun and not ended is so because of that."""
        rest = self.feed(b"\n") if self._rest else b""
        state = Status.CANCELLED if cancelled else Status.LOST
        for key, job in self.jobs.items():
            steps = tuple(step if step.status.finished else _over(step, state)
                          for step in job.steps)
            if not job.status.finished:
                job = replace(job, status=state, finished=_now())
            self.jobs[key] = replace(job, steps=steps)
        return rest

    # for engines

    def job(self, key: str, name: str, stage: str = "") -> CiJob:
        """The job, begun now where it is new."""
        if key not in self.jobs:
            self.jobs[key] = CiJob(key, name, Status.RUNNING, stage=stage, started=_now())
        return self.jobs[key]

    def write(self, key: str, text: str) -> None:
        """Add a line to a job's own log."""
        data = f"{text}\n".encode()
        self.logs.setdefault(key, bytearray()).extend(data)
        self.sizes[key] = self.sizes.get(key, 0) + len(data)

    def begin_step(self, key: str, id: str, name: str) -> None:
        """A step of a job begins where the job's log is now."""
        job = self.jobs[key]
        step = CiStep(name, Status.RUNNING, started=_now(), log_start=self.sizes.get(key, 0),
                      id=id)
        self.jobs[key] = replace(job, steps=(*job.steps, step))

    def end_step(self, key: str, id: str, status: Status) -> None:
        """A step has ended."""
        self._step(key, id, lambda step: replace(step, status=status, finished=_now()))

    def end_job(self, key: str, status: Status, reason: str = "") -> None:
        """A job has ended."""
        self.jobs[key] = replace(self.jobs[key], status=status, finished=_now(), reason=reason)

    def _step(self, key: str, id: str, change: Callable[[CiStep], CiStep]) -> None:
        job = self.jobs[key]
        self.jobs[key] = replace(job, steps=tuple(
            change(step) if step.id == id and not step.status.finished else step
            for step in job.steps
        ))


def _over(step: CiStep, state: Status) -> CiStep:
    return replace(step, status=state, finished=_now())


def _now() -> datetime:
    return datetime.now(UTC)
