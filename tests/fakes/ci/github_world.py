"""What the fake GitHub knows: workflows, runs with attempts, jobs with steps and logs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

TICK = timedelta(seconds=7)
SPECIAL = {"action_required", "startup_failure", "stale"}


@dataclass(frozen=True)
class StepPlan:
    """A step that will be run: the lines it prints, and its exit code."""

    name: str
    lines: tuple[str, ...] = ()
    exit_code: int = 0


@dataclass(frozen=True)
class Annotation:
    message: str
    path: str = ".github"
    line: int = 1
    level: str = "failure"
    title: str = ""


@dataclass(frozen=True)
class JobPlan:
    """A job that will be run."""

    name: str
    steps: tuple[StepPlan, ...] = (StepPlan("Run true", ("fine",)),)
    environment: str = ""
    """It waits until somebody approves this."""
    annotations: tuple[Annotation, ...] = ()
    stubborn: bool = False
    """It does not heed a cancellation, only a forced one."""
    slow: int = 0
    """Ticks that it stays queued."""


@dataclass
class Step:
    name: str
    number: int
    status: str = "queued"
    conclusion: str | None = None
    started: datetime | None = None
    finished: datetime | None = None


@dataclass
class Job:
    id: int
    plan: JobPlan
    attempt: int
    created: datetime
    status: str = "queued"
    conclusion: str | None = None
    started: datetime | None = None
    finished: datetime | None = None
    steps: list[Step] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    approved: bool = False
    delay: int = 0
    raw: bytes = b""
    """A log that is not made by steps."""

    def __post_init__(self) -> None:
        self.delay = self.plan.slow
        if self.plan.environment:
            self.status = "waiting"
        names = ("Set up job", *(one.name for one in self.plan.steps), "Complete job")
        self._plans = (StepPlan("Set up job", ("Current runner version: '2.321.0'",)),
                       *self.plan.steps,
                       StepPlan("Complete job", ("Cleaning up orphan processes",)))
        self.steps = [Step(name, number) for number, name in enumerate(names, 1)]

    def tick(self, now: datetime) -> None:
        """One step further."""
        if self.status == "completed" or (self.plan.environment and not self.approved):
            return
        if self.status != "in_progress":
            self.delay -= 1
            if self.delay < 0:
                self.status, self.started = "in_progress", now
                self._begin(self.steps[0], now)
            return
        current = next(one for one in self.steps if one.status == "in_progress")
        self._end(current, now)
        failed = any(one.conclusion == "failure" for one in self.steps)
        waiting = [one for one in self.steps if one.status == "queued"]
        if failed:
            for one in waiting[:-1]:
                one.status, one.conclusion = "completed", "skipped"
                one.started = one.finished = now
            waiting = waiting[-1:]
        if waiting:
            self._begin(waiting[0], now)
        else:
            self.end("failure" if failed else "success", now)

    def end(self, conclusion: str, now: datetime) -> None:
        """Whatever was going on is over."""
        for one in self.steps:
            if one.status == "in_progress":
                one.status, one.conclusion, one.finished = "completed", conclusion, now
        if self.started is None:
            self.steps, self.started = [], now
        self.steps = [one for one in self.steps if one.status == "completed"]
        self.status, self.conclusion, self.finished = "completed", conclusion, now

    def _begin(self, step: Step, now: datetime) -> None:
        step.status, step.started = "in_progress", now
        plan = self._plans[step.number - 1]
        if 1 < step.number < len(self._plans):
            self._print(now, f"##[group]{plan.name}")
            self._print(now, "##[endgroup]")
        for number, line in enumerate(plan.lines):
            self._print(now + timedelta(milliseconds=10 * (number + 1)), line)

    def _end(self, step: Step, now: datetime) -> None:
        code = self._plans[step.number - 1].exit_code
        if code:
            self._print(now, f"##[error]Process completed with exit code {code}.")
        step.status, step.finished = "completed", now
        step.conclusion = "failure" if code else "success"

    def _print(self, when: datetime, line: str) -> None:
        self.log.append(f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}0Z {line}")

    def text(self) -> bytes:
        """The log as storage has it, with the mark at its start that Azure puts there."""
        return "\ufeff".encode() + (self.raw or "".join(f"{line}\n" for line in self.log).encode())

    def annotations(self) -> list[Annotation]:
        if self.conclusion != "failure":
            return []
        code = next((one.exit_code for one in self.plan.steps if one.exit_code), 1)
        return [Annotation(f"Process completed with exit code {code}."), *self.plan.annotations]


@dataclass
class Attempt:
    number: int
    started: datetime
    who: str
    jobs: list[Job]
    special: str = ""
    """A conclusion that has nothing to do with the jobs."""
    finished: datetime | None = None

    @property
    def status(self) -> str:
        if self.special or all(one.status == "completed" for one in self.jobs):
            return "completed"
        states = {one.status for one in self.jobs}
        if "in_progress" in states or (states - {"waiting"} and "completed" in states):
            return "in_progress"
        return "waiting" if states == {"waiting"} or states == {"waiting", "completed"} \
            else "queued"

    @property
    def conclusion(self) -> str | None:
        if self.special:
            return self.special
        if self.status != "completed":
            return None
        ends = {one.conclusion for one in self.jobs}
        for worst in ("failure", "timed_out", "cancelled"):
            if worst in ends:
                return worst
        return "skipped" if ends == {"skipped"} else "success"


@dataclass(frozen=True)
class WorkflowFile:
    id: int
    name: str
    path: str
    jobs: tuple[JobPlan, ...] = (JobPlan("build"),)
    state: str = "active"


@dataclass
class Run:
    id: int
    number: int
    workflow: WorkflowFile
    branch: str
    sha: str
    event: str
    created: datetime
    title: str
    who: str
    attempts: list[Attempt] = field(default_factory=list)
    fork: bool = False
    inputs: dict[str, str] = field(default_factory=dict)

    @property
    def latest(self) -> Attempt:
        return self.attempts[-1]

    def tick(self, now: datetime) -> None:
        if self.latest.special:
            return
        for job in self.latest.jobs:
            job.tick(now)
        if self.latest.status == "completed" and self.latest.finished is None:
            self.latest.finished = now

    def again(
        self, plans: list[tuple[JobPlan, Job | None]], ids: list[int], who: str, now: datetime
    ) -> None:
        """A further attempt; jobs that need not run again stay as they are."""
        number = self.latest.number + 1
        jobs = [
            kept if kept is not None else Job(id_, plan, number, now)
            for (plan, kept), id_ in zip(plans, ids, strict=True)
        ]
        self.attempts.append(Attempt(number, now, who, jobs))

    def cancel(self, now: datetime, *, force: bool) -> None:
        for job in self.latest.jobs:
            if job.status != "completed" and (force or not job.plan.stubborn):
                job.end("cancelled", now)
        if self.latest.status == "completed":
            self.latest.finished = now


@dataclass
class Clock:
    """Real time, and what was added to it by ticks."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self.ahead

    def tick(self) -> datetime:
        self.ahead += TICK
        return self.now()


def with_failure(plan: JobPlan, code: int, lines: tuple[str, ...]) -> JobPlan:
    """The same job, whose last step fails."""
    *rest, last = plan.steps
    return replace(plan, steps=(*rest, replace(last, exit_code=code, lines=lines)))
