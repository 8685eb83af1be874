"""What git is asked on every start, declared where it can be imported within a millisecond."""

from __future__ import annotations

QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "LC_ALL": "C",
}
"""Nothing may ask: the terminal belongs to the screen. Messages are parsed, so in English."""
LOOKING = {**QUIET, "GIT_OPTIONAL_LOCKS": "0"}
"""Where nothing is to be changed, not even the index."""
READING = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
"""A repository can name a program as its file system monitor; looking must not start it."""

ATOMS = (
    "refname", "objectname", "committerdate:unix", "authorname", "contents:subject", "HEAD",
    "upstream", "upstream:track,nobracket", "worktreepath", "symref",
)
FORMAT = "".join(f"%({atom})%00" for atom in ATOMS)
EVERY = (
    "for-each-ref", f"--format={FORMAT}", "--sort=-committerdate", "refs/heads", "refs/remotes",
)
"""Every branch, newest first."""
PLACE = (
    "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir",
    "--is-inside-work-tree", "--show-toplevel",
)
"""Where the repository keeps its parts."""
HEAD = ("symbolic-ref", "--quiet", "HEAD")
COMMIT = ("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
CHANGED = (
    "status", "--porcelain=v1", "-z", "--untracked-files=normal", "--ignore-submodules=dirty",
)
"""Files that differ from HEAD."""


def reading(folder: str, question: tuple[str, ...]) -> list[str]:
    """The whole command line of a question that changes nothing.

    `-C` names the folder: a start folder may be gone.
    """
    return ["git", "-C", folder, *READING, *question]
