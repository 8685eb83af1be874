"""Plays the story into a real git repository with a bare one beside it as `origin`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from opstui.demo.moves import MOVES
from opstui.demo.story import (
    Author,
    Begin,
    Commit,
    DeleteLocal,
    DeleteRemote,
    Edit,
    Merge,
    Move,
    Push,
    StepBack,
    Switch,
)
from opstui.domain.errors import OpstuiError

EXECUTABLE = (".ci/run",)


class Teller:
    """Makes the repository move by move; `commits` maps the story's labels to commit ids."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.repository = folder / "churn-service"
        self.commits: dict[str, str] = {}
        self._origin = folder / "origin.git"
        self._now = now

    def tell(self) -> None:
        """The whole story. Blocks for a second or two; raises OpstuiError where git fails."""
        if shutil.which("git") is None:
            raise OpstuiError("git is not installed", hint="install it and try again")
        self.repository.mkdir(parents=True)
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self._origin))
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("remote", "add", "origin", str(self._origin))
        for move in MOVES:
            self._play(move)
        self._git("remote", "set-head", "origin", "main")

    def _play(self, move: Move) -> None:
        match move:
            case Commit():
                self._commit(move)
            case Begin(branch, label):
                self._git("checkout", "--quiet", "--no-track", "-b", branch, self.commits[label])
            case Switch(branch):
                self._git("checkout", "--quiet", branch)
            case Merge(label, branch, author, hours):
                self._git("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch,
                          author=author, hours=hours)
                self.commits[label] = self._git("rev-parse", "HEAD")
            case Push():
                self._git("push", "--quiet", "--set-upstream", "origin", "HEAD")
            case StepBack():
                self._git("reset", "--quiet", "--hard", "HEAD~1")
            case DeleteLocal(branch):
                self._git("branch", "--quiet", "-D", branch)
            case DeleteRemote(branch):
                self._git("push", "--quiet", "origin", "--delete", branch)

    def _commit(self, move: Commit) -> None:
        for path in move.files:
            write(self.repository / path, template(path), executable=path in EXECUTABLE)
        for edit in move.edits:
            change(self.repository / edit.path, edit)
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", move.subject,
                  author=move.author, hours=move.hours)
        self.commits[move.label] = self._git("rev-parse", "HEAD")

    def _git(self, *words: str, author: Author | None = None, hours: float = 0.0) -> str:
        identity: dict[str, str] = {}
        if author is not None:
            when = (self._now - timedelta(hours=hours)).isoformat(timespec="seconds")
            for role in ("AUTHOR", "COMMITTER"):
                identity |= {f"GIT_{role}_NAME": author.name, f"GIT_{role}_EMAIL": author.email,
                             f"GIT_{role}_DATE": when}
        return git(self.repository, *words, extra=identity)


def git(folder: Path, *words: str, extra: Mapping[str, str] | None = None) -> str:
    """Run git without the person's own settings, hooks and signatures; returns what it printed."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
                    "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(extra or {})}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise OpstuiError(f"git {words[0]} failed: {said[-1]}", where=str(folder))
    return done.stdout.strip()


def template(path: str) -> str:
    """The first text of a project file, from the package."""
    parts = [f"dot_{part[1:]}" if part.startswith(".") else part for part in path.split("/")]
    parts[-1] += ".txt"
    return resources.files("opstui.demo").joinpath("project", *parts).read_text("utf-8")


def write(path: Path, text: str, *, executable: bool) -> None:
    """Make a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755 if executable else 0o644)


def change(path: Path, edit: Edit) -> None:
    """Apply an edit, which has to fit exactly once."""
    text = path.read_text("utf-8")
    if not edit.old:
        path.write_text(text + edit.new, "utf-8")
        return
    if text.count(edit.old) != 1:
        raise ValueError(f"{edit.old!r} occurs {text.count(edit.old)} times in {path}")
    path.write_text(text.replace(edit.old, edit.new), "utf-8")
