"""A program that is given up while it starts leaves nothing running."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from opstui.backends.session_process import start_session
from tests.backends.ci.bench import until
from tests.backends.ci.web.test_credentials import alive


async def test_being_cancelled_at_any_moment_of_the_start_ends_what_it_started(
    tmp_path: Path,
) -> None:
    for turn in range(3):
        pids = tmp_path / f"pids-{turn}"
        script = f"sleep 600 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; wait"
        task = asyncio.create_task(start_session("sh", "-c", script))
        for _ in range(turn):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if pids.exists():
            for pid in pids.read_text().split():
                await until(lambda pid=int(pid): not alive(pid), f"{pid} has ended")  # type: ignore[misc]


async def test_a_program_that_is_not_there_is_an_error_as_ever() -> None:
    with pytest.raises(FileNotFoundError):
        await start_session("/nowhere/at/all")
