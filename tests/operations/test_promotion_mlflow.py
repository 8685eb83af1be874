"""Promotion against a real MLflow server, judged by MLflow's own client."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from opstui.backends.journal import read_lines
from opstui.domain.errors import OpstuiError
from opstui.domain.journal import verify
from opstui.domain.promotion import Ending, Outcome
from opstui.domain.status import Status
from opstui.operations.carry_out import carry_out
from opstui.operations.edits import describe, prepare_alias, set_tag
from opstui.operations.promotion import prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.world import Rules, World
from opstui.panes.versions import VersionsView
from opstui.ui.column import as_line
from opstui.ui.paint import text_of
from tests.backends.mlflow.talking import connected
from tests.fakes.registry import SHA
from tests.fakes.world import fake_world
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = [pytest.mark.mlflow, pytest.mark.mlflow2]

TRAIN = """
experiment = client.create_experiment(model)
client.create_registered_model(model)
for auc in aucs:
    run = client.create_run(experiment, tags={"mlflow.source.git.commit": sha})
    client.log_metric(run.info.run_id, "auc", auc)
    client.set_terminated(run.info.run_id)
    client.create_model_version(model, run.info.artifact_uri, run.info.run_id)
client.set_registered_model_alias(model, "champion", "1")
"""
LOOK = """
found = client.get_registered_model(model)
tags = {v.version: dict(v.tags) for v in client.search_model_versions(f"name='{model}'")}
answer = [found.aliases, {str(k): v for k, v in tags.items()}]
"""


@pytest.fixture
def model(judge: Judge) -> str:
    """A model of three versions; the first one is champion."""
    name = f"churn-{uuid.uuid4().hex[:8]}"
    judge(TRAIN, model=name, aucs=[0.90, 0.91, 0.92], sha=SHA)
    return name


@pytest.fixture
async def world(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    async with connected(mlflow_server.url) as connection:
        yield fake_world(
            tmp_path, connection.registry, tracking=connection.tracking,
            rules=Rules(settle=0.25),
        )


async def test_promote_and_roll_back_as_mlflows_client_sees_it(
    world: World, model: str, judge: Judge
) -> None:
    plan = await prepare(world, model, "2", "champion")
    assert plan.metrics[0].verdict.word == "better"
    assert {one.name: one.status for one in plan.evidence}["ci"] is Status.PASSED
    assert (await carry_out(world, plan)).ending is Ending.DONE
    await carry_out(world, await prepare(world, model, "3", "champion"))
    aliases, tags = judge(LOOK, model=model)
    assert aliases == {"champion": "3", "previous_champion": "2"}
    assert tags["3"]["promoted_by"] == "ana@build"
    assert tags["3"]["previous_champion_version"] == "2"

    assert (await carry_out(world, await prepare_rollback(world, model))).ending is Ending.DONE
    aliases, tags = judge(LOOK, model=model)
    assert aliases == {"champion": "2", "previous_champion": "1"}
    assert tags["2"]["rollback_of_version"] == "3"
    assert (await carry_out(world, await prepare_rollback(world, model))).now == "1"
    assert judge(LOOK, model=model)[0] == {"champion": "1"}
    assert verify(read_lines(world.journal.path)).fault is None


async def test_what_someone_else_did_meanwhile_is_kept(
    world: World, model: str, judge: Judge
) -> None:
    plan = await prepare(world, model, "2", "champion")
    judge("client.set_registered_model_alias(model, 'champion', '3')", model=model)
    outcome = await carry_out(world, plan)
    assert (outcome.ending, outcome.now) == (Ending.REFUSED_MOVED, "3")
    aliases, tags = judge(LOOK, model=model)
    assert aliases == {"champion": "3"} and tags["2"] == {}


async def test_aliases_tags_and_description(world: World, model: str, judge: Judge) -> None:
    await carry_out(world, await prepare_alias(world, model, "shadow", "2"))
    seen = await world.registry.version(model, "2")
    await set_tag(world, seen, "team", "frâud [b]")
    await describe(world, seen, "line one\nline two")
    aliases, tags = judge(LOOK, model=model)
    assert aliases["shadow"] == "2" and tags["2"] == {"team": "frâud [b]"}
    assert judge("answer = client.get_model_version(model, '2').description", model=model) \
        == "line one\nline two"
    await carry_out(world, await prepare_alias(world, model, "shadow", ""))
    await set_tag(world, await world.registry.version(model, "2"), "team", "")
    aliases, tags = judge(LOOK, model=model)
    assert "shadow" not in aliases and tags["2"] == {}


async def test_the_list_of_versions_takes_few_requests(world: World, model: str) -> None:
    view = VersionsView(world, model)
    page = await view.load()
    auc = next(column for column in view.columns() if column.id == "metrics.auc")
    shown = [text_of(as_line(auc.cell(one))).strip() for one in page.items]
    assert shown == ["0.92 +0.02", "0.91 +0.01", "0.9"]


async def test_a_version_that_does_not_exist_is_one_sentence(world: World, model: str) -> None:
    with pytest.raises(OpstuiError, match="version"):
        await prepare(world, model, "99", "champion")


class Interrupted:
    """A line to the server that passes an alias write on, but loses its answer."""

    def __init__(self, target: str, *, then_die: bool) -> None:
        self.target = target
        self.then_die = then_die
        self.lose = False
        self.dead = False

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            method, path, _ = first.split(" ")
            fields = dict(one.split(": ", 1) for one in lines if ": " in one)
            length = int({k.lower(): v for k, v in fields.items()}.get("content-length", "0"))
            body = await reader.readexactly(length)
            if self.dead:
                return
            async with httpx.AsyncClient(verify=False) as client:
                answer = await client.request(
                    method, self.target + path, content=body,
                    headers={"Content-Type": "application/json"},
                )
            if self.lose and method == "POST" and path.endswith("registered-models/alias"):
                self.dead = self.then_die
                return
            writer.write(
                f"HTTP/1.1 {answer.status_code} X\r\nContent-Type: "
                f"{answer.headers['content-type']}\r\nContent-Length: {len(answer.content)}\r\n"
                "Connection: close\r\n\r\n".encode() + answer.content
            )
            await writer.drain()
        finally:
            writer.close()


async def through_a_bad_line(
    server: MlflowServer, model: str, tmp_path: Path, *, dies: bool
) -> Outcome:
    """Promote where the alias write's answer is lost, and where the server is gone after it."""
    proxy = Interrupted(server.url, then_die=dies)
    listener = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener, connected(url) as connection:
        world = fake_world(
            tmp_path, connection.registry, tracking=connection.tracking, rules=Rules(settle=0.1),
        )
        plan = await prepare(world, model, "2", "challenger")
        proxy.lose = True
        return await carry_out(world, plan)


async def test_a_lost_answer_is_read_back_not_sent_again(
    mlflow_server: MlflowServer, model: str, judge: Judge, tmp_path: Path
) -> None:
    outcome = await through_a_bad_line(mlflow_server, model, tmp_path, dies=False)
    assert (outcome.ending, outcome.now) == (Ending.DONE, "2")
    assert "read back" in outcome.sentence
    assert judge(LOOK, model=model)[0]["challenger"] == "2"


async def test_a_server_that_dies_in_the_middle_leaves_it_unsure(
    mlflow_server: MlflowServer, model: str, tmp_path: Path
) -> None:
    outcome = await through_a_bad_line(mlflow_server, model, tmp_path, dies=True)
    assert (outcome.ending, outcome.now) == (Ending.UNSURE, "")
    assert "it is unknown what challenger names" in outcome.sentence
    assert outcome.steps[-1].status is Status.UNKNOWN
