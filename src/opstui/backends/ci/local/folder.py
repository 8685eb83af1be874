"""One run's folder: `meta.json`, `orders.json`, `log`, and the `lock` its supervisor holds."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from opstui.backends.ci.local import procs
from opstui.backends.ci.local.record import Record, changed, dump, load, load_orders
from opstui.domain.status import Status

MARK = "OPSTUI_CI_RUN"
"""The environment variable that everything of a run carries."""
GRACE = 5.0
"""Seconds between asking a process to stop and killing it."""


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old or the new text, never a part; mode 0600."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    draft.replace(path)


def take_lock(path: Path, kind: int) -> int | None:
    """A descriptor that holds the file's lock until it is closed; None when someone else does.

    kind: `fcntl.LOCK_EX` or `LOCK_SH`, with `LOCK_NB` not to wait.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, kind)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock around a block, waiting for it."""
    handle = take_lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def remove_tree(path: Path) -> None:
    """Remove a folder with everything in it, also where folders were made read-only."""
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        for top, _, _ in os.walk(path):
            with suppress(OSError):
                Path(top).chmod(stat.S_IRWXU)
        shutil.rmtree(path, ignore_errors=True)


class RunFolder:
    """The folder of one run; made by the runner, written by its supervisor, read by anyone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.meta = path / "meta.json"
        self.orders = path / "orders.json"
        self.log = path / "log"
        self.lock = path / "lock"
        self.cancel = path / "cancel"
        """Written before the supervisor is asked to stop: who asked."""
        self.words = path / "supervisor.err"
        """What the supervisor had to say of itself."""

    def read(self) -> Record | None:
        """The run's record; None before it is written, or when the folder is gone."""
        try:
            return load(self.meta.read_text("utf-8"), str(self.path))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def write(self, record: Record) -> None:
        """Replace the record and tell those who watch the folder above."""
        replace_text(self.meta, dump(record))
        with suppress(OSError):
            (self.path.parent / "changed").touch()

    def alive(self) -> bool:
        """Whether a supervisor holds the lock; no process number is trusted for that."""
        try:
            handle = take_lock(self.lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        if handle is None:
            return True
        os.close(handle)
        return False

    def bury(self) -> Record | None:
        """If the supervisor vanished before the run's end: end what it left, and write so.

        Returns the record as it is afterwards.
        """
        try:
            handle = take_lock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        record = self.read()
        if handle is None:
            return record
        try:
            if record is None or record.run.status.finished:
                return record
            if record.boot == procs.boot():
                mark = f"{MARK}={record.run.id}"
                procs.end(
                    lambda: procs.strays(mark, record.session, record.session_start), grace=1.0
                )
            with suppress(OSError, ValueError, TypeError):
                remove_tree(Path(load_orders(self.orders.read_text("utf-8")).tree).parent)
            lost = self._lost(record)
            self.write(lost)
            return lost
        finally:
            os.close(handle)

    def _lost(self, record: Record) -> Record:
        now = datetime.now(UTC)
        said = self.words.read_text("utf-8", "replace").strip() if self.words.exists() else ""
        if said:
            reason = f"its supervisor failed: {said.splitlines()[-1]}"
        elif record.boot != procs.boot():
            reason = "the machine was restarted"
        else:
            reason = "its supervisor was killed"
        steps = tuple(
            step if step.status.finished else replace(step, status=Status.LOST, finished=now)
            for step in record.run.steps
        )
        jobs = tuple(
            job if job.status.finished else replace(job, status=Status.LOST, finished=now)
            for job in record.jobs
        )
        lost = changed(record, status=Status.LOST, finished=now, reason=reason, steps=steps)
        return replace(lost, jobs=jobs)
