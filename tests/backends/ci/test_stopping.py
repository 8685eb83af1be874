"""Nothing of a run is left: not after a cancel, not after its supervisor's violent death."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from opstui.backends.ci.local.folder import RunFolder
from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.bench import Bench, finished, left_of, now, says, text, until

STUBBORN = """
trap '' TERM HUP
setsid sh -c 'trap "" TERM; echo daemon; while :; do sleep 1; done' &
(setsid nohup sh -c 'echo orphan; exec sleep 1000' &)
echo ready
while :; do sleep 1; done
"""


def supervisor_of(run: CiRun) -> int:
    record = RunFolder(Path(run.place)).read()
    assert record is not None
    return record.pid


def trees(bench: Bench) -> list[Path]:
    return list((bench.cache / "ci").glob("*/trees/*"))


async def all_up(bench: Bench, script: str) -> tuple[CiRun, object]:
    runner = bench.shell(script)
    run = await runner.start("main", "main")
    for word in ("daemon", "orphan", "ready"):
        await says(runner, run, f"{word}\n")
    return await now(runner, run), runner


async def test_cancelling_leaves_no_process_however_stubborn(bench: Bench) -> None:
    run, _ = await all_up(bench, STUBBORN)
    runner = bench.runners[0]
    assert len(left_of(run)) >= 3

    began = time.monotonic()
    await runner.cancel(run)

    assert left_of(run) == []
    assert time.monotonic() - began < 15
    assert trees(bench) == []
    run = await now(runner, run)
    assert run.status is Status.CANCELLED
    assert run.reason.startswith("cancelled by ")
    assert run.steps[-1].status is Status.CANCELLED


async def test_a_willing_command_is_given_time_to_clean_up(bench: Bench) -> None:
    script = "trap 'echo cleaned; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    runner = bench.shell(script)
    run = await runner.start("main", "main")
    await says(runner, run, "up\n")
    await runner.cancel(run)
    assert (await text(runner, run)).endswith("cleaned\n")
    assert (await now(runner, run)).status is Status.CANCELLED


async def test_what_a_finished_command_left_behind_is_ended(bench: Bench) -> None:
    runner = bench.shell("setsid sleep 1000 & sleep 1000 & echo done")
    run = await finished(runner, await runner.start("main", "main"))
    assert run.status is Status.PASSED
    assert left_of(run) == []
    assert "ended what it left running" in await text(runner, run)


async def test_cancelling_twice_or_after_the_end_does_nothing(bench: Bench) -> None:
    runner = bench.shell("true")
    run = await finished(runner, await runner.start("main", "main"))
    await runner.cancel(run)
    assert (await now(runner, run)).status is Status.PASSED


async def test_a_waiting_run_can_be_cancelled_while_another_runs(bench: Bench) -> None:
    runner = bench.shell("echo up; sleep 600")
    first = await runner.start("main", "main")
    await says(runner, first, "up\n")
    waiting = await runner.start("main", "main")
    assert (await now(runner, waiting)).status is Status.QUEUED

    await runner.cancel(waiting)

    assert (await now(runner, waiting)).status is Status.CANCELLED
    assert (await now(runner, first)).status is Status.RUNNING
    await runner.cancel(first)


async def test_a_killed_supervisor_means_lost_and_its_leftovers_are_ended(bench: Bench) -> None:
    run, _ = await all_up(bench, STUBBORN)
    runner = bench.runners[0]
    os.kill(supervisor_of(run), signal.SIGKILL)
    await until(lambda: not RunFolder(Path(run.place)).alive(), "the supervisor's death")

    run = await now(runner, run)

    assert (run.status, run.reason) == (Status.LOST, "its supervisor was killed")
    assert run.finished is not None
    assert run.steps[-1].status is Status.LOST
    assert left_of(run) == []
    assert trees(bench) == []
    assert (await runner.log(run, 0)).complete


async def test_a_lost_run_frees_its_place_for_the_next(bench: Bench) -> None:
    runner = bench.shell("echo up; sleep 600")
    first = await runner.start("main", "main")
    await says(runner, first, "up\n")
    waiting = await runner.start("main", "main")
    behind = await runner.start("main", "main")
    os.kill(supervisor_of(await now(runner, waiting)), signal.SIGKILL)
    os.kill(supervisor_of(await now(runner, first)), signal.SIGKILL)
    await says(runner, behind, "up\n")
    assert (await now(runner, first)).status is Status.LOST
    assert (await now(runner, waiting)).status is Status.LOST
    await runner.cancel(behind)


async def test_a_supervisor_that_does_not_start_is_an_error_and_a_lost_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = bench.shell("true")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(OpstuiError, match="the run's supervisor did not start: exit 1"):
        await runner.start("main", "main")
    monkeypatch.undo()
    assert [run.status for run in await runner.runs(9)] == [Status.LOST]
    run = await finished(runner, await runner.start("main", "main"))
    assert run.status is Status.PASSED


async def test_a_state_folder_that_cannot_be_written_is_said_so(bench: Bench) -> None:
    bench.state.write_text("a file where the folder should be")
    with pytest.raises(OpstuiError, match="the run could not be written down: Not a directory"):
        await bench.shell("true").start("main", "main")
    bench.state.unlink()


async def test_a_supervisor_that_fails_tells_why(bench: Bench) -> None:
    runner = bench.shell("echo up; sleep 600")
    run = await runner.start("main", "main")
    await says(runner, run, "up\n")
    folder = RunFolder(Path(run.place))
    folder.words.write_text("Traceback\nOSError: the disk is gone\n")
    os.kill(supervisor_of(run), signal.SIGKILL)
    await until(lambda: not folder.alive(), "the supervisor's death")
    run = await now(runner, run)
    assert run.reason == "its supervisor failed: OSError: the disk is gone"
