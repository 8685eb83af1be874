"""A process that is killed in the middle of a promotion on a real server, and what comes after."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from opstui.backends.journal import read_lines
from opstui.domain.journal import verify
from opstui.domain.promotion import Ending
from opstui.operations import undo
from opstui.operations.carry_out import carry_out
from opstui.operations.promotion import prepare
from opstui.operations.world import Rules, World
from tests.backends.mlflow.talking import connected
from tests.fakes.registry import SHA
from tests.fakes.world import fake_world
from tests.operations.test_promotion_mlflow import LOOK, TRAIN
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = pytest.mark.mlflow

KILLED = """
import asyncio, os, pathlib, signal, sys
from opstui.operations.carry_out import carry_out
from opstui.operations.promotion import prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import Rules
from tests.backends.mlflow.talking import connected
from tests.fakes.world import fake_world

url, folder, model, verb, left = sys.argv[1:]
left = int(left)

def dying(method):
    async def write(*words):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return await method(*words)
    return write

async def main():
    async with connected(url) as connection:
        registry = connection.registry
        world = fake_world(pathlib.Path(folder), registry, tracking=connection.tracking,
                           rules=Rules(settle=0.0))
        plan = await (prepare(world, model, "2", "champion") if verb == "promote"
                      else prepare_rollback(world, model))
        for name in ("set_alias", "delete_alias", "set_version_tag", "delete_version_tag"):
            setattr(registry, name, dying(getattr(registry, name)))
        await carry_out(world, plan)

asyncio.run(main())
"""


@pytest.fixture
def model(judge: Judge) -> str:
    name = f"cut-{uuid.uuid4().hex[:8]}"
    judge(TRAIN, model=name, aucs=[0.90, 0.91, 0.92], sha=SHA)
    return name


@pytest.fixture
async def world(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    async with connected(mlflow_server.url) as connection:
        yield fake_world(
            tmp_path, connection.registry, tracking=connection.tracking, rules=Rules(settle=0.1),
        )


def killed(server: MlflowServer, folder: Path, model: str, verb: str, writes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, server.url, str(folder), model, verb, str(writes)],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def plain(found: Any) -> Any:
    aliases, tags = found
    return aliases, {version: held for version, held in tags.items() if held}


async def test_a_promotion_that_is_killed_at_every_step_is_undone(
    mlflow_server: MlflowServer, world: World, model: str, judge: Judge, tmp_path: Path
) -> None:
    before = judge(LOOK, model=model)
    for writes in range(5):  # three tags, the way back, the champion
        killed(mlflow_server, tmp_path, model, "promote", writes)
        (cut,) = await undo.cuts(world)
        assert sum(await undo.how_far(world, cut)) == writes
        assert (await undo.go_back(world, cut)).ending.fine
        assert judge(LOOK, model=model) == before
    assert verify(read_lines(world.journal.path)).fault is None


@pytest.mark.mlflow2
async def test_a_rollback_that_is_killed_goes_on_to_the_same_end(
    mlflow_server: MlflowServer, world: World, model: str, judge: Judge, tmp_path: Path
) -> None:
    for version in ("2", "3"):
        await carry_out(world, await prepare(world, model, version, "champion"))
    killed(mlflow_server, tmp_path, model, "rollback", 4)
    assert judge(LOOK, model=model)[0] == {"champion": "3", "previous_champion": "1"}
    (cut,) = await undo.cuts(world)
    assert (await undo.go_on(world, cut)).ending is Ending.DONE
    aliases, tags = judge(LOOK, model=model)
    assert aliases == {"champion": "2", "previous_champion": "1"}
    assert tags["2"]["rollback_of_version"] == "3"
    assert await undo.cuts(world) == ()


@pytest.mark.mlflow2
async def test_ones_own_promotion_is_undone_as_mlflows_client_sees_it(
    world: World, model: str, judge: Judge
) -> None:
    before = judge(LOOK, model=model)
    await carry_out(world, await prepare(world, model, "2", "champion"))
    last = await undo.last_own(world)
    judge("client.set_registered_model_alias(model, 'champion', '3')", model=model)
    assert (await undo.take_back(world, last)).ending is Ending.REFUSED_MOVED
    assert judge(LOOK, model=model)[0]["champion"] == "3"
    judge("client.set_registered_model_alias(model, 'champion', '2')", model=model)
    assert (await undo.take_back(world, last)).ending is Ending.DONE
    assert judge(LOOK, model=model) == before


async def test_an_act_that_another_process_is_at_is_not_cut(world: World, tmp_path: Path) -> None:
    at_it = subprocess.Popen(
        [sys.executable, "-c", """
import asyncio, pathlib, sys
from opstui.backends.journal import FileJournal
journal = FileJournal(pathlib.Path(sys.argv[1]), who='ana@build')
asyncio.run(journal.append(what='model.promote', object='m@champion', place='p',
                           phase='intent', act='abcdef012345', before='1', after='2'))
print('begun', flush=True)
sys.stdin.read()
""", str(world.journal.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    with at_it:
        assert at_it.stdout is not None
        assert at_it.stdout.readline() == "begun\n"
        assert await world.journal.under_way("abcdef012345")
        assert await undo.cuts(world) == ()
        at_it.kill()
        at_it.wait()
        assert [cut.entry.act for cut in await undo.cuts(world)] == ["abcdef012345"]
