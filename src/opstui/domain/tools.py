"""Other programs that a thing can be looked at with: which, how they are called, what they need."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that is given the terminal."""

    id: str
    title: str
    """What it shows there, such as `the branch in tig`."""
    command: tuple[str, ...]
    install: str = ""
    """How to get it."""
    pause: bool = False
    """It only prints: what it printed has to be read before the screen comes back."""


def tools(facts: Facts, environ: Mapping[str, str], *, read_only: bool) -> tuple[Tool, ...]:
    """Those that fit a thing with these facts, what is nearest to it first.

    Refs, ids and names go as words of their own. `facts` without a repository: no git programs.
    """
    found: list[Tool] = []
    for make in (_git, _images, _files):
        found += make(facts, environ)
    k9s = ("k9s", "--readonly") if read_only else ("k9s",)
    return (*found, Tool("k9s", "Kubernetes in k9s", k9s, "https://k9scli.io"))


def _git(facts: Facts, _environ: Mapping[str, str]) -> list[Tool]:
    where = facts.get("repository", "")
    if not where:
        return []
    commit = facts.get("commit", "")
    branch = facts.get("branch", "") if facts.get("kind") in ("branches", "ci") else ""
    lazygit = ("lazygit", "--path", where, "branch" if branch else "log" if commit else "status")
    at = facts.get("ref", "") or commit
    name = f"branch {branch}" if branch else f"commit {commit[:8]}" if commit else "repository"
    tig = ("tig", "-C", where)
    return [
        Tool("lazygit", "the repository in lazygit" + (f", at its {lazygit[3]}s"
             if lazygit[3] == "branch" else ""), lazygit,
             "https://github.com/jesseduffield/lazygit"),
        Tool("tig", f"the {name} in tig", (*tig, at) if at and _safe(at) else tig,
             "your distribution's package `tig`"),
        Tool("gitui", "the repository in gitui", ("gitui", "--directory", where),
             "https://github.com/gitui-org/gitui"),
    ]


def _images(facts: Facts, _environ: Mapping[str, str]) -> list[Tool]:
    found = [Tool("lazydocker", "containers in lazydocker", ("lazydocker",),
                  "https://github.com/jesseduffield/lazydocker")]
    image = facts.get("image_id", "") or facts.get("image", "")
    if image and _safe(image):
        found.insert(0, Tool("dive", f"the layers of {facts.get('image', image)} in dive",
                             ("dive", image), "https://github.com/wagoodman/dive"))
    return found


def _files(facts: Facts, environ: Mapping[str, str]) -> list[Tool]:
    editor = editor_of(environ)
    return [
        Tool("editor", "the repository in your editor", (*editor, "."),
             "set VISUAL or EDITOR to one that is installed"),
        Tool("file", "a file in your editor", editor,
             "set VISUAL or EDITOR to one that is installed"),
        Tool("shell", "a shell in the repository", (environ.get("SHELL") or "/bin/sh",),
             "set SHELL to one that is installed"),
    ]


def editor_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The person's editor with its options."""
    try:
        words = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "")
    except ValueError:
        words = []
    return tuple(words) or ("vi",)


def _safe(word: str) -> bool:
    """Whether no program takes it for an option."""
    return not word.startswith("-")
