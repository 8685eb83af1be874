"""Many at once: order, slots, numbers, and how much is kept."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

from opstui.backends.ci.local.folder import RunFolder
from opstui.backends.ci.local.store import Store
from opstui.domain.status import Status
from tests.backends.ci.bench import Bench, finished, until


async def test_fifty_runs_started_at_once_all_finish(bench: Bench) -> None:
    runner = bench.shell("echo $OPSTUI_CI_RUN", slots=4)
    started = await asyncio.gather(*(runner.start("main", "main") for _ in range(50)))
    ended = [await finished(runner, run, 120) for run in started]
    assert {run.status for run in ended} == {Status.PASSED}
    assert sorted(run.number for run in ended) == list(range(1, 51))
    assert sorted(run.attempt for run in ended) == list(range(1, 51))
    for run in ended:
        assert (await runner.log(run, 0)).data.endswith(f"{run.id}\n".encode())
    assert not list((bench.cache / "ci").glob("*/trees/*"))


async def test_with_one_slot_runs_go_one_by_one_in_order(bench: Bench) -> None:
    runner = bench.shell("sleep 0.1")
    started = [await runner.start("main", "main") for _ in range(5)]
    ended = [await finished(runner, run) for run in started]
    for before, after in pairwise(ended):
        assert before.finished and after.started
        assert before.finished <= after.started


async def test_two_slots_are_used_at_the_same_time(bench: Bench) -> None:
    meeting = bench.root / "meeting"
    meeting.mkdir()
    script = f"touch {meeting}/$OPSTUI_CI_RUN; while [ $(ls {meeting} | wc -l) -lt 2 ];" \
             " do sleep 0.05; done"
    runner = bench.shell(script, slots=2, timeout=30.0)
    started = [await runner.start("main", "main") for _ in range(2)]
    assert {(await finished(runner, run)).status for run in started} == {Status.PASSED}


async def test_only_the_newest_runs_are_kept_and_numbers_go_on(bench: Bench) -> None:
    runner = bench.shell("echo x")
    run = await finished(runner, await runner.start("main", "main"))
    place = Path(run.place).parent
    for _ in range(3):
        await finished(runner, await runner.start("main", "main"))
    Store(place, keep=2)._prune()
    assert [one.number for one in await runner.runs(10)] == [4, 3]
    last = (await runner.runs(1))[0]
    await until(lambda: not RunFolder(Path(last.place)).alive(), "the last supervisor's end")
    Store(place, keep_bytes=0)._prune()
    assert await runner.runs(10) == ()
    assert (await runner.start("main", "main")).number == 5


async def test_a_thousand_runs_are_listed_quickly_once_read(bench: Bench) -> None:
    runner = bench.shell("echo x")
    run = await finished(runner, await runner.start("main", "main"))
    folder = RunFolder(Path(run.place))
    for number in range(2, 1001):
        copy = RunFolder(folder.path.parent / f"{number:06d}-copy")
        copy.path.mkdir()
        copy.meta.write_text(folder.meta.read_text())
    assert len(await runner.runs(1000)) == 1000
    began = time.process_time()  # not the wall's: other tests want the processor too
    assert len(await runner.runs(1000)) == 1000
    assert time.process_time() - began < 0.3
