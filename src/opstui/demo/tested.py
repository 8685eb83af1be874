"""Local CI results of the demo, from really running the project's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from opstui.backends.ci.local.runner import LocalRunner
from opstui.backends.protocols import CallLog
from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError
from opstui.places import Places

TESTED = (
    ("boosting", "main"),
    ("readme", "main"),
    ("threshold-test", "feature/threshold-tuning"),
    ("quantile", "feature/quantile-scaler"),
    ("nan-data", "fix/nan-input"),
    ("quantile-default", "feature/quantile-scaler"),
    ("nan-test", "fix/nan-input"),
    ("port", "main"),
)
"""The story's label of the commit and its branch, oldest run first. The two of the fix fail."""
SECONDS = 120.0
"""How long all of them may take."""


async def run_tests(
    repository: Path, places: Places, commits: Mapping[str, str], calls: CallLog
) -> tuple[CiRun, ...]:
    """Run `.ci/run` on some commits and wait for the results. Its command is trusted: it is ours.

    Raises OpstuiError where they take too long.
    """
    runner = LocalRunner(repository, places.state, places.cache, calls, slots=2)
    under_way: list[CiRun] = []
    try:
        async with asyncio.timeout(SECONDS):
            for label, branch in TESTED:
                command = await runner.command(commits[label])
                if command is not None and not command.trusted:
                    await runner.trust(command)
                await runner.start(commits[label], branch)
            while True:
                runs = await runner.runs(len(TESTED))
                under_way = [run for run in runs if not run.status.finished]
                if not under_way:
                    return runs
                await asyncio.sleep(0.2)
    except TimeoutError:
        names = ", ".join(run.branch for run in under_way)
        raise OpstuiError(
            f"the demo's tests did not end in time: {names}", where=str(repository)
        ) from None
    finally:
        for run in await runner.runs(len(TESTED)):
            if not run.status.finished:
                await runner.cancel(run)
