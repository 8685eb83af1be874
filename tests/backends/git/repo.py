"""A real git repository, driven by the git program as a person would."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

START = 1_700_000_000
"""Commit times count up from here, so that "newest first" is certain."""


def isolate(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the developer's own git settings and location variables out of the test."""
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    (home / "gitconfig").write_text("[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ana")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ana@example.org")


@dataclass
class Repo:
    path: Path
    clock: int = START

    @classmethod
    def init(cls, path: Path, *options: str) -> Repo:
        path.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", *options, str(path)], check=True)
        return cls(path)

    def git(self, *arguments: str | bytes, stdin: bytes = b"", check: bool = True) -> str:
        self.clock += 60
        times = {"GIT_AUTHOR_DATE": f"{self.clock} +0000",
                 "GIT_COMMITTER_DATE": f"{self.clock} +0000"}
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments], input=stdin, capture_output=True,
            env={**os.environ, **times}, check=False,
        )
        assert not check or done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def commit(self, message: str, **files: str) -> str:
        """A commit on the current branch; its id."""
        for name, content in (files or {"story.txt": f"{message}\n"}).items():
            (self.path / name).write_text(content)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self, revision: str = "HEAD") -> str:
        return self.git("rev-parse", revision)

    def has(self, ref: str) -> bool:
        return bool(self.git("for-each-ref", ref))
