"""Following the git directory through the kernel's events.

Only what branches depend on is watched: the top of the git directory, and the references
below it. Objects, logs, hooks and submodules are not, so that a gc or a large fetch does not
wake anyone for every file.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path

from opstui.backends.git.place import Place
from opstui.backends.kernel import (
    CREATE,
    DELETE_SELF,
    FOLDER,
    MOVE_SELF,
    MOVED_TO,
    OVERFLOW,
    Kernel,
)

_TOP = frozenset({
    "HEAD", "packed-refs", "index", "config", "config.worktree", "shallow", "MERGE_HEAD",
    "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "rebase-merge", "rebase-apply",
    "refs", "reftable", "worktrees",
})
_GATHER, _MOST = 0.1, 1.0
"""Seconds without another event that end a burst, and the most that a burst is gathered."""
_STEP = 200
"""Milliseconds between looks of the watching thread; also how long it outlives a cancel."""
_COARSE = 0.02
"""Seconds by which a file's time may lag behind the clock."""
_POLL = 2.0
"""Seconds between looks where the kernel's events can't be had."""
_LOOK = 5000
"""Milliseconds after which it looks whether the repository still exists."""


def _top_counts(_change: object, path: str) -> bool:
    return Path(path).name in _TOP


def _reference_counts(_change: object, path: str) -> bool:
    file = Path(path)
    if file.suffix == ".lock":
        return False
    if "worktrees" in file.parts:  # Of another worktree only what it has checked out matters.
        return file.name == "HEAD" or file.parent.name == "worktrees"
    return True


async def watch(place: Place, also: asyncio.Event) -> AsyncIterator[None]:
    """Yields after a change, bursts as one; ends when the repository is gone.

    also: set by whoever knows of another kind of news; cleared here.
    """
    with suppress(OSError):  # no such kernel, or an account that has no watches left
        with closing(Follower(place, also)) as follower:
            await asyncio.to_thread(follower.begin)
            follower.listen()
            while not follower.ended:
                await also.wait()
                also.clear()
                if not follower.ended:
                    yield None
        if follower.gone:
            return
    async for _ in _watch_files(place, also):
        yield None


class Follower:
    """Sets `news` a moment after something that counts happened, with the event loop's help.

    Raises OSError where the kernel's events can't be had.
    """

    def __init__(self, place: Place, news: asyncio.Event) -> None:
        self._tops = {place.git_dir, place.common_dir}
        self._deep = {place.common_dir / name for name in ("refs", "reftable", "worktrees")}
        self._news = news
        self._loop = asyncio.get_running_loop()
        self._first = 0.0
        self._due: asyncio.TimerHandle | None = None
        self.gone = False
        """The repository is not there any more."""
        self.ended = False
        """No further news will come from here."""
        self._kernel = Kernel()

    def begin(self) -> None:
        """Watch what is there; it can take a moment where there are many folders."""
        for folder in self._tops:
            if not self._kernel.watch(folder):
                self.gone = self.ended = not folder.is_dir()
                if not self.gone:
                    raise PermissionError(str(folder))
        for folder in self._deep:
            self._watch_below(folder)

    def listen(self) -> None:
        """Hear what happens, also what happened since `begin`."""
        self._loop.add_reader(self._kernel.descriptor, self._read)

    def close(self) -> None:
        """Stop following."""
        self._loop.remove_reader(self._kernel.descriptor)
        self._kernel.close()
        if self._due is not None:
            self._due.cancel()

    def _watch_below(self, folder: Path) -> None:
        if self._kernel.watch(folder):
            with suppress(FileNotFoundError, PermissionError):
                for entry in os.scandir(folder):
                    if entry.is_dir(follow_symlinks=False):
                        self._watch_below(Path(entry.path))

    def _read(self) -> None:
        counted = False
        try:
            for folder, name, bits in self._kernel.read():
                counted |= self._counts(folder, name, bits)
        except OSError:
            self.ended = counted = True
        if self.ended:
            self._news.set()
        elif counted:
            self._tell_soon()

    def _counts(self, folder: Path, name: str, bits: int) -> bool:
        if bits & OVERFLOW:
            return True
        if bits & (DELETE_SELF | MOVE_SELF):
            if folder in self._tops:
                self.gone = self.ended = True
            return True
        path = folder / name
        in_top = folder in self._tops
        if bits & FOLDER and bits & (CREATE | MOVED_TO) and (not in_top or path in self._deep):
            self._watch_below(path)
        return name in _TOP if in_top else _reference_counts(0, str(path))

    def _tell_soon(self) -> None:
        """Bursts become one: told when it is quiet for a moment, but not later than _MOST."""
        now = self._loop.time()
        if self._due is None:
            self._first = now
        else:
            self._due.cancel()
        self._due = self._loop.call_at(min(now + _GATHER, self._first + _MOST), self._tell)

    def _tell(self) -> None:
        self._due = None
        self._news.set()


async def _watch_files(place: Place, also: asyncio.Event) -> AsyncIterator[None]:
    """As `watch`, with a thread that looks several times a second."""
    tops = list(dict.fromkeys((place.git_dir, place.common_dir)))
    deep = [
        folder
        for folder in (
            place.common_dir / "refs", place.common_dir / "reftable",
            place.common_dir / "worktrees",
        )
        if folder.is_dir()
    ]
    followers = [
        asyncio.create_task(_follow(tops, _top_counts, also, recursive=False)),
        asyncio.create_task(_follow(deep, _reference_counts, also, recursive=True)),
    ]
    news: asyncio.Task[bool] | None = None
    try:
        while not any(follower.done() for follower in followers):
            news = asyncio.create_task(also.wait())
            await asyncio.wait({news, *followers}, return_when=asyncio.FIRST_COMPLETED)
            if news.done():
                also.clear()
                yield None
            else:
                news.cancel()
        for follower in followers:
            if follower.done():
                follower.result()  # Ended quietly, or by an error that must be seen.
    finally:
        for task in (*followers, *([news] if news else [])):
            task.cancel()
        await asyncio.gather(*followers, return_exceptions=True)


def touched(place: Place, since: float) -> bool:
    """Whether anything that counts was written after a moment, in seconds since 1970."""
    tops = [place.git_dir, place.common_dir]
    times = _times(tops, False) | _times([place.common_dir / "refs"], True)
    return max(times.values(), default=0) / 1e9 > since - _COARSE


async def _follow(
    folders: list[Path], counts: Callable[[object, str], bool], news: asyncio.Event,
    *, recursive: bool,
) -> None:
    """Set `news` after each change that counts; returns when a folder is gone."""
    from watchfiles import awatch
    from watchfiles._rust_notify import WatchfilesRustInternalError

    try:
        async for changed in awatch(
            *folders, watch_filter=counts, recursive=recursive, step=_STEP, debounce=1000,
            rust_timeout=_LOOK, yield_on_timeout=True, ignore_permission_denied=True,
        ):
            if changed:
                news.set()
            if not _exist(folders):
                return
    except* (WatchfilesRustInternalError, OSError, UnicodeError):
        # A file name that is not UTF-8 stops the watcher each time that file is only read, and
        # an account may have no watches left: then modification times have to do.
        news.set()
    await _poll(folders, news, recursive=recursive)


async def _poll(folders: list[Path], news: asyncio.Event, *, recursive: bool) -> None:
    seen = await asyncio.to_thread(_times, folders, recursive)
    while _exist(folders):
        await asyncio.sleep(_POLL)
        times = await asyncio.to_thread(_times, folders, recursive)
        if times != seen:
            news.set()
        seen = times


def _exist(folders: list[Path]) -> bool:
    return all(folder.is_dir() for folder in folders)


def _times(folders: list[Path], recursive: bool) -> dict[str, int]:
    """Modification times: of every folder, which git touches with each reference it writes; or,
    not recursive, of the files at the top that count."""
    if recursive:
        paths = [path for folder in folders for path, _, _ in os.walk(folder)]
    else:
        paths = [str(folder / name) for folder in folders for name in _TOP]
    times = {}
    for path in paths:
        with suppress(FileNotFoundError):
            times[path] = Path(path).stat().st_mtime_ns
    return times
