"""The little that the runner asks of git itself. Blocking: call it from a worker thread."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from opstui.backends.ci.local.clone import without_password
from opstui.backends.ci.local.detect import File
from opstui.backends.ci.local.environment import for_git
from opstui.backends.protocols import CallLog
from opstui.domain.errors import OpstuiError
from opstui.domain.words import short

TIMEOUT = 30.0
"""Seconds for one git command."""


class Source:
    """The repository that runs are taken from."""

    def __init__(self, path: Path, calls: CallLog, environ: Mapping[str, str]) -> None:
        self.path = path
        self._calls = calls
        self._environ = for_git(environ)
        self._common = ""
        self._said = b""
        """What the last git command wrote to its error output."""

    def common(self) -> str:
        """Real path of the common git directory: the same from every worktree."""
        if not self._common:
            code, out = self._git("rev-parse", "--path-format=absolute", "--git-common-dir")
            if code and b"dubious ownership" in self._said:
                raise OpstuiError(
                    "the repository belongs to somebody else, so git refuses it",
                    where=str(self.path), hint="git config --global --add safe.directory PATH",
                )
            if code:
                raise OpstuiError("this is not a git repository", where=str(self.path))
            self._common = os.path.realpath(os.fsdecode(out.rstrip(b"\n")))
        return self._common

    def resolve(self, revision: str) -> str:
        """The full id of a commit; empty where there is none of that name."""
        code, out = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        return "" if code else out.decode("ascii").strip()

    def commit(self, revision: str) -> str:
        """The full id of a commit; OpstuiError where there is none of that name."""
        found = self.resolve(revision)
        if not found:
            raise OpstuiError(
                f"commit {short(revision)} is not in this repository", where=str(self.path),
                hint="fetch it first",
            )
        return found

    def origin(self) -> str:
        """Address of the remote `origin` without credentials, empty without one."""
        code, out = self._git("config", "--get", "remote.origin.url")
        address = "" if code else os.fsdecode(out.rstrip(b"\n"))
        if address.startswith(("./", "../")):
            return os.path.normpath(self.path / address)
        return without_password(address)

    def promise(self) -> str:
        """The filter that `origin` was cloned with, where it holds objects that are not here."""
        code, out = self._git("config", "--type=bool", "--get", "remote.origin.promisor")
        if code or out.strip() != b"true":
            return ""
        code, out = self._git("config", "--get", "remote.origin.partialclonefilter")
        return "blob:none" if code else os.fsdecode(out.strip())

    def names(self, commit: str) -> list[str]:
        """Paths of the files at the top of a commit and in `.github/workflows`."""
        _, out = self._git("ls-tree", "-z", "--full-tree", "--name-only", commit, "./",
                           ".github/workflows/")
        return [os.fsdecode(one) for one in out.split(b"\0") if one]

    def files(self, commit: str, paths: Iterable[str]) -> dict[str, File]:
        """Those of the paths that are files in the commit, links inside it followed."""
        wanted = [path for path in paths if path and "\n" not in path and not path.startswith("/")]
        if not wanted:
            return {}
        _, modes = self._git("ls-tree", "-z", "--full-tree", commit, "--", *wanted)
        executable = {
            os.fsdecode(entry.partition(b"\t")[2])
            for entry in modes.split(b"\0") if entry.startswith(b"100755 ")
        }
        asked = b"".join(os.fsencode(f"{commit}:{path}\n") for path in wanted)
        _, answer = self._git("cat-file", "--batch", "--follow-symlinks", given=asked)
        found: dict[str, File] = {}
        at = 0
        for path in wanted:
            end = answer.find(b"\n", at)
            if end < 0:
                break
            words = answer[at:end].split(b" ")
            at = end + 1
            if len(words) == 3 and words[1] in (b"blob", b"tree", b"commit", b"tag"):
                size = int(words[2])
                if words[1] == b"blob":
                    found[path] = File(answer[at : at + size], path in executable)
                at += size + 1
            elif words[0] in (b"symlink", b"dangling", b"loop", b"notdir") and len(words) == 2:
                at += int(words[1]) + 1  # the answer repeats the name or the link's target
        return found

    def _git(self, *arguments: str, given: bytes = b"") -> tuple[int, bytes]:
        began = time.monotonic()
        try:
            done = subprocess.run(
                ("git", *arguments), cwd=self.path, env=self._environ, input=given,
                capture_output=True, timeout=TIMEOUT, check=False,
            )
        except FileNotFoundError as error:
            missing = "git is not installed" if self.path.exists() else "the repository is gone"
            raise OpstuiError(missing, where=str(self.path)) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OpstuiError(
                f"git {arguments[0]} did not answer: {error}", where=str(self.path)
            ) from error
        self._said = done.stderr
        self._calls.record(
            "ci", f"git {arguments[0]}",
            shlex.join(("git", "-C", str(self.path), *arguments)), f"exit {done.returncode}",
            ok=done.returncode == 0, milliseconds=(time.monotonic() - began) * 1000,
        )
        return done.returncode, done.stdout
