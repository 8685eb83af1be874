"""The rules of promotion: which metric is better, what the evidence says, what a plan holds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from opstui.domain.status import Status

LOWER_IS_BETTER = ("loss", "error", "err", "rmse", "mse", "mae", "mape", "latency", "time",
                   "seconds", "perplexity", "wer", "cer", "fpr", "fnr", "p50", "p95", "p99")
"""Parts of a metric's name that usually mean that less is better."""


class Direction(Enum):
    """Which way a metric improves."""

    UP = "higher"
    DOWN = "lower"
    UNKNOWN = "unknown"


class Verdict(Enum):
    """How a candidate's metric stands against the champion's."""

    BETTER = ("better", "good")
    WORSE = ("worse", "bad")
    SAME = ("same", "dim")
    DIFFERENT = ("differs", "plain")
    UNKNOWN = ("unknown", "warn")

    def __init__(self, word: str, role: str) -> None:
        self.word = word
        self.role = role


def direction_of(metric: str, settled: dict[str, str]) -> Direction:
    """Which way `metric` improves: from settings ("higher"/"lower") first, then by its name.

    Names are guessed only for the well-known losses and errors in LOWER_IS_BETTER and for the
    well-known scores; `neg_mean_squared_error` and the like are scikit-learn's scores, where
    more is better. Anything else is UNKNOWN and never called better or worse.
    """
    if metric in settled:
        return Direction(settled[metric])
    words = metric.lower().replace("/", "_").replace("-", "_").replace(".", "_").split("_")
    if any(word in LOWER_IS_BETTER or word.endswith("loss") for word in words):
        return Direction.UP if words[0] == "neg" else Direction.DOWN
    known = ("accuracy", "acc", "auc", "f1", "precision", "recall", "r2", "score", "bleu", "map",
             "ndcg", "rouge", "iou", "kappa", "mcc")
    if any(word in known for word in words):
        return Direction.UP
    return Direction.UNKNOWN


@dataclass(frozen=True, slots=True)
class MetricDelta:
    """One metric of the candidate beside the champion's."""

    name: str
    candidate: float | None
    champion: float | None
    direction: Direction

    @property
    def difference(self) -> float | None:
        """Candidate minus champion; None where either is missing or not a finite number."""
        if self.candidate is None or self.champion is None:
            return None
        if not (math.isfinite(self.candidate) and math.isfinite(self.champion)):
            return None
        return self.candidate - self.champion

    @property
    def verdict(self) -> Verdict:
        """Missing and non-finite values are UNKNOWN, never a pass."""
        change = self.difference
        if change is None:
            return Verdict.UNKNOWN
        if change == 0:
            return Verdict.SAME
        if self.direction is Direction.UNKNOWN:
            return Verdict.DIFFERENT
        return Verdict.BETTER if (change > 0) == (self.direction is Direction.UP) else Verdict.WORSE


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that is known, or not known, about what would be promoted."""

    name: str
    """ci, image, lineage, status, …"""
    status: Status
    """PASSED, WARNED, FAILED, RUNNING or UNKNOWN; what could not be fetched is UNKNOWN."""
    text: str
    """One sentence with where it comes from."""


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What one gate of the policy said of a candidate."""

    name: str
    """Such as `ci` or `metric.auc`."""
    status: Status
    """PASSED, FAILED or UNKNOWN; the last two block."""
    text: str
    """The sentence that proves it."""

    @property
    def blocks(self) -> bool:
        """Whatever is not a pass blocks."""
        return self.status is not Status.PASSED


@dataclass(frozen=True, slots=True)
class Guard:
    """The policy that a plan was made under, and what its gates said."""

    environment: str
    """Its name in the settings."""
    source: str
    """The file that says so."""
    fingerprint: str
    """Of everything that the policy demands."""
    protected: bool = False
    gates: tuple[GateVerdict, ...] = ()

    @property
    def blocked(self) -> tuple[GateVerdict, ...]:
        """The gates that don't let it through."""
        return tuple(gate for gate in self.gates if gate.blocks)


@dataclass(frozen=True, slots=True)
class PromotionPlan:
    """What will change, from which state, on what evidence. Carrying it out re-reads first."""

    verb: str
    """`promote`, `rollback`, `alias.set` or `alias.remove`."""
    model: str
    version: str
    """What the alias shall name; empty for `alias.remove`."""
    alias: str
    expected: str
    """What the alias named when the plan was made; empty when it named nothing."""
    place: str
    """The registry's address without secrets."""
    expected_by: str = ""
    """Who promoted what the alias names, as that version's tags say; empty when they don't."""
    expected_at: datetime | None = None
    """When that was."""
    previous_alias: str = ""
    """The alias that keeps the way back and is part of this plan; empty to leave it alone."""
    previous_version: str = ""
    """What `previous_alias` will name; empty to remove it."""
    came_from: tuple[str, ...] = ()
    """The aliases that name the version already."""
    keeps_predecessor: bool = False
    """The version gets the tag `previous_champion_version`."""
    stale: tuple[str, ...] = ()
    """Tags of the version that would tell an earlier story and are removed."""
    run_id: str = ""
    commit: str = ""
    champion: str = ""
    """The version whose metrics stand beside the candidate's."""
    metrics: tuple[MetricDelta, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    made: datetime | None = None
    guard: Guard | None = None
    """The policy; None where none was written for this alias."""
    override: str = ""
    """The reason that a person typed for going on although gates block; empty for none."""
    copy_of: tuple[str, str] = ("", "")
    """Model and version that the version is a copy of, where an environment is a model of its
    own. Where `version` is still NEW the copy is made first."""

    @property
    def blocked(self) -> tuple[GateVerdict, ...]:
        """The gates that don't let it through; none where no policy is written."""
        return self.guard.blocked if self.guard is not None else ()

    @property
    def protected(self) -> bool:
        """Whether the environment's name has to be typed."""
        return self.guard is not None and self.guard.protected

    @property
    def to(self) -> str:
        """What to call where it goes: the environment's name, else the alias."""
        return self.guard.environment if self.guard is not None else self.alias

    @property
    def origin(self) -> tuple[str, str]:
        """Model and version that the person chose."""
        return self.copy_of if self.copy_of[0] else (self.model, self.version)


class Ending(Enum):
    """How carrying out a plan ended; the value is the exit code of the command line."""

    DONE = 0
    FAILED = 1
    """Something was refused or broke; the steps say what is left."""
    NOTHING_TO_DO = 3
    REFUSED_MOVED = 4
    """The alias had moved since the plan was made; it was not written."""
    LOST_RACE = 5
    """It was written, but someone else's write came later."""
    UNSURE = 6
    """A write got no answer, or what it did could not be read back."""
    BLOCKED = 7
    """A gate's demand is not met; nothing was written."""
    BLOCKED_UNKNOWN = 8
    """No gate failed, but of one or more it is not known; nothing was written."""

    @property
    def fine(self) -> bool:
        """The alias names what it was meant to name."""
        return self in (Ending.DONE, Ending.NOTHING_TO_DO)

    @property
    def word(self) -> str:
        """For the journal: done, failed, nothing to do, refused, lost, unsure, blocked."""
        return _ENDING_WORDS[self]


_ENDING_WORDS = {
    Ending.DONE: "done", Ending.FAILED: "failed", Ending.NOTHING_TO_DO: "nothing to do",
    Ending.REFUSED_MOVED: "refused", Ending.LOST_RACE: "lost", Ending.UNSURE: "unsure",
    Ending.BLOCKED: "blocked", Ending.BLOCKED_UNKNOWN: "blocked",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One write of a plan and what became of it."""

    text: str
    status: Status
    """PASSED done, FAILED refused, UNKNOWN without an answer, SKIPPED never sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is true after carrying out a plan, as read back from the registry."""

    ending: Ending
    sentence: str
    now: str
    """The version that the alias names now, as far as known."""
    steps: tuple[Step, ...] = field(default=())
    """Every write of the plan, in order, for the journal and for the person."""
