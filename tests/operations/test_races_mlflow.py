"""Two opstui that promote at once, in two processes with journals of their own, on a real server.

`OPSTUI_RACES=200` plays so many rounds instead of a few.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from opstui.backends.journal import read_lines
from opstui.domain.journal import verify
from tests.operations.test_promotion_mlflow import LOOK, TRAIN
from tests.panes.mlflow_bench import repository
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = [pytest.mark.mlflow]

ROUNDS = int(os.environ.get("OPSTUI_RACES", "20"))
APART = (0.0, 0.0, 0.005, 0.02, 0.05, 0.1)
"""Seconds between the two, one of them at random."""

PROMOTER = """
import asyncio, json, sys
from pathlib import Path
from opstui.operations.carry_out import carry_out
from opstui.operations.promotion import prepare
from opstui.operations.world import Rules
from tests.backends.mlflow.talking import connected
from tests.fakes.world import fake_world

async def main(url, model, version, folder):
    async with connected(url) as connection:
        world = fake_world(Path(folder), connection.registry, f"who{version}@x",
                           tracking=connection.tracking, rules=Rules(settle=0.5))
        print("ready", flush=True)
        for line in sys.stdin:
            plan = await prepare(world, model, version, "champion")
            print("planned", flush=True)
            sys.stdin.readline()
            outcome = await carry_out(world, plan)
            print(json.dumps([outcome.ending.name, outcome.now]), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class Promoter:
    """A person: a process of its own with a journal of its own, on the same server."""

    def __init__(self, url: str, model: str, version: str, folder: Path) -> None:
        folder.mkdir()
        self.version = version
        self.journal = folder / "journal.jsonl"
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROMOTER, url, model, version, str(folder)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )

    def tell(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.communicate(timeout=30)

    def results(self) -> list[dict[str, str]]:
        """How its promotions ended, as its journal says, oldest first."""
        lines = list(read_lines(self.journal))
        assert verify(lines).fault is None
        return [one for one in map(json.loads, lines) if one["phase"] == "result"]


@pytest.fixture
def model(judge: Judge) -> str:
    """A model of three versions; the first one is champion."""
    name = f"raced-{uuid.uuid4().hex[:8]}"
    judge(TRAIN, model=name, aucs=[0.90, 0.91, 0.92], sha="")
    return name


def test_of_two_that_promote_at_once_each_is_told_the_truth(
    mlflow_server: MlflowServer, model: str, judge: Judge, tmp_path: Path
) -> None:
    people = [
        Promoter(mlflow_server.url, model, version, tmp_path / version) for version in ("2", "3")
    ]
    chance, endings = random.Random(1), Counter[str]()
    told_by: tuple[list[str], list[str]] = ([], [])
    try:
        assert [one.hear() for one in people] == ["ready", "ready"]
        for number in range(ROUNDS):
            judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
            for one in people:
                one.tell()
            assert [one.hear() for one in people] == ["planned", "planned"]
            first, second = chance.sample(people, 2)
            first.tell()
            time.sleep(chance.choice(APART))  # so that they meet at different steps
            second.tell()
            told = [json.loads(one.hear()) for one in people]
            now = judge(LOOK, model=model)[0]["champion"]
            for one, (ending, said_now) in zip(people, told, strict=True):
                assert (ending == "DONE") == (now == one.version), (number, told, now)
                assert said_now == now
            assert [ending for ending, _ in told].count("DONE") == 1, (number, told)
            for kept, (ending, _) in zip(told_by, told, strict=True):
                kept.append(ending)
                endings[ending] += 1
    finally:
        for one in people:
            one.close()
    assert endings["DONE"] == ROUNDS
    assert set(endings) <= {"DONE", "LOST_RACE", "REFUSED_MOVED"}
    words = {"DONE": "done", "LOST_RACE": "lost", "REFUSED_MOVED": "refused"}
    for one, told in zip(people, told_by, strict=True):
        results = one.results()
        assert [entry["result"].partition(":")[0] for entry in results] == [
            words[ending] for ending in told
        ]
        assert {entry["object"] for entry in results} == {f"{model}@champion"}
    sys.stdout.write(f"{ROUNDS} rounds: {dict(endings)}\n")


def test_of_two_commands_at_once_one_exits_with_0_and_the_other_says_who_was_faster(
    mlflow_server: MlflowServer, model: str, judge: Judge, tmp_path: Path
) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    repository(folder)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "MLFLOW", "OPSTUI"))}

    def opstui(who: str, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "opstui", *words], cwd=folder, text=True,
            env=kept | {
                "HOME": str(tmp_path / who), "MLFLOW_TRACKING_URI": mlflow_server.url,
                "LC_ALL": "C.UTF-8", "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock",
            },
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )

    made = [
        opstui(f"who{version}", "promote", model, version, "--to", "champion",
               "--plan", str(tmp_path / f"{version}.json")) for version in ("2", "3")
    ]
    for one in made:
        out, _ = one.communicate(timeout=120)
        assert one.returncode == 0, out
    both = [opstui(f"who{version}", "apply", str(tmp_path / f"{version}.json"), "--yes", "--json")
            for version in ("2", "3")]
    said = [json.loads(one.communicate(timeout=120)[0]) for one in both]
    now = judge(LOOK, model=model)[0]["champion"]
    winner, loser = (0, 1) if now == "2" else (1, 0)
    assert both[winner].returncode == 0 and said[winner]["ending"] == "done"
    assert both[loser].returncode in (4, 5), said[loser]
    assert said[loser]["now"] == now
