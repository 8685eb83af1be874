"""What others do to the repository is noticed without polling."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git import watch
from opstui.backends.git.repository import GitRepository
from tests.backends.git.repo import Repo


@asynccontextmanager
async def following(git: GitRepository) -> AsyncIterator[asyncio.Queue[None]]:
    """The news of a repository, once the watching has really begun."""
    news: asyncio.Queue[None] = asyncio.Queue()

    async def follow() -> None:
        async for _ in git.changes():
            news.put_nowait(None)

    task = asyncio.create_task(follow())
    yield news
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def noticed(news: asyncio.Queue[None], act: Callable[[int], object]) -> None:
    """Act again and again until it is noticed: watching takes a moment to begin."""
    async with asyncio.timeout(20):
        for attempt in range(100):
            act(attempt)
            try:
                await asyncio.wait_for(news.get(), 1)
            except TimeoutError:
                continue
            return


@pytest.mark.parametrize("kind", ["create", "nested", "commit", "switch", "pack", "upstream"])
async def test_each_kind_of_change_is_noticed(
    repo: Repo, calls: RecentCalls, kind: str
) -> None:
    acts: dict[str, Callable[[int], object]] = {
        "create": lambda n: repo.git("branch", f"b{n}"),
        "nested": lambda n: repo.git("branch", f"deep{n}/er/b"),
        "commit": lambda n: repo.commit(f"more {n}"),
        "switch": lambda n: repo.git("switch", "-q", "main" if n % 2 else "--detach"),
        "pack": lambda n: (repo.git("branch", f"b{n}"), repo.git("pack-refs", "--all")),
        "upstream": lambda n: repo.git("config", "branch.main.remote", f"r{n}"),
    }
    async with following(GitRepository(repo.path, calls)) as news:
        await noticed(news, acts[kind])


async def test_a_linked_worktree_follows_the_shared_references(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    async with following(GitRepository(tmp_path / "side", calls)) as news:
        await noticed(news, lambda n: repo.git("branch", f"b{n}"))


async def test_looking_is_not_news(repo: Repo, calls: RecentCalls) -> None:
    """Otherwise each load would cause the next one, for ever."""
    git = GitRepository(repo.path, calls)
    async with following(git) as news:
        await noticed(news, lambda n: repo.git("branch", f"b{n}"))
        await _quiet(news)
        for _ in range(3):
            await git.branches()
            await git.repository()
            await git.commits("refs/heads/main", 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(news.get(), 1.5)


async def test_a_name_that_is_not_utf8_is_noticed_and_not_for_ever(
    repo: Repo, calls: RecentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_POLL", 0.2)
    git = GitRepository(repo.path, calls)
    async with following(git) as news:
        await noticed(news, lambda n: repo.git("branch", b"caf\xe9%d" % n))
        await _quiet(news)
        for _ in range(3):
            await git.branches()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(news.get(), 1.5)
        await noticed(news, lambda n: repo.git("branch", b"\xfc%d" % n))


async def test_following_ends_with_the_repository(
    repo: Repo, calls: RecentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_LOOK", 300)
    git = GitRepository(repo.path, calls)
    async with following(git) as news:
        await noticed(news, lambda n: repo.git("branch", f"b{n}"))
    ended = asyncio.create_task(_exhaust(git))
    shutil.rmtree(repo.path)
    async with asyncio.timeout(10):
        await ended


async def test_following_needs_no_thread_and_leaves_nothing_behind(
    repo: Repo, calls: RecentCalls
) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    git = GitRepository(repo.path, calls)
    await git.repository()
    before = open_files()
    async with following(git) as news:
        await noticed(news, lambda n: repo.git("branch", f"b{n}"))
        assert not any("watch" in thread.name for thread in threading.enumerate())
        assert open_files() > before
    assert open_files() == before


async def test_where_the_kernel_tells_nothing_a_thread_looks_and_stops_at_once(
    repo: Repo, calls: RecentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(_self: object) -> None:
        raise OSError(24, "no watches left")

    monkeypatch.setattr(watch.Kernel, "__init__", none_left)
    git = GitRepository(repo.path, calls)
    async with following(git) as news:
        await noticed(news, lambda n: repo.git("branch", f"b{n}"))
    before = asyncio.get_running_loop().time()
    task = asyncio.create_task(_exhaust(git))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert asyncio.get_running_loop().time() - before < 1


async def test_folders_that_appear_later_are_followed_too(
    repo: Repo, calls: RecentCalls
) -> None:
    git = GitRepository(repo.path, calls)
    async with following(git) as news:
        await noticed(news, lambda n: repo.git("branch", f"deep{n}/er/b"))
        await _quiet(news)
        repo.git("branch", "deep0/er/c")
        async with asyncio.timeout(10):
            await news.get()


async def _exhaust(git: GitRepository) -> None:
    async for _ in git.changes():
        pass


async def _quiet(news: asyncio.Queue[None]) -> None:
    """Wait until the burst is over."""
    while True:
        try:
            await asyncio.wait_for(news.get(), 1)
        except TimeoutError:
            return
