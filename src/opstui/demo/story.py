"""What happened to the demo's project, move by move: commits, branches, pushes.

Files named by a move come from the folder `project`; edits replace one passage of a file by
another, so that every commit is a change that a person could have made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Author(NamedTuple):
    """Who commits."""

    name: str
    email: str


ANA = Author("Ana Duarte", "ana@churn.example")
BEN = Author("Ben Okafor", "ben@churn.example")
CHAO = Author("Chao Lin", "chao@churn.example")


class Edit(NamedTuple):
    """One passage of a file and what it becomes; an empty `old` adds at the end."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit on the branch that is checked out."""

    label: str
    """What other moves and the training plan call it."""
    author: Author
    hours: float
    """Age at the time the demo is made."""
    subject: str
    files: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Begin:
    """A new branch at the commit with this label, checked out."""

    branch: str
    label: str


@dataclass(frozen=True, slots=True)
class Switch:
    """Check a branch out."""

    branch: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Merge a branch into the one that is checked out."""

    label: str
    branch: str
    author: Author
    hours: float


@dataclass(frozen=True, slots=True)
class Push:
    """Push the branch that is checked out and let it follow what was pushed."""


@dataclass(frozen=True, slots=True)
class StepBack:
    """Let the branch that is checked out forget its last commit; the remote keeps it."""


@dataclass(frozen=True, slots=True)
class DeleteLocal:
    """Delete a local branch; the remote keeps it."""

    branch: str


@dataclass(frozen=True, slots=True)
class DeleteRemote:
    """Delete a branch on the remote; the local one's upstream is gone then."""

    branch: str


Move = Commit | Begin | Switch | Merge | Push | StepBack | DeleteLocal | DeleteRemote
