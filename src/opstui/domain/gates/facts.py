"""What gates judge: everything that was found out about a candidate, or why it was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from opstui.domain.ci import CiRun
from opstui.domain.experiment import Run
from opstui.domain.image import Image
from opstui.domain.model import ModelVersion
from opstui.domain.signature import Signature
from opstui.domain.status import Status

T = TypeVar("T")

NOT_ASKED = "it was not asked for"


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A fact, or the reason why it is not known."""

    value: T | None = None
    reason: str = NOT_ASKED


@dataclass(frozen=True, slots=True)
class Baseline:
    """The version that the candidate is measured against: what an alias names now."""

    version: str = ""
    """Empty where the alias names none: then there is nothing to compare with."""
    run: Known[Run] = field(default_factory=Known)
    signature: Known[Signature] = field(default_factory=Known)


@dataclass(frozen=True, slots=True)
class CiFacts:
    """What CI servers said of the candidate's commit."""

    runs: tuple[CiRun, ...] = ()
    """Runs of exactly this commit, on any server."""
    asked: tuple[str, ...] = ()
    """Servers that answered."""
    silent: tuple[str, ...] = ()
    """`name: reason` of each that did not."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a gate's command ended."""

    exit_code: int
    seconds: float
    says: str = ""
    """The last line that it wrote."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one candidate for one environment, gathered at one time."""

    now: datetime
    """Aware."""
    version: ModelVersion
    run: Known[Run] = field(default_factory=Known)
    commit: str = ""
    """Full id, as the run or the version records it; empty where neither does."""
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    """By alias."""
    directions: Mapping[str, str] = field(default_factory=dict)
    """Metric to "higher" or "lower", as settled."""
    signature: Known[Signature] = field(default_factory=Known)
    ci: CiFacts = field(default_factory=CiFacts)
    images: Known[tuple[Image, ...]] = field(default_factory=Known)
    here: Known[bool] = field(default_factory=Known)
    """Whether this clone has the commit."""
    remotes: Known[tuple[str, ...]] = field(default_factory=Known)
    """Remote-tracking branches that hold the commit."""
    commands: Mapping[str, Known[Ran]] = field(default_factory=dict)
    """By the gate's own name."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a gate says: PASSED, FAILED or UNKNOWN, and the sentence that proves it."""

    status: Status
    text: str

    @property
    def blocks(self) -> bool:
        """Whatever is not a pass blocks."""
        return self.status is not Status.PASSED


def passed(text: str) -> Judgement:
    """The gate lets it through."""
    return Judgement(Status.PASSED, text)


def failed(text: str) -> Judgement:
    """The gate's demand is not met."""
    return Judgement(Status.FAILED, text)


def unknown(text: str) -> Judgement:
    """It can't be said; that blocks as well."""
    return Judgement(Status.UNKNOWN, text)
