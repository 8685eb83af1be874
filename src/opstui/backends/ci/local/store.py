"""All runs of one repository: a folder each, and nothing else to get out of step with.

There is no index: at most `KEEP` small files are read again only where they changed, which takes
a few milliseconds, and there is nothing to repair after a crash.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from opstui.backends.ci.local.engines.output import job_log
from opstui.backends.ci.local.folder import RunFolder, locked, remove_tree, replace_text, take_lock
from opstui.backends.ci.local.record import Orders, Record, dump_orders
from opstui.domain.ci import CiRun, LogChunk
from opstui.domain.errors import OpstuiError

KEEP = 200
"""Runs kept for a repository."""
KEEP_BYTES = 1_000_000_000
"""Bytes of logs kept for a repository."""


class Store:
    """The runs of one repository, newest first by their numbers."""

    def __init__(self, path: Path, *, keep: int = KEEP, keep_bytes: int = KEEP_BYTES) -> None:
        self.path = path
        self._keep = keep
        self._keep_bytes = keep_bytes
        self._read: dict[str, tuple[int, Record]] = {}
        """Finished runs by folder name, with the time stamp of the file they were read from."""

    def names(self) -> list[str]:
        """Ids of all runs, newest first."""
        try:
            names = (entry.name for entry in self.path.iterdir())
            return sorted((name for name in names if name[:1].isdigit()), reverse=True)
        except FileNotFoundError:
            return []

    def folder(self, run_id: str) -> RunFolder:
        """The run's folder, whether it exists or not."""
        return RunFolder(self.path / run_id)

    def records(self, limit: int) -> list[Record]:
        """The newest runs first, those marked lost whose supervisor is gone."""
        found: list[Record] = []
        for name in self.names():
            if len(found) >= limit:
                break
            record = self.record(name)
            if record is not None:
                found.append(record)
        return found

    def record(self, run_id: str) -> Record | None:
        """One run as it is now."""
        folder = self.folder(run_id)
        try:
            stamp = folder.meta.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        known = self._read.get(run_id)
        if known is not None and known[0] == stamp:
            return known[1]
        record = folder.read()
        if record is not None and not record.run.status.finished and not folder.alive():
            record = folder.bury()
        if record is not None and record.run.status.finished:
            self._read[run_id] = (stamp, record)
        return record

    def log(self, run: CiRun, offset: int, limit: int, job: str = "") -> LogChunk:
        """A stretch of the run's or a job's log; a negative offset counts from the end."""
        # The state is read first: after the end, nothing is added to the log.
        record = self.record(run.id)
        finished = record is None or record.run.status.finished
        folder = self.folder(run.id)
        path = job_log(folder.path, job) if job else folder.log
        if job and not path.exists():
            return LogChunk(b"", 0, finished)
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                start = max(0, size + offset) if offset < 0 else offset
                file.seek(start)
                data = file.read(limit)
        except OSError as error:
            raise OpstuiError(
                f"the log of run #{run.number} can't be read: {error.strerror}", where=str(path)
            ) from error
        end = start + len(data)
        return LogChunk(data, end, finished and end >= size)

    def stamp(
        self, before: tuple[int, tuple[str, ...]] | None
    ) -> tuple[int, tuple[str, ...]]:
        """When something was last written, and the ids of the runs under way.

        before: what this gave last time, so that nothing is read while nothing happens.
        """
        try:
            stamp = (self.path / "changed").stat().st_mtime_ns
            if before == (stamp, ()):
                return before
            return stamp, tuple(
                record.run.id for record in self.records(self._keep)
                if not record.run.status.finished
            )
        except OSError:
            return 0, ()

    def add(self, draft: Callable[[str, int, int], tuple[Record, Orders]],
            same: Callable[[Record], bool]) -> tuple[RunFolder, int]:
        """Make a new run's folder; returns it with the descriptor that holds its lock.

        draft: called with the run's id, number and attempt.
        same:  which earlier runs count as attempts at the same thing.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.path / "add"):
                self._prune()
                number = self._next()
                attempt = 1 + max(
                    (one.run.attempt for one in self.records(self._keep) if same(one)), default=0
                )
                run_id = f"{number:06d}-{os.urandom(5).hex()}"
                record, orders = draft(run_id, number, attempt)
                folder = self.folder(run_id)
                lock = self._write_down(folder, record, orders)
        except OSError as error:
            raise OpstuiError(
                f"the run could not be written down: {error.strerror}", where=str(self.path),
                hint="check that the disk has room and the folder is yours",
            ) from error
        return folder, lock

    def _write_down(self, folder: RunFolder, record: Record, orders: Orders) -> int:
        """Fill the folder, the record last: without it there is no run. Returns the lock."""
        folder.path.mkdir(mode=0o700)
        lock = take_lock(folder.lock, fcntl.LOCK_EX)
        assert lock is not None  # waiting for it never gives None
        try:
            replace_text(folder.orders, dump_orders(orders))
            folder.log.touch(mode=0o600)
            queue = self.path / "queue"
            queue.mkdir(mode=0o700, exist_ok=True)
            (queue / folder.path.name).touch()
            folder.write(record)
        except OSError:
            os.close(lock)
            remove_tree(folder.path)
            raise
        return lock

    def _next(self) -> int:
        counter = self.path / "last"
        last = 0
        with suppress(FileNotFoundError, ValueError):
            last = int(counter.read_text())
        names = self.names()
        number = 1 + max(last, int(names[0].split("-")[0]) if names else 0)
        replace_text(counter, str(number))
        return number

    def _prune(self) -> None:
        """Drop the oldest finished runs beyond what is kept, and folders that never became one."""
        size = 0
        for count, name in enumerate(self.names(), 1):
            folder = self.folder(name)
            with suppress(FileNotFoundError):
                size += folder.log.stat().st_size
            if count <= self._keep and size <= self._keep_bytes and folder.meta.exists():
                continue
            record = self.record(name)
            if (record is None or record.run.status.finished) and not folder.alive():
                remove_tree(folder.path)
                self._read.pop(name, None)
