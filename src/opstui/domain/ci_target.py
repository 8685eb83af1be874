"""What a log is asked of: a run, one of its jobs, or a step of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opstui.domain.ci import CiJob, CiRun, CiStep
from opstui.domain.ci_state import BROKEN
from opstui.domain.status import Status


@dataclass(frozen=True, slots=True)
class Target:
    """What a log is of: a run, one of its jobs, or a step of either."""

    run: CiRun
    job: CiJob | None = None
    step: CiStep | None = None

    @property
    def thing(self) -> CiRun | CiJob | CiStep:
        """The innermost of them."""
        return self.step or self.job or self.run

    @property
    def status(self) -> Status:
        """Its state."""
        return self.thing.status

    @property
    def steps(self) -> Sequence[CiStep]:
        """The steps whose output is in the same log."""
        return self.job.steps if self.job is not None else self.run.steps

    @property
    def key(self) -> str:
        """Identity among all logs, which changes when it ends."""
        parts = [self.run.key, str(self.run.attempt)]
        parts += [self.job.key] if self.job is not None else []
        parts += [self.step.key] if self.step is not None else []
        return "/".join(parts)

    @property
    def title(self) -> str:
        """`#812 make test › unit › build`."""
        parts = [f"#{self.run.number} {self.run.workflow}"]
        parts += [self.job.name] if self.job is not None else []
        parts += [self.step.name] if self.step is not None else []
        return " › ".join(parts)

    @property
    def file(self) -> str:
        """A name for a file that holds the log."""
        words = [self.run.workflow, str(self.run.number)]
        words += [self.job.name] if self.job is not None else []
        words += [self.step.name] if self.step is not None else []
        plain = "".join(one if one.isalnum() or one in "._" else "-" for one in "-".join(words))
        return "-".join(part for part in plain.split("-") if part)[:80] or "log"

    @property
    def stretch(self) -> tuple[int, int | None]:
        """Where its output is in the bytes of its job's or run's log: all, unless it is a step
        that only says where it begins."""
        step = self.step
        if step is None or step.id or not any(one.log_start for one in self.steps):
            return 0, None
        later = [one.log_start for one in self.steps if one.log_start > step.log_start]
        return step.log_start, min(later, default=None)

    @property
    def asked(self) -> CiStep | None:
        """The step that a server can be asked for by its id."""
        return self.step if self.step is not None and self.step.id else None

    @property
    def timed(self) -> bool:
        """Whether its part of the log is known by the lines' times only."""
        return self.step is not None and not self.step.id and not any(
            one.log_start for one in self.steps
        )


def failing_step(steps: Sequence[CiStep]) -> CiStep | None:
    """The first that failed."""
    return next((step for step in steps if step.status in BROKEN), None)


def failing_job(jobs: Sequence[CiJob]) -> CiJob | None:
    """The first that failed; one that may fail only where no other did."""
    red = [job for job in jobs if job.status in BROKEN]
    warned = [job for job in jobs if job.status is Status.WARNED]
    return next((job for job in red if not job.optional), next(iter(red + warned), None))
