"""The log with its graph, and a commit's diff."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git import repository
from opstui.backends.git.repository import GitRepository
from opstui.domain.errors import OpstuiError
from tests.backends.git.repo import Repo


async def test_one_row_a_commit_with_the_graph_beside_it(repo: Repo, calls: RecentCalls) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side one")
    side = repo.commit("side two")
    repo.git("switch", "-q", "main")
    trunk = repo.commit("trunk", other="x")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    repo.git("tag", "v1")
    git = GitRepository(repo.path, calls)
    commits = await git.commits("refs/heads/main", 10)
    assert [(commit.graph, commit.subject) for commit in commits] == [
        ("*─╮", "merge"),
        ("* │", "trunk"),
        ("│ *", "side two"),
        ("│ *", "side one"),
        ("*─╯", "first"),
    ]
    assert commits[0].refs == ("main", "v1")
    assert set(commits[0].parents) == {side, trunk}
    assert commits[0].author == "Ana"


async def test_pages_continue_the_same_graph(repo: Repo, calls: RecentCalls) -> None:
    repo.git("switch", "-q", "-c", "side")
    for n in range(4):
        repo.commit(f"side {n}")
    repo.git("switch", "-q", "main")
    repo.commit("trunk", other="x")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    git = GitRepository(repo.path, calls)
    whole = await git.commits("refs/heads/main", 50)
    paged = [
        commit for skip in range(0, 8, 2)
        for commit in await git.commits("refs/heads/main", 2, skip)
    ]
    assert paged == list(whole)


async def test_an_octopus_and_crossing_lines_lose_no_commit(
    repo: Repo, calls: RecentCalls
) -> None:
    for name in ("a", "b", "c"):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(name, **{name: name})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "-m", "octopus", "a", "b", "c")
    commits = await GitRepository(repo.path, calls).commits("refs/heads/main", 10)
    assert sorted(commit.subject for commit in commits) == ["a", "b", "c", "first", "octopus"]
    assert all(commit.graph.count("*") == 1 for commit in commits)


async def test_a_diff_is_what_git_show_prints(repo: Repo, calls: RecentCalls) -> None:
    sha = repo.commit("second", **{"story.txt": "once\nupon\n", "größe.txt": "1\n"})
    shown = await GitRepository(repo.path, calls).diff(sha)
    assert shown.startswith(f"commit {sha}")
    assert " 2 files changed" in shown
    assert "\n-first\n+once\n+upon\n" in shown
    assert "größe.txt" in shown  # Not as \303\266.


async def test_a_very_large_diff_is_cut_and_says_so(
    repo: Repo, calls: RecentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "_DIFF_LIMIT", 1_000_000)
    sha = repo.commit("large", **{"data.txt": "0123456789\n" * 400_000})
    shown = await GitRepository(repo.path, calls).diff(sha)
    assert len(shown) < 1_001_000
    assert shown.endswith(f"… cut here after 1 MB; `git show {sha}` prints all of it\n")


async def test_looking_runs_no_program_of_the_repository(
    repo: Repo, calls: RecentCalls, tmp_path: Path
) -> None:
    """A repository can name programs in its settings and hooks; only acting may start them."""
    witness = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> '{witness}'\ncat \"$@\"\n")
    program.chmod(0o755)
    repo.commit("attributes", **{".gitattributes": "*.txt diff=own\n"})
    sha = repo.commit("change", **{"story.txt": "changed\n"})
    for setting in ("core.fsmonitor", "diff.external", "diff.own.textconv", "diff.own.command",
                    "gpg.program", "core.pager", "core.editor"):
        repo.git("config", setting, str(program))
    repo.git("config", "log.showSignature", "true")
    (repo.path / "story.txt").write_text("dirty\n")
    for hook in ("post-index-change", "reference-transaction"):
        (repo.path / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\necho ran >> '{witness}'\n")
        (repo.path / ".git" / "hooks" / hook).chmod(0o755)
    witness.unlink(missing_ok=True)
    git = GitRepository(repo.path, calls)
    (branch,) = await git.branches()
    await git.repository()
    await git.commits(branch.ref, 10)
    await git.diff(sha)
    await git.resolve("HEAD")
    await git.is_merged(branch)
    assert branch.dirty == 1
    assert not witness.exists()


@pytest.mark.parametrize("evil", ["--output=/tmp/x", "-n1", "main", "", "HEAD --all"])
async def test_only_full_references_and_ids_reach_git(
    repo: Repo, calls: RecentCalls, evil: str
) -> None:
    git = GitRepository(repo.path, calls)
    await git.repository()
    before = len(calls.calls())
    with pytest.raises(OpstuiError, match="neither a full reference nor a commit id"):
        await git.commits(evil, 1)
    with pytest.raises(OpstuiError, match="neither a full reference nor a commit id"):
        await git.diff(evil)
    with pytest.raises(OpstuiError, match="neither a full reference nor a commit id"):
        await git.create("fine", evil)
    assert len(calls.calls()) == before


async def test_what_one_reaches_and_another_does_not(repo: Repo, calls: RecentCalls) -> None:
    start = repo.head()
    repo.git("switch", "-q", "-c", "side")
    side = repo.commit("side one")
    repo.git("switch", "-q", "main")
    one, two = repo.commit("main one", other="x"), repo.commit("main two", other="y")
    git = GitRepository(repo.path, calls)

    async def since(ref: str, without: str, limit: int = 10) -> list[str]:
        return [commit.sha for commit in await git.commits_since(ref, without, limit)]

    assert await since(two, start) == [two, one]
    assert await since(two, side) == [two, one]
    assert await since(side, two) == [side]
    assert await since(two, start, limit=1) == [two]
    assert await since(start, two) == []
    with pytest.raises(OpstuiError):
        await since(two, "--all")
