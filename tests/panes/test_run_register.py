"""A run's model becomes a version on a real server, judged by MLflow's own client."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opstui.domain.experiment import Experiment, Run
from opstui.operations.world import World
from opstui.panes.run_register import RunRegister
from opstui.panes.runs import RunsView
from tests.backends.mlflow.talking import connected
from tests.desk import ScriptedDesk
from tests.panes.mlflow_bench import repository, world
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = pytest.mark.mlflow

MADE = """
import pathlib, tempfile
experiment = client.create_experiment(name)
run = client.create_run(experiment, run_name="trained").info.run_id
client.log_text(run, "flavors: {}", "model/MLmodel")
client.log_text(run, "x", "notes/a.txt")
if logged:
    model = client.create_logged_model(experiment, name="churn", source_run_id=run)
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "MLmodel").write_text("flavors: {}")
    client.log_model_artifacts(model.model_id, str(folder))
    client.finalize_logged_model(model.model_id, "READY")
client.set_terminated(run)
answer = [run, model.model_id if logged else ""]
"""
FOUND = """
v = client.get_model_version(name, version)
answer = [v.run_id, v.status, v.source]
"""


@pytest.fixture
async def here(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    repository(tmp_path)
    async with connected(mlflow_server.url) as connection:
        yield world(connection, tmp_path)


def acts(world: World, run: Run) -> RunRegister:
    return RunRegister(RunsView(world, Experiment(run.experiment_id, "x")))


@pytest.mark.mlflow2
async def test_a_folder_with_a_model_becomes_the_first_and_the_second_version(
    here: World, judge: Judge
) -> None:
    run_id, _ = judge(MADE, name=uuid.uuid4().hex, logged=False)
    run, model = await here.tracking.run(run_id), f"churn {uuid.uuid4().hex[:6]}"
    for number in ("1", "2"):
        desk = ScriptedDesk(answers=[model], confirms=[True])
        await acts(here, run).register(run, desk)
        assert desk.said == [f"model of trained is v{number} of {model}"]
        first = "first version" in desk.questions[0].effect
        assert first == (number == "1")
    told, status, source = judge(FOUND, name=model, version="2")
    assert (told, status) == (run_id, "READY")
    assert source.endswith("/artifacts/model")
    entry = (await here.journal.entries())[0]
    assert (entry.what, entry.object, entry.result) == ("model.register", model, "done: v2")


async def test_a_logged_model_is_chosen_and_named_in_its_version(
    here: World, judge: Judge
) -> None:
    run_id, model_id = judge(MADE, name=uuid.uuid4().hex, logged=True)
    run, model = await here.tracking.run(run_id), f"churn-{uuid.uuid4().hex[:6]}"
    desk = ScriptedDesk(picks=["0"], answers=[model], confirms=[True])
    await acts(here, run).register(run, desk)
    assert [one.note for one in desk.menus[0]] == [model_id, "folder of the run"]
    told = judge(FOUND, name=model, version="1")
    assert told == [run_id, "READY", f"models:/{model_id}"]
    tagged = judge("answer = client.get_logged_model(id).tags['mlflow.modelVersions']", id=model_id)
    assert model in tagged


@pytest.mark.mlflow2
async def test_nothing_is_made_without_a_yes_or_without_a_model(
    here: World, judge: Judge
) -> None:
    run_id, _ = judge(MADE, name=uuid.uuid4().hex, logged=False)
    run, model = await here.tracking.run(run_id), f"never-{uuid.uuid4().hex[:6]}"
    await acts(here, run).register(run, ScriptedDesk(answers=[model], confirms=[False]))
    assert not await here.registry.has_model(model)
    assert await here.journal.entries() == ()
    bare = judge("answer = client.create_run(client.create_experiment(name)).info.run_id",
                 name=uuid.uuid4().hex)
    desk = ScriptedDesk()
    await acts(here, run).register(await here.tracking.run(bare), desk)
    assert "left no model" in desk.said[0]
