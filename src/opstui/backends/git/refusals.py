"""What git says when it refuses, as one sentence with what to try."""

from __future__ import annotations

import re
from pathlib import Path

from opstui.domain.errors import OpstuiError
from opstui.domain.text import clean

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s']+@")
_PREFIX = re.compile(r"^(?:fatal|error|warning|remote): ", re.IGNORECASE)
_SAID = re.compile(r"^(?:fatal|error): ", re.IGNORECASE)

_KNOWN: tuple[tuple[str, str, str], ...] = (
    (r"already (?:checked out|used by worktree) at '(?P<x>[^']*)'",
     "the branch is checked out in another worktree, {x}", "work on it there"),
    (r"[Aa] branch named '(?P<x>[^']*)' already exists",
     "a branch named {x} exists already", "choose another name, or switch to that branch"),
    (r"'(?P<x>[^']*)' is not a valid branch name",
     "git does not allow {x} as a branch name",
     "no spaces, no `..`, none of ~ ^ : ? * [ \\, no slash or dot at its ends"),
    (r"index\.lock': File exists",
     "another git command is at work in this repository",
     "wait for it, or remove index.lock if it crashed"),
    (r"(?:could not read (?:Username|Password)|terminal prompts disabled|Authentication failed)",
     "the remote wants a login and git found none",
     "set up a credential helper, then `git fetch` once in a shell"),
    (r"Permission denied \((?P<x>[^)]*)\)",
     "the remote refused the ssh login ({x})", "load a key with ssh-add, or check its access"),
    (r"Host key verification failed",
     "ssh does not know the remote's host key", "connect once with ssh in a shell"),
    (r"(?:Could not resolve host(?:name)?:? ?|resolve hostname )(?P<x>[^\s:]+)",
     "the remote's host {x} is not known here", "check the network, the VPN or the URL"),
    (r"(?:Failed to connect to|connect to host) (?P<x>\S+)",
     "the remote {x} does not answer", "check the network, the VPN or the URL"),
    (r"'(?P<x>[^']*)' does not appear to be a git repository",
     "there is no git repository at the remote {x}", "check it with `git remote -v`"),
    (r"missing object \S+ for (?P<x>\S+)",
     "the reference {x} points at a commit that is missing",
     "fetch it again, or remove the reference with `git update-ref -d`"),
    (r"you need to resolve your current index first",
     "a merge with conflicts is under way", "finish or abort it first"),
    (r"cannot switch branch while (?P<x>[\w-]+)",
     "a {x} operation is under way", "finish or abort it first"),
)


def unreadable() -> OpstuiError:
    """Git itself is missing."""
    return OpstuiError("git was not found on PATH", hint="install git, or set PATH, and try again")


def without_credentials(said: str) -> str:
    """Text without the user and password part of any URL in it."""
    return _CREDENTIALS.sub("", said)


def refused(verb: str, complaint: str, folder: Path) -> OpstuiError:
    """The error for a git command that ended with an unexpected exit code."""
    said = without_credentials(complaint)
    where = str(folder)
    if "dubious ownership" in said:
        match = re.search(r"safe\.directory (\S.*)$", said, re.MULTILINE)
        place = match.group(1).strip() if match else where
        return OpstuiError(
            "git refuses this repository because another user owns it", where=where,
            hint=f"if you trust it: git config --global --add safe.directory {place}",
        )
    if "not a git repository" in said:
        return no_repository(where)
    if "cannot change to" in said:
        return OpstuiError(
            "the folder is gone or closed to you", where=where,
            hint="start opstui inside a git repository or give its path",
        )
    if conflict := _overwritten(said):
        return OpstuiError(conflict, where=where, hint="commit or stash them, then try again")
    for pattern, what, hint in _KNOWN:
        if match := re.search(pattern, said):
            return OpstuiError(
                clean(what.format(**match.groupdict(default=""))), where=where, hint=hint
            )
    return OpstuiError(f"git {verb} failed: {_sentence(said)}", where=where)


def no_repository(where: str) -> OpstuiError:
    """There is no repository here."""
    return OpstuiError(
        "no git repository", where=where, hint="start opstui inside one or give its path"
    )


def _overwritten(said: str) -> str:
    """One sentence for files that stand in the way of a switch, or empty."""
    if "would be overwritten" not in said and "would lose untracked" not in said:
        return ""
    files = [clean(line.strip()) for line in said.splitlines() if line.startswith("\t")]
    untracked = "untracked" in said
    shown = ", ".join(files[:3]) or "some files"
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    kind = "untracked files" if untracked else "changes"
    return f"switching would overwrite your {kind} in {shown}{more}"


def _sentence(said: str) -> str:
    """The line that tells most: git's last fatal or error line, else its last line."""
    lines = [line for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if _SAID.match(line)] or lines
    if not telling:
        return "it gave no reason"
    return clean(_PREFIX.sub("", telling[0])).rstrip(".")
