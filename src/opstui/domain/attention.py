"""What needs a person now, across all systems, worst first. Pure: the facts are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from opstui.domain.branch import Branch
from opstui.domain.ci import CiRun
from opstui.domain.ci_state import BROKEN, newest_by_workflow, seen
from opstui.domain.disk import FULL, NEARLY, Disk
from opstui.domain.drift import Drift, DriftKind
from opstui.domain.experiment import Run
from opstui.domain.image import Container
from opstui.domain.served import Served
from opstui.domain.status import Status
from opstui.domain.words import duration, short, size

SLOW = 3.0
"""A CI run is stuck that takes this many times the median of its workflow's passed runs,"""
SLOW_LEAST = timedelta(minutes=30)
"""and at least this long;"""
SLOW_ALONE = timedelta(hours=2)
"""where no run of its workflow is known to have passed, this long."""
TRAINING_LONG = timedelta(hours=24)
"""A training run that tells nothing for this long is stuck."""
ENDED = "has ended"
DEFAULT_NAMES = ("main", "master", "trunk")
"""What a default branch is called where no remote tells, the likeliest first."""


class Severity(Enum):
    """How bad it is; the value orders, worst first."""

    BROKEN = 0
    """Something that people rely on does not work."""
    WARNING = 1
    """It works, and will not for long, or not as it should."""

    @property
    def status(self) -> Status:
        """The mark of its lines."""
        return Status.FAILED if self is Severity.BROKEN else Status.WARNED


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that needs a person."""

    key: str
    severity: Severity
    text: str
    """What is wrong, as one sentence without its age."""
    where: str
    """The system: docker, ci, mlflow, git, disk, journal."""
    kind: str
    """The list to go to."""
    target: str
    """The key of the row there; empty for the list as a whole."""
    hint: str
    """What can be done about it."""
    since: datetime | None = None
    away: bool = False
    """It is about a backend that does not answer, not about what the backend knows."""

    @property
    def status(self) -> Status:
        """The mark of its line."""
        return self.severity.status


@dataclass(frozen=True, slots=True)
class Source:
    """What a list says of its own backend."""

    name: str
    """The backend: git, ci, docker, mlflow."""
    kind: str
    """The list."""
    answered: bool = False
    """There was a good answer."""
    problem: str = ""
    """Why the last question got none."""
    since: datetime | None = None
    """When the first of the failures in a row was."""
    unset: bool = False
    """Nobody has set it up: there is nothing that could be wrong."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An act that was begun and never ended."""

    act: str
    what: str
    object: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that attention is judged from."""

    now: datetime
    sources: Sequence[Source] = ()
    containers: Sequence[Container] = ()
    served: Sequence[Served] = ()
    ci_runs: Sequence[CiRun] = ()
    branches: Sequence[Branch] = ()
    drifts: Sequence[Drift] = ()
    disks: Sequence[Disk] = ()
    interrupted: Sequence[Interrupted] = ()
    training: Sequence[tuple[Run, datetime | None]] = ()
    """Runs under way, with the time of the last news of each."""
    unread: tuple[str, ...] = field(default=())
    """What else is not known yet, such as `disk`."""


def concerns(facts: Facts) -> tuple[Concern, ...]:
    """What needs a person, worst first, and of one severity the newest first."""
    found = [
        *_unhealthy(facts), *_red(facts), *_drifting(facts), *_stuck_ci(facts),
        *_stuck_training(facts), *_full(facts), *_away(facts), *_interrupted(facts),
    ]
    return tuple(sorted(found, key=lambda one: (
        one.severity.value, -(one.since or facts.now).timestamp(), one.key
    )))


def unknown(facts: Facts) -> tuple[str, ...]:
    """What has never answered, by name: without it nobody may call it calm.

    Backends first; what attention asks for itself, in a moment, is told once they are known.
    """
    silent = [one.name for one in facts.sources if not one.answered and not one.unset]
    return tuple(dict.fromkeys(silent)) or facts.unread


def _unhealthy(facts: Facts) -> Iterator[Concern]:
    """What a container serves, where that container does not."""
    known = {one.id: one for one in facts.containers}
    for served in facts.served:
        container = known.get(served.container)
        if container is None:
            continue
        state = sick(container)
        if state == ENDED and _replaced(served, facts.served, known):
            continue
        if state:
            yield Concern(
                f"unhealthy/{container.id}", Severity.BROKEN,
                f"{container.name}, which serves {_address(served)}, {state}", "docker",
                "containers", container.id,
                "read its log with l; b on the model rolls back, T restarts the container",
                served.started,
            )


def sick(container: Container) -> str:
    """What is wrong with a container that should serve, as the end of a sentence; or empty."""
    if container.health == "unhealthy":
        return "is unhealthy"
    if container.state in ("exited", "dead"):
        return ENDED
    if container.state == "restarting":
        return "ends and is restarted again and again"
    return "is paused" if container.state == "paused" else ""


def _replaced(
    served: Served, every: Sequence[Served], containers: Mapping[str, Container]
) -> bool:
    """Whether another container serves the same model: then the one that ended was replaced."""
    others = (containers.get(one.container) for one in every
              if one.model == served.model and one.container != served.container)
    return any(one is not None and one.state == "running" for one in others)


def _address(served: Served) -> str:
    if served.alias:
        return f"{served.model}@{served.alias}"
    return f"{served.model} v{served.version}" if served.version else served.uri


def default_branch(branches: Iterable[Branch]) -> str:
    """The name of the branch that everybody builds on, without its remote; or empty.

    It is what `origin`, or else another remote, calls its HEAD; without any, the likeliest name.
    """
    every = list(branches)
    told = sorted((one for one in every if one.default), key=lambda one: one.remote != "origin")
    if told:
        return _without_remote(told[0])
    names = {_without_remote(one) for one in every}
    return next((name for name in DEFAULT_NAMES if name in names), "")


def _without_remote(branch: Branch) -> str:
    return branch.name.removeprefix(f"{branch.remote}/") if branch.remote else branch.name


def _red(facts: Facts) -> Iterator[Concern]:
    """CI of the default branch: the newest run of each workflow at its head, here or pushed.

    Where the head has no run yet, the branch's newest runs count: red stays red until it is
    known to be green.
    """
    name = default_branch(facts.branches)
    heads = {one.commit for one in facts.branches
             if one.name == name or (one.remote and one.name == f"{one.remote}/{name}")}
    at_head = [run for run in facts.ci_runs if run.commit in heads]
    of_branch = [run for run in facts.ci_runs if name and run.branch == name]
    for run in newest_by_workflow(at_head or of_branch):
        if seen(run) in BROKEN:
            yield Concern(
                f"red/{run.key}", Severity.BROKEN,
                f"CI is red on {name}: {run.workflow} #{run.number} on {short(run.commit)}", "ci",
                "ci", run.key, "read why with enter; ctrl+r there runs it again",
                run.finished or run.started or run.created,
            )


def _drifting(facts: Facts) -> Iterator[Concern]:
    hints = {
        DriftKind.VERSION: "d on the model shows the two ways out: restart, or move the alias back",
        DriftKind.IMAGE: "t on the image gives it a name again",
        DriftKind.GATE: "d on the model shows its gates; b rolls back",
    }
    started = {one.container: one.started for one in facts.served}
    for one in facts.drifts:
        image = one.kind is DriftKind.IMAGE and bool(one.target)
        yield Concern(
            f"drift/{one.key}", Severity.WARNING, one.text,
            "docker" if image else "mlflow", "images" if image else "models",
            one.target if image else one.model, hints[one.kind],
            started.get(one.container) if one.kind is DriftKind.VERSION else None,
        )


def _stuck_ci(facts: Facts) -> Iterator[Concern]:
    took: dict[tuple[str, str], list[float]] = {}
    for run in facts.ci_runs:
        seconds = run.elapsed(facts.now)
        if run.status is Status.PASSED and run.finished is not None and seconds is not None:
            took.setdefault((run.server, run.workflow), []).append(seconds)
    for run in facts.ci_runs:
        seconds = run.elapsed(facts.now) if run.status is Status.RUNNING else None
        if seconds is None:
            continue
        usual = took.get((run.server, run.workflow))
        limit = (max(SLOW * median(usual), SLOW_LEAST.total_seconds()) if usual
                 else SLOW_ALONE.total_seconds())
        if seconds > limit:
            told = f", usually {duration(median(usual))}" if usual else ""
            yield Concern(
                f"stuck/{run.key}", Severity.WARNING,
                f"{run.workflow} #{run.number} on {run.branch or short(run.commit)} runs for "
                f"{duration(seconds)}{told}", "ci", "ci", run.key,
                "X there cancels it; enter shows where it hangs", run.started,
            )


def _stuck_training(facts: Facts) -> Iterator[Concern]:
    for run, news in facts.training:
        last = max(filter(None, (run.started, news)), default=None)
        if run.status is Status.RUNNING and last and facts.now - last > TRAINING_LONG:
            yield Concern(
                f"training/{run.id}", Severity.WARNING,
                f"training {run.name or run.id[:8]} says RUNNING, without news since", "mlflow",
                "experiments", run.experiment_id,
                "its process may be gone; MLflow ends no run by itself", last,
            )


def median(numbers: Sequence[float]) -> float:
    """The middle one of some numbers; of an even count the mean of the two in the middle."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2


def _full(facts: Facts) -> Iterator[Concern]:
    for disk in facts.disks:
        if disk.used >= NEARLY:
            full = disk.used >= FULL
            yield Concern(
                f"disk/{disk.path}", Severity.BROKEN if full else Severity.WARNING,
                f"the disk with {' and '.join(disk.holds)} is {disk.used:.0%} full, "
                f"{size(disk.free)} are left", "disk", "images", "",
                "x in Images removes what nobody needs",
            )


def _away(facts: Facts) -> Iterator[Concern]:
    """Backends that answered once and do not any more; one line each."""
    told: set[str] = set()
    for source in facts.sources:
        if source.problem and source.answered and not source.unset and source.name not in told:
            told.add(source.name)
            yield Concern(
                f"away/{source.name}", Severity.WARNING,
                f"{source.name} does not answer: {source.problem}", source.name, source.kind, "",
                "what is shown of it is old; r asks again", source.since, away=True,
            )


def _interrupted(facts: Facts) -> Iterator[Concern]:
    for one in facts.interrupted:
        yield Concern(
            f"cut/{one.act}", Severity.WARNING,
            f"{one.what} of {one.object} was begun and never ended", "journal", "models",
            one.object.rpartition("@")[0] or one.object.partition("/")[0],
            "press z in Models: continue, undo, or leave it as it is", one.at,
        )
