"""Questions asked before anybody waits: answered once, exactly, and never late."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git import ahead as module
from opstui.backends.git.ahead import Ahead
from opstui.backends.git.questions import EVERY, reading
from opstui.backends.git.repository import GitRepository
from tests.backends.git.repo import Repo


def begun(repo: Repo) -> Ahead:
    ahead = Ahead(str(repo.path), str(repo.path))
    ahead.start()
    return ahead


async def test_first_list_is_the_one_that_was_asked_for_early(
    repo: Repo, calls: RecentCalls
) -> None:
    repo.git("branch", "early")
    ahead = begun(repo)
    wait(ahead)
    repo.git("branch", "late")
    git = GitRepository(repo.path, calls, ahead)
    assert [branch.name for branch in await git.branches()] == ["early", "main"]
    assert sorted(branch.name for branch in await git.branches()) == ["early", "late", "main"]
    lists = [call for call in calls.calls() if call.summary == "git for-each-ref"]
    assert len(lists) == 2 and all(call.ok and "refs/heads" in call.command for call in lists)
    ahead.close()


async def test_whoever_follows_hears_of_what_changed_since(
    repo: Repo, calls: RecentCalls
) -> None:
    ahead = begun(repo)
    wait(ahead)
    repo.git("branch", "late")
    git = GitRepository(repo.path, calls, ahead)
    await git.branches()
    changes = git.changes()
    await anext(changes)
    assert [branch.name for branch in await git.branches()] == ["late", "main"]
    await changes.aclose()  # type: ignore[attr-defined]
    ahead.close()


async def test_another_folder_is_asked_anew(repo: Repo, calls: RecentCalls, tmp_path: Path) -> None:
    other = Repo.init(tmp_path / "other")
    other.commit("first")
    other.git("branch", "elsewhere")
    ahead = begun(repo)
    git = GitRepository(other.path, calls, ahead)
    assert [branch.name for branch in await git.branches()] == ["elsewhere", "main"]
    ahead.close()


def test_late_answer_is_thrown_away(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = begun(repo)
    monkeypatch.setattr(module, "FRESH", -1.0)
    assert ahead.take(reading(str(repo.path), EVERY)) is None
    ahead.close()


def test_nothing_runs_on_after_closing(repo: Repo) -> None:
    ahead = begun(repo)
    processes = list(ahead._running.values())
    ahead.close()
    assert processes and all(process.poll() is not None for process in processes)
    assert ahead.take(reading(str(repo.path), EVERY)) is None


def test_git_that_is_missing_is_no_failure(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ahead = begun(repo)
    assert ahead.take(reading(str(repo.path), EVERY)) is None


def wait(ahead: Ahead) -> None:
    """Until every answer is there."""
    for process in ahead._running.values():
        process.wait(10)
