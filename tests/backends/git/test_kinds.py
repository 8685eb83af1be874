"""Every kind of repository a build server holds can be opened."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git.repository import GitRepository
from opstui.domain.errors import OpstuiError
from tests.backends.git.repo import START, Repo


async def test_a_plain_repository_says_where_it_is(repo: Repo, calls: RecentCalls) -> None:
    (repo.path / "notes.txt").write_text("new\n")
    found = await GitRepository(repo.path, calls).repository()
    assert (found.name, found.head, found.commit) == ("churn", "main", repo.head())
    assert (found.bare, found.shallow, found.detached, found.changed) == (False, False, False, 1)
    (branch,) = await GitRepository(repo.path, calls).branches()
    assert branch.ref == "refs/heads/main"
    assert branch.current and branch.dirty == 1
    assert (branch.author, branch.subject) == ("Ana", "first")
    assert branch.when == datetime.fromtimestamp(START + 120, UTC)


async def test_a_subfolder_is_enough(repo: Repo, calls: RecentCalls) -> None:
    (repo.path / "deep" / "er").mkdir(parents=True)
    assert (await GitRepository(repo.path / "deep" / "er", calls).repository()).name == "churn"


async def test_a_folder_without_repository_says_what_to_do(
    tmp_path: Path, calls: RecentCalls
) -> None:
    git = GitRepository(tmp_path, calls)
    with pytest.raises(OpstuiError) as failed:
        await git.branches()
    assert str(failed.value) == (
        f"no git repository ({tmp_path}); start opstui inside one or give its path"
    )
    assert [change async for change in git.changes()] == []


async def test_a_folder_that_is_gone_is_not_another_repository(
    tmp_path: Path, calls: RecentCalls
) -> None:
    with pytest.raises(OpstuiError, match="the folder is gone"):
        await GitRepository(tmp_path / "never", calls).branches()


async def test_a_repository_made_later_is_found(tmp_path: Path, calls: RecentCalls) -> None:
    git = GitRepository(tmp_path / "later", calls)
    with pytest.raises(OpstuiError):
        await git.repository()
    Repo.init(tmp_path / "later").commit("hello")
    assert (await git.repository()).head == "main"


async def test_a_repository_without_commits_is_empty(tmp_path: Path, calls: RecentCalls) -> None:
    empty = Repo.init(tmp_path / "empty")
    (empty.path / "a.txt").write_text("a")
    git = GitRepository(empty.path, calls)
    assert await git.branches() == ()
    found = await git.repository()
    assert (found.head, found.commit, found.detached, found.changed) == ("main", "", False, 1)


async def test_a_bare_repository_has_branches_but_no_changes(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "store.git"))
    git = GitRepository(tmp_path / "store.git", calls)
    found = await git.repository()
    assert (found.bare, found.name, found.changed) == (True, "store", 0)
    (branch,) = await git.branches()
    assert branch.current
    with pytest.raises(OpstuiError, match="bare repository has no work tree"):
        await git.switch(branch)


async def test_the_git_folder_itself_can_be_opened(repo: Repo, calls: RecentCalls) -> None:
    git = GitRepository(repo.path / ".git" / "refs", calls)
    found = await git.repository()
    assert (found.name, found.path, found.bare) == ("churn", str(repo.path), False)
    assert len(await git.branches()) == 1


async def test_a_bare_repository_in_a_folder_named_git(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "home" / ".git"))
    found = await GitRepository(tmp_path / "home", calls).repository()
    assert (found.bare, found.name, found.head) == (True, "home", "main")


async def test_a_shallow_clone_shows_what_it_has(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.commit("second")
    repo.git("clone", "-q", "--depth=1", f"file://{repo.path}", str(tmp_path / "shallow"))
    git = GitRepository(tmp_path / "shallow", calls)
    assert (await git.repository()).shallow
    branches = await git.branches()
    assert [branch.name for branch in branches] == ["main", "origin/main"]
    assert [commit.subject for commit in await git.commits("refs/heads/main", 10)] == ["second"]


async def test_a_detached_head_is_told(repo: Repo, calls: RecentCalls) -> None:
    repo.git("switch", "-q", "--detach")
    git = GitRepository(repo.path, calls)
    found = await git.repository()
    assert (found.detached, found.head, found.commit) == (True, "", repo.head())
    assert not any(branch.current for branch in await git.branches())


async def test_a_linked_worktree_sees_the_other_one(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side tree"))
    linked = GitRepository(tmp_path / "side tree", calls)
    by_name = {branch.name: branch for branch in await linked.branches()}
    assert by_name["side"].current and by_name["side"].worktree == ""
    assert by_name["main"].worktree == str(repo.path)
    with pytest.raises(OpstuiError, match="checked out in another worktree"):
        await linked.switch(by_name["main"])
    with pytest.raises(OpstuiError, match="in use by another worktree"):
        await linked.delete(by_name["main"], force=True)


async def test_a_submodule_is_a_repository_of_its_own(
    repo: Repo, tmp_path: Path, calls: RecentCalls
) -> None:
    outer = Repo.init(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo.path), "sub")
    outer.commit("with a submodule", readme="hello\n")
    inner = GitRepository(outer.path / "sub", calls)
    assert (await inner.repository()).path == str(outer.path / "sub")
    assert {branch.name for branch in await inner.branches()} == {"main", "origin/main"}
    assert (await GitRepository(outer.path, calls).repository()).changed == 0


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick", "revert"])
async def test_an_operation_under_way_is_told(
    repo: Repo, calls: RecentCalls, operation: str
) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("theirs", **{"story.txt": "theirs\n"})
    repo.git("switch", "-q", "main")
    repo.commit("ours", **{"story.txt": "ours\n"})
    repo.commit("ours again", **{"story.txt": "ours again\n"})
    repo.git(operation, "HEAD~1" if operation == "revert" else "side", check=False)
    assert (await GitRepository(repo.path, calls).repository()).operation == operation


async def test_a_bisect_under_way_is_told(repo: Repo, calls: RecentCalls) -> None:
    repo.git("bisect", "start")
    assert (await GitRepository(repo.path, calls).repository()).operation == "bisect"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
async def test_somebody_elses_repository_names_the_way_out(
    repo: Repo, calls: RecentCalls
) -> None:
    os.chown(repo.path, 12345, 12345)
    os.chown(repo.path / ".git", 12345, 12345)
    with pytest.raises(OpstuiError, match="another user owns it") as failed:
        await GitRepository(repo.path, calls).branches()
    assert f"git config --global --add safe.directory {repo.path}" in failed.value.hint


async def test_a_missing_git_is_one_sentence(
    repo: Repo, calls: RecentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(OpstuiError, match="git was not found on PATH"):
        await GitRepository(repo.path, calls).branches()


async def test_a_relative_path_means_what_it_means_now(
    repo: Repo, calls: RecentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path.parent)
    git = GitRepository(Path("churn"), calls)
    monkeypatch.chdir("/")
    assert (await git.repository()).path == str(repo.path)
