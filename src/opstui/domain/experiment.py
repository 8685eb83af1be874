"""What experiment tracking owns: experiments, runs, metrics, artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opstui.domain.status import Status

CI_TAGS = ("gitlab.CI_JOB_ID", "GITHUB_RUN_ID", "BUILD_URL", "opstui.ci_run")
"""Tags that CI systems and opstui leave on a run, the first one that is there counts."""

Pairs = tuple[tuple[str, str], ...]
"""Names and values, sorted by name."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A folder of runs."""

    id: str
    name: str
    created: datetime | None = None
    updated: datetime | None = None
    tags: Pairs = ()
    artifact_location: str = ""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.id


@dataclass(frozen=True, slots=True)
class Run:
    """One training run, with the last value of every metric."""

    id: str
    name: str
    experiment_id: str
    status: Status
    started: datetime | None = None
    finished: datetime | None = None
    user: str = ""
    params: Pairs = ()
    metrics: tuple[tuple[str, float], ...] = ()
    """NaN and infinities are real values here."""
    tags: Pairs = ()
    artifact_uri: str = ""
    datasets: tuple[tuple[str, str], ...] = ()
    """Name and digest of every dataset input."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.id

    def tag(self, name: str) -> str:
        """The tag's value, or empty."""
        return dict(self.tags).get(name, "")

    def metric(self, name: str) -> float | None:
        """The metric's last value, or None when the run never logged it."""
        return dict(self.metrics).get(name)

    @property
    def commit(self) -> str:
        """The commit it was trained from, as MLflow records it, or empty."""
        return self.tag("mlflow.source.git.commit")

    @property
    def image(self) -> str:
        """The image it was trained in, as MLflow records it, or empty."""
        return self.tag("mlflow.docker.image.uri") or self.tag("mlflow.docker.image.id")

    @property
    def parent(self) -> str:
        """The id of the run that it is nested in, or empty."""
        return self.tag("mlflow.parentRunId")

    @property
    def ci_job(self) -> str:
        """The CI job that trained it: the first of the tags that CI systems leave."""
        for name in CI_TAGS:
            if value := self.tag(name):
                return value
        return ""


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One logged value of a metric."""

    step: int
    value: float
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or folder that a run or a logged model left behind."""

    path: str
    is_dir: bool
    size: int | None = None
    """Bytes; None for folders."""
    owner: str = ""
    """The id of the run, or of the logged model, that has it."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return f"{self.owner}/{self.path}"

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A model as MLflow 3 keeps it: beside the run that logged it, with artifacts of its own."""

    id: str
    name: str
    status: Status
    run_id: str = ""
    kind: str = ""
    """What it was said to be, such as `Agent`."""
    created: datetime | None = None
    artifact_uri: str = ""
    tags: Pairs = ()

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.id
