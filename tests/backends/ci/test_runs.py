"""A run from start to end, as the person sees it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.ci.local import ear as local_ear
from opstui.backends.ci.local import runner as local_runner
from opstui.backends.ci.local.logfile import LogFile
from opstui.backends.ci.local.runner import LocalRunner
from opstui.backends.ci.local.store import Store
from opstui.domain.ci import Capability
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.bench import Bench, finished, says, text, until


async def test_a_passing_run_ends_green_with_its_steps_and_log(bench: Bench) -> None:
    commit = bench.commit({"test.sh": "echo all is well; exit 0\n"})
    runner = bench.runner("sh test.sh")

    run = await finished(runner, await runner.start("main", "main"))

    assert (run.status, run.reason, run.commit) == (Status.PASSED, "", commit)
    assert [step.name for step in run.steps] == ["clone", "checkout", "test.sh"]
    assert all(step.status is Status.PASSED and step.finished for step in run.steps)
    log = (await runner.log(run, 0)).data
    assert log[run.steps[2].log_start :] == b"$ sh test.sh\nall is well\n"
    assert run.started and run.finished and run.created <= run.started <= run.finished


async def test_a_failing_run_says_its_exit_code(bench: Bench) -> None:
    runner = bench.shell("echo boom >&2; exit 3")
    run = await finished(runner, await runner.start("HEAD", "main"))
    assert (run.status, run.reason, run.steps[-1].exit_code) == (Status.FAILED, "exit 3", 3)
    assert "boom" in await text(runner, run)


async def test_a_command_that_kills_itself_is_told_by_its_signal(bench: Bench) -> None:
    runner = bench.shell("kill -SEGV $$")
    run = await finished(runner, await runner.start("HEAD", "main"))
    assert (run.status, run.reason) == (Status.FAILED, "killed by SIGSEGV")


async def test_a_missing_program_is_a_failed_run_with_a_reason(bench: Bench) -> None:
    runner = bench.runner("no-such-program-here --now")
    run = await finished(runner, await runner.start("HEAD", "main"))
    assert run.status is Status.FAILED
    assert run.reason == "no-such-program-here could not be started: No such file or directory"


async def test_an_unknown_commit_is_refused_before_anything_is_written(bench: Bench) -> None:
    runner = bench.shell("true")
    with pytest.raises(OpstuiError, match="is not in this repository"):
        await runner.start("f" * 40, "main")
    assert await runner.runs(10) == ()


async def test_a_commit_that_no_branch_reaches_any_more_can_be_run(bench: Bench) -> None:
    lost = bench.commit({"only": "here\n"})
    bench.git("reset", "--quiet", "--hard", "HEAD~1")
    runner = bench.shell("cat only")
    run = await finished(runner, await runner.start(lost, ""))
    assert run.status is Status.PASSED
    assert "here" in await text(runner, run)


async def test_a_commit_of_a_shallow_clone_can_be_run(bench: Bench, tmp_path: Path) -> None:
    bench.commit({"f": "1\n"})
    shallow = Bench(tmp_path / "elsewhere")
    subprocess.run(
        ("git", "clone", "-q", "--depth=1", f"file://{bench.repository}", str(shallow.repository)),
        check=True,
    )
    lost = shallow.git("-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", "HEAD^{tree}",
                       "-m", "reached by nothing")
    runner = shallow.shell("cat f && git log --format=%s")
    run = await finished(runner, await runner.start(lost, ""))
    assert run.status is Status.PASSED, await text(runner, run)
    assert "reached by nothing" in await text(runner, run)


async def test_a_commit_of_a_partial_clone_fetches_what_it_needs(
    bench: Bench, tmp_path: Path
) -> None:
    old = bench.commit({"f": "old\n"})
    bench.commit({"f": "new\n"})
    bench.git("config", "uploadpack.allowFilter", "true")
    partial = Bench(tmp_path / "elsewhere")
    subprocess.run(
        ("git", "clone", "-q", "--filter=blob:none", f"file://{bench.repository}",
         str(partial.repository)), check=True,
    )
    runner = partial.shell("cat f")
    run = await finished(runner, await runner.start(old, ""))
    assert run.status is Status.PASSED, await text(runner, run)
    assert (await text(runner, run)).endswith("old\n")


async def test_a_linked_worktree_and_its_repository_share_their_runs(
    bench: Bench, tmp_path: Path
) -> None:
    bench.git("worktree", "add", "--quiet", str(tmp_path / "other" / "churn"), "-b", "side")
    other = Bench(tmp_path / "other")
    runner = bench.shell("true")
    run = await finished(runner, await runner.start("side", "side"))
    from_there = LocalRunner(other.repository, bench.state, bench.cache, RecentCalls())
    assert [one.id for one in await from_there.runs(10)] == [run.id]


async def test_a_bare_repository_can_be_run(bench: Bench, tmp_path: Path) -> None:
    bare = Bench(tmp_path / "bare")
    subprocess.run(
        ("git", "clone", "-q", "--bare", str(bench.repository), str(bare.repository)), check=True
    )
    runner = bare.shell("cat README")
    run = await finished(runner, await runner.start("main", "main"))
    assert run.status is Status.PASSED
    assert "churn" in await text(runner, run)


async def test_the_command_sees_where_it_runs_and_no_secrets(bench: Bench) -> None:
    environ = {**os.environ, "SECRET_TOKEN": "hunter2", "VIRTUAL_ENV": "/opt/me", "PAGER": "x",
               "GIT_DIR": "/nowhere", "BUILD_FLAVOUR": "slim", "LC_MESSAGES": "C"}
    runner = bench.shell("env; test ! -t 0; cat", environ=environ, keep=("BUILD_FLAVOUR",))
    run = await finished(runner, await runner.start("main", "fix/ü"))
    log = await text(runner, run)
    assert run.status is Status.PASSED, log
    seen = dict(line.split("=", 1) for line in log.splitlines() if "=" in line)
    assert seen["CI"] == "true"
    assert seen["TERM"] == "dumb"
    assert seen["OPSTUI_COMMIT"] == run.commit
    assert seen["OPSTUI_BRANCH"] == "fix/ü"
    assert seen["OPSTUI_CI_RUN"] == run.id
    assert Path(seen["OPSTUI_CI_CACHE"]).is_dir()
    assert seen["BUILD_FLAVOUR"] == "slim"
    assert seen["LC_MESSAGES"] == "C"
    assert not {"SECRET_TOKEN", "VIRTUAL_ENV", "GIT_DIR", "PAGER"} & seen.keys()
    assert "hunter2" not in log


async def test_what_a_script_does_to_git_stays_in_its_clone(bench: Bench) -> None:
    bench.git("remote", "add", "origin", "https://ana:token@git.example.org/churn.git")
    (bench.repository / ".git/hooks/post-checkout").write_text("#!/bin/sh\necho HOOK RAN\n")
    (bench.repository / ".git/hooks/post-checkout").chmod(0o755)
    before = {
        path: path.read_bytes() for path in (bench.repository / ".git").rglob("*") if path.is_file()
    }
    runner = bench.shell(
        "git config user.email ci@example.org; git config user.name ci; git tag from-ci;"
        "git remote get-url origin; touch junk; git add junk; git commit -qm ci; git gc -q;"
        "git stash list; git branch -f main; pwd"
    )
    run = await finished(runner, await runner.start("main", "main"))
    log = await text(runner, run)
    assert run.status is Status.PASSED, log
    assert "https://git.example.org/churn.git" in log
    assert "token" not in log
    assert "HOOK RAN" not in log
    after = {
        path: path.read_bytes() for path in (bench.repository / ".git").rglob("*") if path.is_file()
    }
    assert after == before
    tree = log.strip().splitlines()[-1]
    assert tree.endswith("/churn")
    assert not Path(tree).exists()


async def test_without_a_remote_a_script_cannot_push_into_the_repository(bench: Bench) -> None:
    runner = bench.shell("git push origin HEAD:refs/heads/evil")
    run = await finished(runner, await runner.start("main", "main"))
    assert run.status is Status.FAILED
    assert bench.git("branch", "--format=%(refname:short)") == "main"


async def test_read_only_folders_of_a_run_are_removed_too(bench: Bench) -> None:
    runner = bench.shell("mkdir -p deep/er; touch deep/er/f; chmod -R a-w deep")
    run = await finished(runner, await runner.start("main", "main"))
    assert run.status is Status.PASSED
    assert not list((bench.cache / "ci").glob("*/trees/*"))


async def test_a_log_is_followed_by_offsets_and_is_complete_only_at_the_end(bench: Bench) -> None:
    gate = bench.root / "gate"
    runner = bench.shell(f"echo first; while [ ! -e {gate} ]; do sleep 0.05; done; echo second")
    run = await runner.start("main", "main")
    await says(runner, run, "first\n")

    begun = await runner.log(run, 0)
    assert not begun.complete
    nothing = await runner.log(run, begun.offset)
    assert (nothing.data, nothing.offset, nothing.complete) == (b"", begun.offset, False)

    gate.touch()
    await finished(runner, run)
    rest = await runner.log(run, begun.offset)
    assert (rest.data, rest.complete) == (b"second\n", True)
    piece = await runner.log(run, 0, limit=5)
    assert (len(piece.data), piece.offset, piece.complete) == (5, 5, False)
    tail = await runner.log(run, -7)
    assert (tail.data, tail.offset, tail.complete) == (b"second\n", rest.offset, True)


async def test_a_log_holds_any_bytes_as_they_came(bench: Bench) -> None:
    bench.commit({"noise": b"\xff\xfe\x1b[31mred\x1b[0m\x00\x1b]0;title\x07\r50%\r100%\n"})
    runner = bench.shell("cat noise")
    run = await finished(runner, await runner.start("main", "main"))
    log = (await runner.log(run, 0)).data
    assert log.endswith(b"\xff\xfe\x1b[31mred\x1b[0m\x00\x1b]0;title\x07\r50%\r100%\n")


async def test_a_log_beyond_its_limit_keeps_its_head_and_its_end(bench: Bench) -> None:
    runner = bench.shell("yes 0123456789 | head -c 2000000; echo THE END", log_limit=100_000)
    run = await finished(runner, await runner.start("main", "main"))
    log = (await runner.log(run, 0)).data
    assert run.status is Status.PASSED
    assert 350_000 < len(log) < 400_000
    assert b"bytes of the log were left out here" in log
    assert log.endswith(b"THE END\n")


def test_a_full_disk_is_remembered_not_raised() -> None:
    log = LogFile(Path("/dev/full"))
    log.write(b"does not fit")
    log.write(b"nor this")
    log.close()
    assert log.trouble == "the log could not be written: No space left on device"


async def test_names_that_are_not_utf8_survive(bench: Bench) -> None:
    branch = os.fsdecode(b"caf\xe9")
    runner = bench.shell('printf %s "$OPSTUI_BRANCH"')
    run = await finished(runner, await runner.start("main", branch))
    assert run.branch == branch
    assert (await runner.log(run, 0)).data.endswith(b"caf\xe9")


async def test_a_run_outlives_the_program_and_the_terminal_that_started_it(bench: Bench) -> None:
    gate = bench.root / "gate"
    script = f"echo up; while [ ! -e {gate} ]; do sleep 0.05; done; echo outlived"
    program = f"""
import asyncio, os, pathlib, signal
from opstui.backends.calls import RecentCalls
from opstui.backends.ci.local.runner import LocalRunner
runner = LocalRunner(pathlib.Path({str(bench.repository)!r}), pathlib.Path({str(bench.state)!r}),
                     pathlib.Path({str(bench.cache)!r}), RecentCalls(),
                     command=("sh", "-c", {script!r}))
asyncio.run(runner.start("main", "main"))
os.killpg(0, signal.SIGHUP)
"""
    done = subprocess.run(
        (sys.executable, "-c", program), start_new_session=True, capture_output=True, text=True,
        check=False, timeout=60,
    )
    assert done.returncode == -1, done.stderr  # hung up

    runner = bench.shell("true")
    run = (await runner.runs(1))[0]
    await says(runner, run, "up\n")
    gate.touch()
    run = await finished(runner, run)
    assert run.status is Status.PASSED
    assert (await text(runner, run)).endswith("outlived\n")


async def test_a_rerun_is_the_next_attempt_at_the_same_commit(bench: Bench) -> None:
    runner = bench.shell("true")
    first = await finished(runner, await runner.start("main", "main"))
    bench.commit({"later": "x"})
    second = await finished(runner, await runner.rerun(first))
    third = await finished(runner, await runner.start("main", "main"))
    assert [(run.number, run.attempt) for run in (first, second, third)] == [(1, 1), (2, 2), (3, 1)]
    assert second.commit == first.commit != third.commit


async def test_a_run_is_stopped_at_its_time_limit(bench: Bench) -> None:
    runner = bench.shell("echo begun; sleep 600", timeout=1.0)
    run = await finished(runner, await runner.start("main", "main"))
    assert (run.status, run.reason) == (Status.FAILED, "stopped at its time limit of 1 s")


async def test_a_repository_that_vanished_fails_the_run_with_a_reason(bench: Bench) -> None:
    gate = bench.root / "gate"
    runner = bench.shell(f"while [ ! -e {gate} ]; do sleep 0.05; done")
    first = await runner.start("main", "main")
    second = await runner.start("main", "main")
    await says(runner, first, "gate")
    aside = bench.repository.with_name("aside")
    bench.repository.rename(aside)
    gate.touch()
    run = await finished(runner, second)
    aside.rename(bench.repository)
    assert run.status is Status.FAILED
    assert run.reason == "no clone could be made: git ended with exit 128"
    assert "does not exist" in await text(runner, run)


async def test_a_clone_that_finds_no_room_fails_the_run_with_a_reason(bench: Bench) -> None:
    bench.cache.write_text("a file where the folder should be")
    runner = bench.shell("true")
    run = await finished(runner, await runner.start("main", "main"))
    assert run.status is Status.FAILED
    assert run.reason.startswith("no clone could be made: ")


def no_kernel() -> None:
    raise OSError("this kernel has no such events")


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("known", ["nothing", "opstui's folder", "an earlier run"])
async def test_those_who_watch_hear_of_runs_that_someone_else_started(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, known: str, deaf: bool
) -> None:
    if deaf:  # as on a system without such events
        monkeypatch.setattr(local_ear, "Kernel", no_kernel)
    if deaf or known == "nothing":
        monkeypatch.setattr(local_runner, "REST", 0.5)
    watching, other = bench.shell("true"), bench.shell("true")
    if known == "opstui's folder":
        bench.state.mkdir(parents=True, exist_ok=True)
    elif known == "an earlier run":
        await finished(other, await other.start("main", "main"))
    news = watching.changes()
    looks: list[object] = []
    stamp = Store.stamp

    def looked(store: Store, before: tuple[int, tuple[str, ...]] | None) -> object:
        looks.append(before)
        return stamp(store, before)

    monkeypatch.setattr(Store, "stamp", looked)
    heard: list[bool] = []

    async def listen() -> None:
        async for _ in news:
            heard.append(True)
            return

    task = asyncio.create_task(listen())
    await until(lambda: looks, "that it has looked once")
    await other.start("main", "main")
    await until(lambda: heard, "news of the run")
    await task


def test_what_a_local_run_cannot_do_is_explained_in_its_own_words(bench: Bench) -> None:
    runner = bench.shell("true")
    missing = [one for one in Capability if one not in runner.capabilities]
    assert missing
    said = {one: runner.why_not(one) for one in missing}
    assert all("local run" in text for text in said.values()), said
    assert "all of its processes" in said[Capability.FORCE]
