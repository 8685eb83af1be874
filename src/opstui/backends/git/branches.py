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

SYMREF = ATOMS.index("symref")
_AHEAD = re.compile(r"ahead (\d+)")
_BEHIND = re.compile(r"behind (\d+)")


def parse(out: bytes) -> list[Branch]:
    """Every branch of the command's output. A remote's HEAD is no branch; it marks one."""
    fields = text(out).split("\0")
    width = len(ATOMS)
    rows = [fields[at : at + width] for at in range(0, len(fields) - width, width)]
    defaults = {row[SYMREF] for row in rows if _remote_alias(row)}
    return [_branch(row, defaults) for row in rows if not _remote_alias(row)]


def with_dirty(branches: list[Branch], count: int) -> tuple[Branch, ...]:
    """The same branches, the current one with its number of changed files."""
    return tuple(
        replace(branch, dirty=count) if branch.current and count else branch
        for branch in branches
    )


def short(ref: str) -> str:
    """A full reference without `refs/heads/` or `refs/remotes/`."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _remote_alias(fields: list[str]) -> bool:
    return bool(fields[SYMREF]) and fields[0].removeprefix("\n").startswith("refs/remotes/")


def _branch(fields: list[str], defaults: set[str]) -> Branch:
    ref, commit, date, author, subject, head, upstream, track, worktree, _ = fields
    ref = ref.removeprefix("\n")
    is_remote = ref.startswith("refs/remotes/")
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
        default=ref in defaults,
    )
