"""One git process: its time, its children, and its line in the call log."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.git import process
from opstui.backends.git.command import Door, pasteable
from opstui.backends.git.repository import GitRepository
from opstui.domain.errors import OpstuiError
from tests.backends.git.repo import Repo


def hang(repo: Repo, pid_file: Path) -> None:
    """Make `git status` wait for a filter that never ends and tells its process id."""
    repo.commit("filtered", **{".gitattributes": "*.slow filter=slow\n", "a.slow": "a\n"})
    repo.git("config", "filter.slow.clean", f"echo $$ > {pid_file}; exec sleep 600")
    (repo.path / "a.slow").write_text("b\n")


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while Path(f"/proc/{pid}").exists() and _state(pid) != "Z":
            await asyncio.sleep(0.02)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_a_command_that_hangs_is_stopped_with_its_children(
    repo: Repo, calls: RecentCalls, tmp_path: Path
) -> None:
    hang(repo, tmp_path / "pid")
    with pytest.raises(OpstuiError, match=r"git status took longer than 1 s and was stopped"):
        await Door(repo.path, calls).read("status", timeout=1)
    assert (calls.calls()[-1].outcome, calls.calls()[-1].ok) == ("timed out", False)
    await gone(int((tmp_path / "pid").read_text()))


async def test_a_cancelled_command_is_stopped_with_its_children(
    repo: Repo, calls: RecentCalls, tmp_path: Path
) -> None:
    hang(repo, tmp_path / "pid")
    task = asyncio.create_task(Door(repo.path, calls).read("status", timeout=60))
    async with asyncio.timeout(20):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert calls.calls()[-1].outcome == "cancelled"
    await gone(int((tmp_path / "pid").read_text()))


def test_a_process_that_closes_its_pipes_early_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.1)
    quiet = subprocess.Popen(
        ["sh", "-c", "echo said; exec >&- 2>&-; sleep 0.6; exit 3"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )
    ended = process.Reader(gentle=True).read(quiet, timeout=30, limit=None)
    assert (ended.code, ended.out, ended.timed_out) == (3, b"said\n", False)


def test_a_process_that_ignores_a_polite_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.1)
    stubborn = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )
    ended = process.Reader(gentle=True).read(stubborn, timeout=0.5, limit=None)
    assert (ended.code, ended.timed_out) == (-9, True)


async def test_a_hook_that_leaves_a_daemon_holds_nobody_up(
    repo: Repo, calls: RecentCalls, tmp_path: Path
) -> None:
    """The daemon keeps git's pipes open; the answer is there all the same."""
    hook = repo.path / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\nsleep 600 & echo $! > {tmp_path / 'pid'}\n")
    hook.chmod(0o755)
    repo.git("branch", "side")
    git = GitRepository(repo.path, calls)
    side = next(branch for branch in await git.branches() if branch.name == "side")
    started = time.monotonic()
    await git.switch(side)
    assert time.monotonic() - started < 30
    subprocess.run(["kill", (tmp_path / "pid").read_text().strip()], check=True)


async def test_calls_are_recorded_as_a_line_to_paste(repo: Repo, calls: RecentCalls) -> None:
    git = GitRepository(repo.path, calls)
    await git.branches()
    call = next(call for call in calls.calls() if call.summary == "git for-each-ref")
    assert (call.backend, call.outcome, call.ok) == ("git", "exit 0", True)
    pasted = subprocess.run(call.command, shell=True, capture_output=True, check=True)
    assert b"refs/heads/main" in pasted.stdout
    with pytest.raises(OpstuiError):
        await git.commits("refs/heads/nothing", 1)
    assert (calls.calls()[-1].outcome, calls.calls()[-1].ok) == ("exit 128", False)


def test_a_command_can_be_pasted_whatever_is_in_it() -> None:
    arguments = ["git", "a b", "it's", "caf\udce9 'x' \\", "größe"]
    line = pasteable(arguments)
    assert "$'caf\\351 \\047x\\047 \\134'" in line
    assert shlex.split(line.replace("$'caf\\351 \\047x\\047 \\134'", "odd")) == [
        "git", "a b", "it's", "odd", "größe",
    ]
    echoed = subprocess.run(["bash", "-c", f"printf '%s\\n' {line}"], capture_output=True,
                            check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    assert echoed.stdout == b"git\na b\nit's\ncaf\xe9 'x' \\\ngr\xc3\xb6\xc3\x9fe\n"


async def test_a_reference_to_a_missing_commit_is_named(repo: Repo, calls: RecentCalls) -> None:
    (repo.path / ".git" / "refs" / "heads" / "broken").write_text("1" * 40 + "\n")
    with pytest.raises(OpstuiError, match="the reference refs/heads/broken points at a commit"):
        await GitRepository(repo.path, calls).branches()
