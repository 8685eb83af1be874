"""The thread through both lifecycles: from a commit to the container that serves its model.

A chain is a list of links. Each says what proves it, or why there is none and what would record
it the next time. What nobody asked, or a backend did not answer, is unknown and never missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from opstui.domain.branch import Branch, Commit
from opstui.domain.ci import CiRun
from opstui.domain.experiment import Run
from opstui.domain.image import Container, Image
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.served import Served

COMMIT, CI, IMAGE, RUN, VERSION, CONTAINER = (
    "commits", "ci", "images", "runs", "versions", "containers"
)
STEPS = (COMMIT, CI, IMAGE, RUN, VERSION, CONTAINER)
"""The links of a chain in their order, called as the lists that hold them."""
BRANCH, MODEL = "branches", "models"
CI_ID, CI_URL, CI_JOB = "ci id", "ci url", "ci job"
IMAGE_NAME, ALIAS, LOGGED = "image name", "alias", "logged model"
STEP_OF = {
    **{step: step for step in STEPS}, CI_ID: CI, CI_URL: CI, CI_JOB: CI, IMAGE_NAME: IMAGE,
    ALIAS: VERSION, LOGGED: VERSION,
}
"""The step of what a reference names; some name a thing by another name than its key."""


class Ref(NamedTuple):
    """What names one thing: the list that holds it, and its key there; or one of its names."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Shipped:
    """A container with what it serves."""

    container: Container
    served: Served | None = None
    image: str = ""
    """The image's name as it was given, where the engine's list has only the id by now."""


Noun = Branch | Commit | CiRun | Image | Run | ModelVersion | RegisteredModel | Shipped


class State(Enum):
    """How sure a link is, by a glyph and a letter that need no colour."""

    PROVED = ("━", "=", "good")
    """Something was recorded that names it."""
    INFERRED = ("~", "~", "accent")
    """Only that it has the same commit, or that a name leads there now, speaks for it."""
    BROKEN = ("✗", "x", "warn")
    """It was looked for and is not there."""
    UNKNOWN = ("?", "?", "dim")
    """It could not be looked for."""
    ASKED = ("◌", ".", "dim")
    """The answer is awaited."""

    def __init__(self, glyph: str, letter: str, role: str) -> None:
        self.glyph = glyph
        self.letter = letter
        self.role = role

    @property
    def word(self) -> str:
        """The state in lower case, for JSON."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a link, and the one line that would mend or record it."""

    reason: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One line of a chain."""

    step: str
    """One of STEPS."""
    ref: Ref | None
    """What it is; None where nothing is known to be there."""
    state: State
    noun: Noun | None = None
    """The thing itself, as far as it was read."""
    proof: str = ""
    """What says so, such as `tag mlflow.source.git.commit of run nimble-fox`."""
    flaws: tuple[Flaw, ...] = ()
    here: bool = False
    """The chain was asked for from here."""
    below: bool = False
    """It was made from what the chain was asked for, rather than the other way around."""
    by: Ref | None = None
    """The link that it was reached from: where it is below, it was made from that."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything that hangs together with one thing, in the order of STEPS."""

    of: Ref
    links: tuple[Link, ...]
    more: Mapping[str, int] = field(default_factory=dict)
    """By step, how many further things there are."""

    def at(self, step: str) -> tuple[Link, ...]:
        """The links of one step."""
        return tuple(link for link in self.links if link.step == step)

    @property
    def whole(self) -> bool:
        """Whether every step has a link that leads somewhere."""
        sure = (State.PROVED, State.INFERRED)
        return all(any(link.state in sure for link in self.at(step)) for step in STEPS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked beside the things that are known, and what came of it."""

    away: Mapping[str, Flaw] = field(default_factory=dict)
    """By step, why the backend did not answer, and what to try."""
    pending: frozenset[str] = frozenset()
    """Steps whose answer is awaited."""
    whole: frozenset[str] = frozenset()
    """Steps about which everything was asked: what was not found is not there."""
    gone: Mapping[Ref, str] = field(default_factory=dict)
    """What was asked for by its name, and how it is not there: `was deleted`."""
    clone: Mapping[str, bool] = field(default_factory=dict)
    """Whether this clone has a commit."""
