"""`.gitlab-ci.yml` on the local runner: what gitlab-ci-local printed is read, the real one run."""

from __future__ import annotations

import os
from pathlib import Path
from shutil import which

import pytest

from opstui.backends.ci.local.engines.gitlab_local import GitlabReading
from opstui.domain.status import Status
from tests.backends.ci.bench import finished, make, text

WORKFLOW = "gitlab-ci-local:.gitlab-ci.yml"
PRINTED = """\
parsing and downloads finished in 244 ms.
json schema validated in 2.05 s
compile    starting shell (build)
compile    $ echo compiling
compile    > compiling
compile    finished in 44 ms
unit tests starting shell (test)
lint       starting shell (test)
unit tests $ exit 3
unit tests > E   boom
unit tests finished in 43 ms  FAIL 3\x20
lint       > linting
lint       finished in 38 ms  WARN 1\x20

 PASS  compile\x20\x20\x20
 WARN  lint        pre_script
  > linting
 FAIL  unit tests
pipeline finished in 2.61 s
"""
FILE = """
stages: [build, test]
compile: {stage: build, script: [echo compiling]}
unit tests: {stage: test, script: [echo begun, 'echo "E   boom"', exit 3]}
"""


def test_jobs_stages_and_ends_are_read_from_its_lines() -> None:
    reading = GitlabReading()
    log = reading.feed(PRINTED.encode()) + reading.end(cancelled=False)
    assert [(job.name, job.stage, job.status, job.reason) for job in reading.jobs.values()] == [
        ("compile", "build", Status.PASSED, ""), ("unit tests", "test", Status.FAILED, "exit 3"),
        ("lint", "test", Status.WARNED, "exit 1"),
    ]
    assert b"E   boom\n" in reading.logs["unit tests"]
    assert b"linting" not in reading.logs["unit tests"]
    assert log.decode() == PRINTED.replace("\n\n", "\n \n")


def test_what_was_cut_off_is_not_called_passed() -> None:
    reading = GitlabReading()
    reading.feed("\n".join(PRINTED.splitlines()[:7]).encode())
    reading.end(cancelled=True)
    states = [job.status for job in reading.jobs.values()]
    assert states == [Status.PASSED, Status.CANCELLED]


async def test_the_real_one_runs_a_pipeline(tmp_path: Path) -> None:
    if which("gitlab-ci-local") is None:
        pytest.skip("gitlab-ci-local is not installed: npm install -g gitlab-ci-local")
    bench = make(tmp_path)
    commit = bench.commit({".gitlab-ci.yml": FILE})
    bench.git("remote", "add", "origin", "https://gitlab.com/team/churn.git")
    runner = bench.runner(environ=dict(os.environ))
    assert [one.id for one in await runner.workflows()] == [WORKFLOW]
    command = await runner.command(commit, WORKFLOW)
    assert command is not None
    await runner.trust(command)
    run = await finished(runner, await runner.start(commit, "main", WORKFLOW), 60)
    assert run.status is Status.FAILED, await text(runner, run)
    jobs = {job.name: job for job in await runner.jobs(run)}
    assert {name: job.status for name, job in jobs.items()} == {
        "compile": Status.PASSED, "unit tests": Status.FAILED}
    log = (await runner.log(run, 0, job=jobs["unit tests"])).data
    assert b"E   boom" in log
