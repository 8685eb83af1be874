"""The demo is what it says: a real repository, real test results, and no trace.

Its models are judged in `tests/e2e/test_demo.py`, where a person uses them.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.docker.engine import DockerEngine
from opstui.commands import demo as command
from opstui.demo.history import Teller
from opstui.demo.images import DEMO_LABEL, DemoImages
from opstui.demo.place import MARKER
from opstui.demo.tested import TESTED, run_tests
from opstui.demo.workspace import prepare
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from opstui.places import places
from tests.e2e.demo_judged import ended
from tests.servers.dockerd import PrivateDockerd
from tests.servers.mlflow_server import require_mlflow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NO_ENGINE = "unix:///nowhere/docker.sock"


@pytest.fixture
def told(tmp_path: Path) -> Teller:
    teller = Teller(tmp_path / "ws", NOW)
    teller.tell()
    return teller


def git(repository: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_repository_has_branches_that_stand_differently_to_their_upstreams(
    told: Teller,
) -> None:
    shown = git(
        told.repository, "for-each-ref", "--format=%(refname:short) %(upstream:track)",
        "refs/heads",
    )
    assert {line.partition(" ")[0]: line.partition(" ")[2] for line in shown.split("\n")} == {
        "chore/docker-user": "[gone]",
        "experiment/boosting-depth": "",
        "feature/quantile-scaler": "[ahead 1, behind 1]",
        "feature/threshold-tuning": "",
        "fix/nan-input": "",
        "main": "[ahead 2]",
    }
    remote = git(told.repository, "for-each-ref", "--format=%(refname:short)", "refs/remotes")
    assert "origin/feature/explanations" in remote
    assert git(told.repository, "status", "--porcelain") == ""
    assert git(told.repository, "branch", "--merged", "main").split() == [
        "feature/threshold-tuning", "*", "main",
    ]


def test_three_people_wrote_it_over_the_last_weeks(told: Teller) -> None:
    log = git(told.repository, "log", "--all", "--format=%an|%ct").splitlines()
    people, times = zip(*(line.split("|") for line in log), strict=True)
    assert len(log) >= 18
    assert len(set(people)) == 3
    assert min(map(int, times)) > NOW.timestamp() - 30 * 86400
    assert max(map(int, times)) < NOW.timestamp()


def test_every_commit_is_a_program(told: Teller) -> None:
    for commit in git(told.repository, "rev-list", "--all").split():
        for path in git(told.repository, "ls-tree", "-r", "--name-only", commit).split("\n"):
            if path.endswith(".py"):
                ast.parse(git(told.repository, "show", f"{commit}:{path}"), path)


async def test_its_tests_were_really_run(told: Teller, tmp_path: Path) -> None:
    inside = {f"XDG_{what}_HOME": str(tmp_path / what) for what in ("STATE", "CACHE", "DATA")}
    runs = await run_tests(told.repository, places(inside), told.commits, RecentCalls())
    assert len(runs) == len(TESTED)
    failed = {run.branch for run in runs if run.status is Status.FAILED}
    passed = {run.branch for run in runs if run.status is Status.PASSED}
    assert failed == {"fix/nan-input"}
    assert passed == {"main", "feature/quantile-scaler", "feature/threshold-tuning"}
    assert {run.commit for run in runs} <= set(told.commits.values())


@pytest.mark.docker
async def test_images_name_their_commits_and_are_removed_again(
    told: Teller, dockerd: PrivateDockerd
) -> None:
    engine = DockerEngine(RecentCalls(), host=dockerd.url)
    before = {image.id for image in await engine.images()}
    mine = DemoImages(RecentCalls(), "mine", host=dockerd.url)
    other = DemoImages(RecentCalls(), "other", host=dockerd.url)
    assert await mine.make(told.repository, told.commits) == 4
    made = [image for image in await engine.images() if image.id not in before]
    assert {image.revision for image in made} <= set(told.commits.values())
    assert {dict(image.labels)[DEMO_LABEL] for image in made} == {"mine"}
    await other.remove()
    assert len(await engine.images()) == len(before) + 4
    await mine.remove()
    assert {image.id for image in await engine.images()} == before
    await engine.close()
    mine.close()
    other.close()


@pytest.mark.mlflow
@pytest.mark.parametrize("number, code", [
    (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130),
])
async def test_a_demo_that_is_told_to_end_leaves_nothing(
    tmp_path: Path, number: int, code: int
) -> None:
    require_mlflow()
    folder = tmp_path / "demo"
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opstui", "demo", str(folder), "--keep",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "DOCKER_HOST": NO_ENGINE, "XDG_STATE_HOME": str(tmp_path / "state")},
        # a shell's background job, as CI may be, hands on that it ignores interrupts
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    assert program.stdout is not None
    async with asyncio.timeout(120):
        async for text in program.stdout:
            if text.startswith(b"made a git repository"):
                break
        assert folder.exists()
        program.send_signal(number)
        await program.communicate()
    assert program.returncode == code
    assert not folder.exists()
    await ended(folder)
    assert not folder.exists()


async def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(OpstuiError, match="empty folder"):
        await prepare(tmp_path, tell=lambda text: None, docker_host=NO_ENGINE)
    assert (tmp_path / "mine").read_text() == "precious"
    assert not (tmp_path / MARKER).exists()


async def test_without_scikit_learn_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "sklearn" else found(name)
    )
    with pytest.raises(OpstuiError) as told:
        await prepare(tmp_path / "demo", tell=lambda text: None)
    assert "scikit-learn is not installed" in str(told.value)
    assert told.value.hint == "pip install 'opstui[demo]'"
    assert told.value.where == sys.executable
    assert not (tmp_path / "demo").exists()


async def test_without_a_terminal_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    args = argparse.Namespace(folder=tmp_path / "demo", keep=False)
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        with pytest.raises(OpstuiError, match="needs a terminal"):
            await command.run(args, places({}), {})
    assert not (tmp_path / "demo").exists()
