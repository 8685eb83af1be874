"""Virtual environments for servers that want other releases than the tests' own Python has.

Each is a folder in this clone and is made once; whoever comes meanwhile waits. This file wants
nothing but the standard library, so that CI can make them while it installs the rest:

    python3 -m tests.servers.venvs
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Venv:
    """A folder below the clone, and what is installed in it."""

    name: str
    packages: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return ROOT / self.name

    def program(self, name: str) -> Path:
        return self.folder / "bin" / name

    def make(self) -> str:
        """Make it if it is not there; returns why that was not possible, or ""."""
        wanted = "\n".join(self.packages)
        stamp = self.folder / "opstui-wanted"
        with locked(self.folder):
            if stamp.exists() and stamp.read_text() == wanted:
                return ""
            done = subprocess.run(
                [ROOT / "scripts" / "venv", self.folder, *self.packages], capture_output=True,
                text=True, check=False,
            )
            if done.returncode != 0:
                return f"{self.name} can't be made: {done.stderr.strip()[-500:]}"
            stamp.write_text(wanted)
        return ""


# One minor line: REST answers and the text of logs are compared with what opstui shows.
BUILDBOT = Venv(".venv-buildbot", (
    "buildbot>=4.3,<4.4", "buildbot-www>=4.3,<4.4", "buildbot-worker>=4.3,<4.4", "setuptools<81",
))
MLFLOW2 = Venv(".venv-mlflow2", ("mlflow>=2.22,<2.23", "sqlalchemy<2.1", "setuptools<81"))
"""The last 2.x; it wants the other two and does not say so."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for oneself, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".making").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit("\n".join(filter(None, [venv.make() for venv in (BUILDBOT, MLFLOW2)])) or None)
