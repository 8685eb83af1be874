"""Switching, making and deleting branches, and fetching."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git import changing
from opstui.backends.git.repository import GitRepository
from opstui.domain.branch import Branch
from opstui.domain.errors import OpstuiError
from tests.backends.git.repo import Repo


@pytest.fixture
def git(repo: Repo, calls: RecentCalls) -> GitRepository:
    return GitRepository(repo.path, calls)


async def branch_of(git: GitRepository, name: str) -> Branch:
    return next(branch for branch in await git.branches() if branch.name == name)


async def test_switching_checks_the_branch_out(repo: Repo, git: GitRepository) -> None:
    repo.git("branch", "side")
    await git.switch(await branch_of(git, "side"))
    assert repo.git("branch", "--show-current") == "side"


async def test_a_tag_of_the_same_name_does_not_confuse(repo: Repo, git: GitRepository) -> None:
    repo.git("tag", "side")
    repo.commit("second")
    repo.git("branch", "side")
    repo.commit("third")
    branch = await branch_of(git, "side")
    await git.switch(branch)
    assert (repo.git("branch", "--show-current"), repo.head()) == ("side", branch.commit)


async def test_switching_to_a_remote_branch_makes_one_that_tracks_it(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.git("branch", "feature/x")
    repo.git("clone", "-q", str(repo.path), str(tmp_path / "clone"))
    git = GitRepository(tmp_path / "clone", calls)
    await git.switch(await branch_of(git, "origin/feature/x"))
    made = await branch_of(git, "feature/x")
    assert made.current and made.upstream == "origin/feature/x"
    with pytest.raises(OpstuiError, match="a branch named feature/x exists already"):
        await git.switch(await branch_of(git, "origin/feature/x"))


async def test_changes_in_the_way_are_one_sentence(repo: Repo, git: GitRepository) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("theirs", **{"story.txt": "theirs\n", "notes.txt": "n\n"})
    repo.git("switch", "-q", "main")
    (repo.path / "story.txt").write_text("mine\n")
    side = await branch_of(git, "side")
    with pytest.raises(OpstuiError) as failed:
        await git.switch(side)
    assert failed.value.what == "switching would overwrite your changes in story.txt"
    assert failed.value.hint == "commit or stash them, then try again"
    repo.git("checkout", "story.txt")
    (repo.path / "notes.txt").write_text("untracked\n")
    with pytest.raises(OpstuiError, match=r"your untracked files in notes\.txt"):
        await git.switch(side)
    assert repo.git("branch", "--show-current") == "main"


async def test_another_git_at_work_is_told(repo: Repo, git: GitRepository) -> None:
    repo.git("branch", "side")
    side = await branch_of(git, "side")
    (repo.path / ".git" / "index.lock").touch()
    with pytest.raises(OpstuiError, match="another git command is at work"):
        await git.switch(side)


async def test_a_new_branch_starts_where_told_and_tracks_nothing(
    repo: Repo, git: GitRepository
) -> None:
    start = repo.head()
    repo.commit("second")
    repo.git("config", "branch.autoSetupMerge", "always")
    await git.create("fix]bug", start)
    made = await branch_of(git, "fix]bug")
    assert (made.commit, made.upstream, made.current) == (start, "", False)
    with pytest.raises(OpstuiError, match="a branch named fix]bug exists already"):
        await git.create("fix]bug", "HEAD")


@pytest.mark.parametrize(
    "name", ["", "two words", "fix[/]bug", "-x", "--force", "a..b", "@{-1}", "HEAD", "x.lock"]
)
async def test_a_name_git_would_not_take_is_refused(
    repo: Repo, git: GitRepository, name: str
) -> None:
    repo.git("branch", "other")
    repo.git("switch", "-q", "other")
    repo.git("switch", "-q", "main")
    before = repo.git("for-each-ref")
    with pytest.raises(OpstuiError, match=r"git does not allow .* as a branch name"):
        await git.create(name, "refs/heads/main")
    assert repo.git("for-each-ref") == before


async def test_deleting_a_merged_branch_takes_its_settings_along(
    repo: Repo, git: GitRepository
) -> None:
    repo.git("branch", "--track", "side", "main")
    side = await branch_of(git, "side")
    assert await git.is_merged(side)
    await git.delete(side, force=False)
    assert not repo.has("refs/heads/side")
    assert "branch.side" not in repo.git("config", "--list")


async def test_an_unmerged_branch_needs_force(repo: Repo, git: GitRepository) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("work")
    repo.git("switch", "-q", "main")
    side = await branch_of(git, "side")
    assert not await git.is_merged(side)
    with pytest.raises(OpstuiError, match="has commits that are in no upstream"):
        await git.delete(side, force=False)
    await git.delete(side, force=True)
    assert not repo.has("refs/heads/side")


async def test_a_branch_that_its_upstream_has_is_merged(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("work")
    repo.git("switch", "-q", "main")
    repo.git("clone", "-q", str(repo.path), str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone")
    clone.git("branch", "side", "origin/side")
    assert await GitRepository(clone.path, calls).is_merged(
        await branch_of(GitRepository(clone.path, calls), "side")
    )


async def test_a_branch_that_moved_meanwhile_is_not_deleted(
    repo: Repo, git: GitRepository
) -> None:
    repo.git("branch", "side")
    seen = await branch_of(git, "side")
    repo.commit("second")
    repo.git("branch", "-f", "side", "main")
    with pytest.raises(OpstuiError, match="side moved from"):
        await git.delete(seen, force=True)
    assert repo.head("side") == repo.head()


async def test_a_branch_that_moves_in_the_last_moment_is_not_deleted(
    repo: Repo, git: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("branch", "side")
    seen = await branch_of(git, "side")
    second = repo.commit("second")

    async def meanwhile(*_: object) -> bool:
        repo.git("branch", "-f", "side", second)
        return True

    monkeypatch.setattr(changing, "is_merged", meanwhile)
    with pytest.raises(OpstuiError, match="side moved from"):
        await git.delete(seen, force=False)
    assert repo.head("side") == second


async def test_what_is_in_use_is_not_deleted(repo: Repo, git: GitRepository) -> None:
    main = await branch_of(git, "main")
    with pytest.raises(OpstuiError, match="main is checked out here"):
        await git.delete(main, force=True)
    with pytest.raises(OpstuiError, match="gone is gone already"):
        await git.delete(replace(main, ref="refs/heads/gone", name="gone"), force=True)
    with pytest.raises(OpstuiError, match="left to git push"):
        await git.delete(replace(main, ref="refs/remotes/o/x", name="o/x", remote="o"), force=True)
    assert repo.has("refs/heads/main")


async def test_a_branch_being_rebased_is_not_deleted(repo: Repo, git: GitRepository) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("theirs", **{"story.txt": "theirs\n"})
    repo.git("switch", "-q", "main")
    repo.commit("ours", **{"story.txt": "ours\n"})
    repo.git("rebase", "side", check=False)
    with pytest.raises(OpstuiError, match="in use by another worktree or a rebase"):
        await git.delete(await branch_of(git, "main"), force=True)


async def test_fetching_brings_what_others_did(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.git("clone", "-q", str(repo.path), str(tmp_path / "clone"))
    git = GitRepository(tmp_path / "clone", calls)
    assert await git.fetch() == "nothing new"
    repo.git("branch", "news")
    assert "origin/news" in await git.fetch()
    assert (await branch_of(git, "origin/news")).commit == repo.head()


async def test_fetching_without_a_remote_says_what_to_do(git: GitRepository) -> None:
    with pytest.raises(OpstuiError, match="no remote to fetch from"):
        await git.fetch()


@pytest.mark.parametrize(("url", "sentence"), [
    ("/nowhere/at/all.git", "there is no git repository at the remote"),
    ("http://ana:hunter2@127.0.0.1:1/x.git", "the remote 127.0.0.1 does not answer"),
    ("ssh://git@127.0.0.1:1/x.git", "the remote 127.0.0.1 does not answer"),
])
async def test_an_unreachable_remote_is_one_sentence_without_secrets(
    repo: Repo, git: GitRepository, calls: RecentCalls, url: str, sentence: str
) -> None:
    repo.git("remote", "add", "origin", url)
    with pytest.raises(OpstuiError, match=sentence) as failed:
        await git.fetch()
    assert "hunter2" not in str(failed.value)
    assert all("hunter2" not in call.command for call in calls.calls())


async def test_a_remote_that_wants_a_login_never_asks(
    repo: Repo, git: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ASKPASS", "/bin/false")
    with _Refusing() as port:
        repo.git("remote", "add", "origin", f"http://127.0.0.1:{port}/x.git")
        with pytest.raises(OpstuiError, match="wants a login and git found none"):
            await git.fetch()


async def test_a_fetch_that_is_abandoned_ends_with_its_helpers(
    repo: Repo, git: GitRepository, calls: RecentCalls
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        repo.git("remote", "add", "origin", f"git://127.0.0.1:{silent.getsockname()[1]}/x.git")
        silent.setblocking(False)
        task = asyncio.create_task(git.fetch())
        async with asyncio.timeout(20):
            connection, _ = await asyncio.get_running_loop().sock_accept(silent)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            connection.setblocking(False)
            while await asyncio.get_running_loop().sock_recv(connection, 4096):
                pass  # The other end closes only when the process is gone.
            connection.close()
    assert calls.calls()[-1].outcome == "cancelled"


class _Refusing:
    """An HTTP server that answers every request with 401."""

    def __enter__(self) -> int:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return int(self._socket.getsockname()[1])

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\n"
                    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
                )

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
