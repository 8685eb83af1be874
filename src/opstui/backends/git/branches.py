"""The branch list: one `for-each-ref`, parsed.

Fields and atoms: git-for-each-ref(1). Every field ends with a NUL, because a worktree's path
may hold anything else; the line end that git adds comes before the next record's first field.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from opstui.backends.git.command import text
from opstui.backends.git.questions import ATOMS
from opstui.domain.branch import Branch

_AHEAD = re.compile(r"ahead (\d+)")
_BEHIND = re.compile(r"behind (\d+)")


def parse(out: bytes) -> list[Branch]:
    """Every branch of the command's output. A remote's HEAD, an alias, is left out."""
    fields = text(out).split("\0")
    width = len(ATOMS)
    found = []
    for at in range(0, len(fields) - width, width):
        branch = _branch(fields[at : at + width])
        if branch is not None:
            found.append(branch)
    return found


def with_dirty(branches: list[Branch], count: int) -> tuple[Branch, ...]:
    """The same branches, the current one with its number of changed files."""
    return tuple(
        replace(branch, dirty=count) if branch.current and count else branch
        for branch in branches
    )


def short(ref: str) -> str:
    """A full reference without `refs/heads/` or `refs/remotes/`."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _branch(fields: list[str]) -> Branch | None:
    ref, commit, date, author, subject, head, upstream, track, worktree, symref = fields
    ref = ref.removeprefix("\n")
    is_remote = ref.startswith("refs/remotes/")
    if is_remote and symref:
        return None
    ahead, behind = _AHEAD.search(track), _BEHIND.search(track)
    current = head == "*"
    return Branch(
        ref=ref, name=short(ref), commit=commit,
        when=datetime.fromtimestamp(int(date), UTC) if date else None,
        author=author, subject=subject,
        remote=short(ref).partition("/")[0] if is_remote else "",
        current=current, upstream=short(upstream),
        ahead=int(ahead.group(1)) if ahead else 0, behind=int(behind.group(1)) if behind else 0,
        gone=track == "gone", worktree="" if current else worktree,
    )
