"""What git owns: the repository, its branches, its commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Repository:
    """The checkout that opstui was started in, as far as the header and doctor need it."""

    path: str
    """The work tree's top, or the git directory of a bare repository."""
    name: str
    head: str
    """The current branch's short name; empty when detached or unborn."""
    commit: str
    """Full id of HEAD's commit; empty in a repository without commits."""
    bare: bool = False
    shallow: bool = False
    detached: bool = False
    changed: int = 0
    """Files that differ from HEAD, untracked ones included; always 0 when bare."""
    operation: str = ""
    """"merge", "rebase", "cherry-pick", "bisect" or "revert" while one is under way."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A local or remote-tracking branch."""

    ref: str
    """The full reference, such as `refs/heads/main`; undecodable bytes as surrogate escapes."""
    name: str
    """The short name, such as `main` or `origin/main`."""
    commit: str
    """Full id of the head commit."""
    when: datetime | None
    """The head commit's committer date, aware."""
    author: str = ""
    subject: str = ""
    remote: str = ""
    """The remote's name for a remote-tracking branch, else empty."""
    current: bool = False
    dirty: int = 0
    """Changed files of the work tree, only on the current branch."""
    upstream: str = ""
    """Short name of the upstream, empty without one."""
    ahead: int = 0
    behind: int = 0
    gone: bool = False
    """The upstream is configured but no longer exists."""
    worktree: str = ""
    """Path of another worktree that has this branch checked out, else empty."""
    default: bool = False
    """It is what its remote's HEAD names, as of the clone or `git remote set-head`."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.ref


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a log, with the graph drawn to its left."""

    sha: str
    parents: tuple[str, ...]
    author: str
    when: datetime | None
    subject: str
    refs: tuple[str, ...] = ()
    """Short names of the branches and tags that point here."""
    graph: str = ""
    """The graph's cells for this line, such as `│ * `."""

    @property
    def key(self) -> str:
        """Identity for lists and jumps."""
        return self.sha
