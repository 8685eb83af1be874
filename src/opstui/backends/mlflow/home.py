"""The folder of one embedded server: its locks, and what its keeper says about it.

`clients.lock` is held shared by every opstui that uses the server; the kernel drops it when an
opstui dies, however it dies. `keeper.lock` is held exclusively by the keeper. `server.json` is
written by the keeper only, so it is believed only while `keeper.lock` is held. Standard library
only: the keeper imports this.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

OTHER_KEEPER = 3
"""Exit code of a keeper that found another one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the keeper says."""

    phase: str
    """`starting`, `ready` or `failed`."""
    store: str
    """The store's URI."""
    log: str
    """Path of the server's output."""
    address: str = ""
    pid: int = 0
    """The server's process, session and process group."""
    keeper: int = 0
    version: str = ""
    """The server's MLflow version."""
    note: str = ""
    """Why it failed."""


class Home:
    """The folder of one embedded server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts_path = folder / "server.json"

    def make(self) -> None:
        """Create the folder, for its owner only."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def facts(self) -> Facts | None:
        """What `server.json` says, None when it is not there or not whole."""
        try:
            return Facts(**json.loads(self.facts_path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, facts: Facts) -> None:
        """Replace `server.json` in one step. Only for the keeper."""
        fresh = self.facts_path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(asdict(facts)), encoding="utf-8")
        fresh.replace(self.facts_path)

    def kept(self) -> bool:
        """Whether a keeper lives."""
        try:
            with (self.folder / "keeper.lock").open() as file:
                return not locked(file, fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    def lease(self) -> IO[str] | None:
        """An open file that keeps the server alive until closed; None while the server ends."""
        file = (self.folder / "clients.lock").open("a")
        if locked(file, fcntl.LOCK_SH):
            return file
        file.close()
        return None


def locked(file: IO[str], kind: int) -> bool:
    """Whether the lock was free and is now held by `file`."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
