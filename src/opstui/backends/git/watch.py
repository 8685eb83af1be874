"""Following the git directory through the kernel's events.

Only what branches depend on is watched: the top of the git directory, and the references
below it. Objects, logs, hooks and submodules are not, so that a gc or a large fetch does not
wake anyone for every file.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.backends.git.place import Place

if TYPE_CHECKING:
    from watchfiles import Change

_TOP = frozenset({
    "HEAD", "packed-refs", "index", "config", "config.worktree", "shallow", "MERGE_HEAD",
    "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "rebase-merge", "rebase-apply",
    "refs", "reftable", "worktrees",
})
_STEP = 200
"""Milliseconds between looks of the watching thread; also how long it outlives a cancel."""
_COARSE = 0.02
"""Seconds by which a file's time may lag behind the clock."""
_POLL = 2.0
"""Seconds between looks where the kernel's events can't be had."""
_LOOK = 5000
"""Milliseconds after which it looks whether the repository still exists."""


def _top_counts(change: Change, path: str) -> bool:
    return Path(path).name in _TOP


def _reference_counts(change: Change, path: str) -> bool:
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
    folders: list[Path], counts: Callable[[Change, str], bool], news: asyncio.Event,
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
