"""The journal file: JSON lines, chained by their hashes, appended to by any number of opstui.

A writer holds the file's lock (`flock`) from reading the last line until its own line is on
the disk. A line that a crash cut short is never continued: the next writer ends it, and owns
up to it with a `journal.torn` line that carries its digest.
"""

from __future__ import annotations

import asyncio
import fcntl
import getpass
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from opstui.backends.journal_acts import ActLocks
from opstui.backends.protocols import CallLog
from opstui.domain.errors import OpstuiError
from opstui.domain.journal import (
    GENESIS,
    TORN,
    Entry,
    digest,
    digest_of_text,
    line,
    parse,
    unfinished,
)
from opstui.domain.secrets import mask

_BLOCK = 1 << 16
_TAIL_LIMIT = 32 << 20
"""Bytes from the end of the file that showing the newest entries reads at most."""


def who_am_i(environ: Mapping[str, str] = os.environ) -> str:
    """`user@host`, and `from ADDRESS` of the SSH client where there is one."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    client = (environ.get("SSH_CONNECTION") or "").split(" ")[0]
    return f"{user}@{socket.gethostname()}" + (f" from {client}" if client else "")


class FileJournal:
    """The journal in one file, mode 0600 in a folder 0700, both made when first written."""

    def __init__(
        self,
        path: Path,
        calls: CallLog | None = None,
        who: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = path
        self.who = _kept(who or who_am_i())
        """Who acts, as every line of this process says."""
        self._calls = calls
        self._clock = clock
        self._acts = ActLocks(path.parent / "acts")

    async def append(
        self, *, what: str, object: str, place: str, phase: str, act: str, before: str = "",
        after: str = "", evidence: Iterable[tuple[str, str]] = (), result: str = "",
    ) -> Entry:
        """Write one line durably, also beside other processes that write; returns it.

        What looks like a secret is masked first. Raises OpstuiError when the file can't be
        written; nothing half-written stays where that can be helped.
        """
        draft = Entry(
            number=0, at=_stamp(self._clock()), who=self.who, what=what, object=_kept(object),
            place=_kept(place), phase=phase, act=act, before=_kept(before), after=_kept(after),
            evidence=tuple((_kept(k), _kept(v)) for k, v in dict(evidence).items()),
            result=_kept(result), previous="",
        )
        began = time.perf_counter()
        try:
            entry = await asyncio.to_thread(self._write, draft)
        except OSError as error:
            raise self._unwritable(error) from error
        if self._calls is not None:
            self._calls.record(
                "journal", f"append {what} {phase}", f"tail -n 1 {self.path}",
                f"line {entry.number}", ok=True,
                milliseconds=(time.perf_counter() - began) * 1000,
            )
        return entry

    def _write(self, draft: Entry) -> Entry:
        """The act is under way from before its intent is written until its result is."""
        if draft.phase == "intent":
            self._acts.begin(draft.act)
        entry = _append(self.path, draft)
        if draft.phase == "result":
            self._acts.end(draft.act)
        return entry

    async def under_way(self, act: str) -> bool:
        """Whether a live process of this machine is at this act."""
        try:
            return await asyncio.to_thread(self._acts.under_way, act)
        except OSError as error:
            raise OpstuiError(
                f"It can't be told which acts are under way: {error.strerror}",
                where=str(self.path.parent), hint="check the folder's owner and mode",
            ) from error

    async def entries(self, limit: int = 1000) -> tuple[Entry, ...]:
        """The newest lines first; lines that can't be read are left to `opstui audit verify`.

        Reads from the end, so that it costs the same for a huge journal.
        """
        try:
            return await asyncio.to_thread(_newest, self.path, limit)
        except OSError as error:
            raise OpstuiError(
                f"The journal can't be read: {error.strerror}", where=str(self.path),
                hint="check the file's owner and mode",
            ) from error

    def _unwritable(self, error: OSError) -> OpstuiError:
        return OpstuiError(
            f"The journal can't be written: {error.strerror}", where=str(self.path),
            hint="nothing is done without a journal line; check the folder's owner and free space",
        )


def read_lines(path: Path) -> Iterator[str]:
    """Every line as `domain.journal.verify` takes them, one at a time; none without a file."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for raw in file:
            text = raw.decode("utf-8", "surrogateescape")
            yield text[:-1] if text.endswith("\n") else unfinished(text)


def _kept(text: str) -> str:
    """The text without secrets, and without bytes that UTF-8 has no place for."""
    return mask(text).encode("utf-8", "backslashreplace").decode("utf-8")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _append(path: Path, draft: Entry) -> Entry:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = os.fstat(file).st_size
        text, entry = _next(file, end, draft)
        _write(file, end, text.encode("utf-8", "surrogateescape"))
        if end == 0:
            _sync_folder(path.parent)
        return entry
    finally:
        os.close(file)


def _next(file: int, end: int, draft: Entry) -> tuple[str, Entry]:
    """The text that continues the file, and its last entry."""
    rest = _last_bytes(file, end)
    whole = not rest or rest.endswith(b"\n")
    known = [raw.decode("utf-8", "surrogateescape") for raw in rest.split(b"\n")]
    torn = "" if whole else known[-1]
    last = known[-2] if len(known) > 1 else ""
    if torn and _good(torn):
        last, torn = torn, ""
        opening = "\n"
    else:
        opening = "\n" if torn else ""
    number, previous = _position(file, last)
    if not torn:
        entry = _chained(draft, number + 1, previous)
        return f"{opening}{line(entry)}\n", entry
    note = _chained(
        replace(
            draft, what=TORN, object=f"line {number + 1}", place="", phase="result", after="",
            evidence=(), before=digest_of_text(torn),
            result=f"line {number + 1} was found cut short; it is left as it was",
        ),
        number + 2, previous,
    )
    entry = _chained(draft, number + 3, note.hash)
    return f"{opening}{line(note)}\n{line(entry)}\n", entry


def _good(text: str) -> bool:
    """Whether it is a whole line that only lost its line end."""
    try:
        return line(parse(text)) == text
    except ValueError:
        return False


def _position(file: int, last: str) -> tuple[int, str]:
    """Number and hash of the last whole line; a line that can't be parsed is counted and named."""
    if not last:
        return 0, GENESIS
    try:
        entry = parse(last)
    except ValueError:
        size, at, count = os.fstat(file).st_size, 0, 0
        while at < size:
            block = os.pread(file, 1 << 20, at)
            count, at = count + block.count(b"\n"), at + len(block)
        return count, digest_of_text(last)
    return entry.number, entry.hash


def _chained(draft: Entry, number: int, previous: str) -> Entry:
    entry = replace(draft, number=number, previous=previous)
    return replace(entry, hash=digest(entry))


def _write(file: int, end: int, data: bytes) -> None:
    """All of it, or, as far as the disk allows, nothing."""
    done = 0
    try:
        while done < len(data):
            done += os.write(file, data[done:])
        os.fsync(file)
    except OSError:
        os.ftruncate(file, end)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_bytes(file: int, end: int) -> bytes:
    """The end of the file: what follows the last line end, and the whole line before it."""
    rest = b""
    at = end
    while at > 0 and rest.count(b"\n") < 2:
        step = min(_BLOCK, at)
        at -= step
        rest = os.pread(file, step, at) + rest
    return rest


def _newest(path: Path, limit: int) -> tuple[Entry, ...]:
    found: list[Entry] = []
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return ()
    with file:
        at = file.seek(0, os.SEEK_END)
        first, rest = max(0, at - _TAIL_LIMIT), b""
        while at > first and len(found) < limit:
            step = min(_BLOCK, at)
            at -= step
            file.seek(at)
            pieces = (file.read(step) + rest).split(b"\n")
            rest = pieces[0] if at else b""
            for raw in reversed(pieces[1:] if at else pieces):
                _keep(found, raw)
    return tuple(found[:limit])


def _keep(found: list[Entry], raw: bytes) -> None:
    try:
        found.append(parse(raw.decode("utf-8", "surrogateescape")))
    except ValueError:
        return
