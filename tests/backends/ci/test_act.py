"""GitHub workflow files on the local runner, carried out by the real act."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opstui.backends.ci.local.runner import LocalRunner
from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.ci.bench import Bench, finished, left_of, make, now, says, text, until
from tests.servers.programs import program

CI = ".github/workflows/ci.yml"
WORKFLOW = f"act:{CI}"
RED = """
name: CI
on: [push]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: look
        run: grep -q churn README && echo looks fine
  unit:
    needs: lint
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix: {part: [a, b]}
    steps:
      - name: tests
        run: |
          echo part ${{ matrix.part }}
          test ${{ matrix.part }} = a || { echo "E   boom in b"; exit 3; }
"""
GREEN = """
on: {push: , workflow_dispatch: }
jobs:
  only: {runs-on: ubuntu-latest, steps: [{name: greet, run: echo all is well}]}
"""
BY_HAND = """
on:
  workflow_dispatch:
    inputs:
      level: {description: how deep, type: choice, options: [low, high], default: low}
jobs:
  deep: {runs-on: ubuntu-latest, steps: [{name: dig, run: 'echo level ${{ inputs.level }}'}]}
"""
SLOW = """
on: push
jobs:
  slow: {runs-on: ubuntu-latest, steps: [{name: wait, run: 'echo begun; sleep 600 & sleep 600'}]}
"""


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = make(tmp_path)
    yield bench
    for runner in bench.runners[:1]:
        for run in await runner.runs(500):
            if not run.status.finished:
                await runner.cancel(run)


def with_act(bench: Bench, **more: str) -> LocalRunner:
    act = program("act")
    environ = {**os.environ, "PATH": f"{act.parent}{os.pathsep}{os.environ['PATH']}", **more}
    return bench.runner(environ=environ)


async def run_of(bench: Bench, runner: LocalRunner, file: str, **inputs: str) -> CiRun:
    commit = bench.commit({CI: file})
    command = await runner.command(commit, WORKFLOW)
    assert command is not None
    await runner.trust(command)
    return await runner.start(commit, "main", WORKFLOW, inputs)


async def test_it_is_offered_where_it_is_installed_and_the_file_is_there(bench: Bench) -> None:
    runner = with_act(bench)
    assert await runner.workflows() == ()
    bench.commit({CI: GREEN})
    assert [one.id for one in await runner.workflows()] == [WORKFLOW]
    bench.commit({".ci/run": "true\n"})
    assert [one.id for one in await runner.workflows()] == ["", WORKFLOW]
    bare = bench.runner(environ={**os.environ, "PATH": "/usr/bin:/bin"})
    assert await bare.workflows() == ()


async def test_a_workflow_is_a_repositorys_own_command_and_must_be_trusted(bench: Bench) -> None:
    runner = with_act(bench)
    commit = bench.commit({CI: GREEN})
    command = await runner.command(commit, WORKFLOW)
    assert command is not None
    assert not command.trusted
    assert "all is well" in command.script
    with pytest.raises(OpstuiError, match="not trusted"):
        await runner.start(commit, "main", WORKFLOW)
    await runner.trust(command)
    assert (await runner.start(commit, "main", WORKFLOW)).workflow == "ci.yml (act)"
    changed = bench.commit({CI: GREEN.replace("well", "otherwise")})
    again = await runner.command(changed, WORKFLOW)
    assert again is not None
    assert not again.trusted


async def test_jobs_and_steps_of_a_failed_run_are_told_with_their_own_logs(bench: Bench) -> None:
    runner = with_act(bench)
    run = await finished(runner, await run_of(bench, runner, RED))
    assert run.status is Status.FAILED
    assert (run.jobs_done, run.jobs_total, run.jobs_failed) == (3, 3, 1)
    jobs = {job.name: job for job in await runner.jobs(run)}
    assert {name: job.status for name, job in jobs.items()} == {
        "lint": Status.PASSED, "unit (a)": Status.PASSED, "unit (b)": Status.FAILED}
    assert [step.name for step in jobs["lint"].steps] == ["actions/checkout@v4", "look"]
    failing = jobs["unit (b)"].steps[0]
    assert (failing.name, failing.status) == ("tests", Status.FAILED)
    log = (await runner.log(run, 0, job=jobs["unit (b)"])).data
    assert b"E   boom in b" in log[failing.log_start :]
    assert b"looks fine" not in log
    assert "[unit (b)] E   boom in b" in await text(runner, run)


async def test_it_runs_again_as_the_same_workflow(bench: Bench) -> None:
    runner = with_act(bench)
    first = await finished(runner, await run_of(bench, runner, GREEN))
    assert first.status is Status.PASSED
    second = await finished(runner, await runner.rerun(first))
    assert (second.status, second.attempt, second.workflow) == (Status.PASSED, 2, "ci.yml (act)")
    assert "all is well" in await text(runner, second)


async def test_what_is_filled_in_reaches_the_workflow(bench: Bench) -> None:
    runner = with_act(bench)
    bench.commit({CI: BY_HAND})
    asked = (await runner.workflows())[0].inputs[0]
    assert (asked.name, asked.default, asked.choices) == ("level", "low", ("low", "high"))
    run = await finished(runner, await run_of(bench, runner, BY_HAND, level="high"))
    assert "level high" in await text(runner, run)


async def test_cancelling_leaves_no_process(bench: Bench) -> None:
    runner = with_act(bench)
    run = await run_of(bench, runner, SLOW)
    await says(runner, run, "begun")
    await runner.cancel(run)
    ended = await now(runner, run)
    assert ended.status is Status.CANCELLED
    assert {job.status for job in await runner.jobs(ended)} <= {Status.CANCELLED, Status.FAILED}
    await until(lambda: not left_of(run), "the end of what it started")


async def test_a_file_that_is_no_workflow_is_refused_with_its_name(bench: Bench) -> None:
    runner = with_act(bench)
    commit = bench.commit({CI: "on: [\n"})
    with pytest.raises(OpstuiError, match="not YAML") as caught:
        await runner.command(commit, WORKFLOW)
    assert CI in caught.value.where
