"""The branch list: many branches, odd names, upstreams, and what it costs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git import dirty
from opstui.backends.git.repository import GitRepository
from opstui.domain.branch import Branch
from opstui.domain.errors import OpstuiError
from tests.backends.git.repo import Repo

ODD = b"caf\xe9"  # "café" in Latin-1: not UTF-8.


async def branch_of(git: GitRepository, name: str) -> Branch:
    return next(branch for branch in await git.branches() if branch.name == name)


async def test_two_thousand_branches_cost_as_many_processes_as_one(
    repo: Repo, calls: RecentCalls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = GitRepository(repo.path, calls)
    await git.branches()
    head = repo.head()
    packed = "".join(f"{head} refs/heads/team/b{n:04}\n" for n in range(2000))
    (repo.path / ".git" / "packed-refs").write_text(packed)
    trace = tmp_path / "processes.json"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    assert len(await git.branches()) == 2001
    started = [
        event["argv"] for line in trace.read_text().splitlines()
        if (event := json.loads(line))["event"] == "start"
    ]
    assert sorted(
        next(word for word in argv if word in ("for-each-ref", "status")) for argv in started
    ) == ["for-each-ref", "status"]


async def test_a_name_that_is_not_utf8_can_be_read_and_passed_back(
    repo: Repo, calls: RecentCalls
) -> None:
    repo.git("branch", ODD)
    git = GitRepository(repo.path, calls)
    branch = await branch_of(git, "caf\udce9")
    assert [commit.refs for commit in await git.commits(branch.ref, 1)] == [("main", "caf\udce9")]
    assert await git.resolve(branch.ref) == repo.head()
    await git.switch(branch)
    assert (await git.repository()).head == "caf\udce9"
    await git.switch(await branch_of(git, "main"))
    await git.delete(branch, force=False)
    assert [left.name for left in await git.branches()] == ["main"]
    assert "$'refs/heads/caf\\351'" in "\n".join(call.command for call in calls.calls())


async def test_control_sequences_and_markup_stay_data(repo: Repo, calls: RecentCalls) -> None:
    subject = "fix[/]bug \x1b]0;pwned\x07 \x1b[31m[b]red[/b] %x00 \N{RIGHT-TO-LEFT OVERRIDE}x"
    repo.commit(subject)
    git = GitRepository(repo.path, calls)
    assert (await branch_of(git, "main")).subject == subject
    (newest, *_) = await git.commits("refs/heads/main", 5)
    assert newest.subject == subject


async def test_worktrees_with_a_line_end_in_their_path(
    repo: Repo, calls: RecentCalls, tmp_path: Path
) -> None:
    place = tmp_path / "two\nlines"
    repo.git("worktree", "add", "-q", "-b", "side", str(place))
    repo.git("branch", "third")
    by_name = {branch.name: branch for branch in await GitRepository(repo.path, calls).branches()}
    assert by_name["side"].worktree == str(place)
    assert set(by_name) == {"main", "side", "third"}


async def test_upstreams_ahead_behind_and_gone(
    repo: Repo, calls: RecentCalls, tmp_path: Path
) -> None:
    repo.git("branch", "feature/x")
    clone = Repo(tmp_path / "clone", clock=repo.clock)
    repo.git("clone", "-q", str(repo.path), str(clone.path))
    clone.git("switch", "-q", "feature/x")
    clone.commit("mine")
    clone.commit("mine too")
    clone.git("branch", "lost", "--track", "origin/main")
    clone.git("config", "branch.lost.merge", "refs/heads/nowhere")
    repo.clock = clone.clock
    repo.git("switch", "-q", "feature/x")
    repo.commit("theirs")
    clone.git("fetch", "-q")
    by_name = {b.name: b for b in await GitRepository(clone.path, calls).branches()}
    assert set(by_name) == {"feature/x", "lost", "main", "origin/feature/x", "origin/main"}
    mine = by_name["feature/x"]
    assert (mine.upstream, mine.ahead, mine.behind, mine.gone) == ("origin/feature/x", 2, 1, False)
    assert by_name["lost"].gone
    assert (by_name["origin/feature/x"].remote, mine.remote) == ("origin", "")


async def test_what_the_remote_calls_its_head_is_the_default(
    repo: Repo, calls: RecentCalls, tmp_path: Path
) -> None:
    repo.git("branch", "develop")
    clone = Repo(tmp_path / "clone", clock=repo.clock)
    repo.git("clone", "-q", str(repo.path), str(clone.path))

    async def defaults() -> list[str]:
        return [one.name for one in await GitRepository(clone.path, calls).branches()
                if one.default]

    assert await defaults() == ["origin/main"]
    clone.git("remote", "set-head", "origin", "develop")
    assert await defaults() == ["origin/develop"]
    clone.git("remote", "set-head", "origin", "--delete")
    assert await defaults() == []


async def test_newest_first(repo: Repo, calls: RecentCalls) -> None:
    for name in ("old", "newer", "newest"):
        repo.git("switch", "-q", "-c", name)
        repo.commit(name)
    names = [branch.name for branch in await GitRepository(repo.path, calls).branches()]
    assert names == ["newest", "newer", "old", "main"]


async def test_a_slow_status_does_not_hold_the_list_up(
    repo: Repo, calls: RecentCalls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clean filter that waits for us makes `git status` slow, as a huge repository would."""
    gate = tmp_path / "gate"
    repo.commit("filtered", **{".gitattributes": "*.slow filter=slow\n", "a.slow": "a\n"})
    repo.git("config", "filter.slow.clean", f"while ! test -e {gate}; do sleep 0.05; done; cat")
    (repo.path / "a.slow").write_text("b\n")
    monkeypatch.setattr(dirty, "_PATIENCE", 0.05)
    git = GitRepository(repo.path, calls)
    assert (await branch_of(git, "main")).dirty == 0
    told = asyncio.create_task(anext(git.changes()))
    await asyncio.sleep(0)
    monkeypatch.setattr(dirty, "_PATIENCE", 5)
    gate.touch()
    async with asyncio.timeout(10):
        await told
        assert (await branch_of(git, "main")).dirty == 1


@pytest.mark.parametrize(("out", "files"), [
    (b"", 0), (b"?? a b\0 M c\0", 2), (b"R  new\0old\0 M c\0", 2), (b"RM new\0old\0", 1),
    (b" C new\0old\0?? RC\0", 2),
])
def test_a_rename_counts_once(out: bytes, files: int) -> None:
    assert dirty.count(out) == files


async def test_resolve_names_a_commit_or_says_there_is_none(
    repo: Repo, calls: RecentCalls
) -> None:
    git = GitRepository(repo.path, calls)
    repo.git("tag", "-a", "v1", "-m", "one")
    assert await git.resolve("v1") == repo.head()
    assert await git.resolve(repo.head()[:8]) == repo.head()
    for nothing in ("", "v2", "--all", "HEAD:story.txt", "0" * 40, "a\0b", "a..b"):
        with pytest.raises(OpstuiError, match="no commit here is named"):
            await git.resolve(nothing)
