"""Copying, deleting and looking for causes on a real server, with MLflow's client as the judge."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opstui.backends.git.repository import GitRepository
from opstui.backends.journal import read_lines
from opstui.domain.errors import OpstuiError
from opstui.domain.journal import verify
from opstui.domain.suspect import Found
from opstui.operations import registry_acts as acts
from opstui.operations.alias_history import history, witness
from opstui.operations.carry_out import carry_out
from opstui.operations.promotion import prepare
from opstui.operations.rollback import prepare_rollback
from opstui.operations.suspects import line_between, suspects
from opstui.operations.world import Rules, World
from opstui.panes.suspects import before_rollback, bisect, metrics_over
from opstui.ui.paint import text_of
from tests.backends.mlflow.talking import connected
from tests.desk import ScriptedDesk
from tests.fakes.world import fake_world
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = [pytest.mark.mlflow, pytest.mark.mlflow2]

MLMODEL = """\
flavors:
  python_function:
    python_version: 3.11.7
mlflow_version: {mlflow}
signature:
  inputs: '[{{"type": "{type}", "name": "age", "required": true}}]'
  outputs: '[{{"type": "double", "name": "score", "required": true}}]'
"""
MAKE = """
experiment = client.create_experiment(model)
client.create_registered_model(model)
for one in trained:
    run = client.create_run(experiment, tags={"mlflow.source.git.commit": one["sha"]})
    run_id = run.info.run_id
    client.log_metric(run_id, "auc", one["auc"])
    for name, value in one["params"].items():
        client.log_param(run_id, name, value)
    for name, text in one["files"].items():
        client.log_text(run_id, text, f"model/{name}")
    client.set_terminated(run_id)
    client.create_model_version(model, f"{run.info.artifact_uri}/model", run_id,
                                tags={"team": "fraud"})
client.set_registered_model_alias(model, "champion", "1")
"""


@pytest.fixture
def shas(tmp_path: Path) -> list[str]:
    """Three commits, the oldest first."""
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=ana", "-c", "user.email=a@b", *words], cwd=tmp_path,
            check=True, capture_output=True, text=True,
        ).stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    found = []
    for subject in ("Begin", "Scale the inputs", "Drop rows [red]without[/red] age"):
        git("commit", "--quiet", "--allow-empty", "--message", subject)
        found.append(git("rev-parse", "HEAD"))
    return found


@pytest.fixture
def model(judge: Judge, shas: list[str]) -> str:
    """Three versions: the second changed a parameter, the third all the rest."""
    name = f"acts-{uuid.uuid4().hex[:8]}"
    old = {"MLmodel": MLMODEL.format(mlflow="3.17.2", type="long"),
           "requirements.txt": "scikit_learn==1.5.2\nnumpy==2.1.0\n"}
    new = {"MLmodel": MLMODEL.format(mlflow="3.17.2", type="double"),
           "requirements.txt": "scikit-learn==1.6.0\nnumpy==2.1.0\npandas\n"}
    judge(MAKE, model=name, trained=[
        {"sha": shas[0], "auc": 0.91, "params": {"lr": "0.1", "depth": "3"}, "files": old},
        {"sha": shas[0], "auc": 0.90, "params": {"lr": "0.5", "depth": "3"}, "files": old},
        {"sha": shas[2], "auc": 0.80, "params": {"lr": "0.5", "depth": "4"}, "files": new},
    ])
    return name


@pytest.fixture
async def world(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    async with connected(mlflow_server.url) as connection:
        made = fake_world(
            tmp_path, connection.registry, tracking=connection.tracking, rules=Rules(settle=0.1),
            clock=lambda: datetime.now(UTC),
        )
        yield replace(made, git=GitRepository(tmp_path, made.calls))


async def test_what_changed_between_two_versions(world: World, model: str) -> None:
    old = await world.registry.version(model, "1")
    new = await world.registry.version(model, "3")
    line = await line_between(world, old, new)
    assert [one.version.version for one in line] == ["1", "2", "3"]
    found = await suspects(world, line)
    changed = {(one.what, one.text.partition(" ")[2] if one.what == "commit" else one.text):
               one.since for one in found if one.found is Found.CHANGED}
    assert changed == {
        ("commit", "Drop rows [red]without[/red] age (ana)"): "",
        ("commit", "Scale the inputs (ana)"): "",
        ("parameter", "lr 0.1 -> 0.5"): "2", ("parameter", "depth 3 -> 4"): "3",
        ("dependency", "scikit-learn 1.5.2 -> 1.6.0"): "",
        ("dependency", "pandas (none) -> any"): "",
        ("signature", "input age: long -> double"): "",
    }
    times = [one.at for one in found if one.found is Found.CHANGED and one.at]
    assert len(times) == len(changed) and times == sorted(times, reverse=True)
    assert {(one.what, one.found) for one in found if one.found is not Found.CHANGED} == {
        ("dataset", Found.UNKNOWN), ("image", Found.UNKNOWN),
    }
    told = [text_of(one) for one in metrics_over(world, line)]
    assert any("got worse most at v3 by 0.1" in one for one in told)


async def test_what_cannot_be_fetched_is_unknown(
    world: World, model: str, judge: Judge, tmp_path: Path
) -> None:
    judge("run = client.create_run(client.get_experiment_by_name(model).experiment_id)\n"
          "client.create_model_version(model, run.info.artifact_uri, run.info.run_id)\n"
          "client.delete_run(run.info.run_id)", model=model)
    desk = ScriptedDesk()
    await bisect(world, desk, await world.registry.version(model, "1"),
                 await world.registry.version(model, "4"))
    title, detail = desk.documents[0]
    assert title == f"{model}: what changed from v1 to v4"
    shown = "\n".join(text_of(one) for one in await detail.load(90))
    for what in ("commit      unknown: v4 names no commit", "dependency  unknown: ",
                 "signature   unknown: "):
        assert f"   ? {what}" in shown, shown


async def test_a_rollback_shows_the_champions_and_the_difference(
    world: World, model: str
) -> None:
    await carry_out(world, await prepare(world, model, "2", "champion"))
    await carry_out(world, await prepare(world, model, "3", "champion"))
    plan = await prepare_rollback(world, model)
    shown = [text_of(one) for one in await before_rollback(world, plan)]
    text = "\n".join(shown)
    assert shown[0] == f"champion of {model} until now"
    assert "v2 → v3  promoted" in shown[1] and "v1 → v2  promoted" in shown[2]
    assert "From v3 back to v2" in text
    assert "depth 4 -> 3" in text and "no longer in: " in text and "lr" not in text
    assert "scikit-learn 1.6.0 -> 1.5.2" in text


async def test_a_copy_as_mlflows_client_sees_it(
    world: World, model: str, judge: Judge, shas: list[str]
) -> None:
    await carry_out(world, await prepare(world, model, "2", "champion"))
    version = await world.registry.version(model, "2")
    target = f"prod.{model}"
    assert await acts.copy(world, version, target) == "1"
    source, run_id, tags, aliases = judge("""
found = client.get_model_version(target, "1")
answer = [found.source, found.run_id, dict(found.tags),
          dict(client.get_registered_model(target).aliases)]""", target=target)
    assert (source, run_id, aliases) == (f"models:/{model}/2", version.run_id, {})
    assert tags.pop("copied_at")
    assert tags == {
        "team": "fraud", "copied_from": f"{model}/2", "copied_by": "ana@build",
        "mlflow.source.git.commit": shas[0],
    }
    with pytest.raises(OpstuiError, match="has that copy already: v1"):
        await acts.copy(world, version, target)
    with pytest.raises(OpstuiError, match="is the model that it is in"):
        await acts.copy(world, version, model)
    with pytest.raises(OpstuiError, match="can't be a model's name"):
        await acts.copy(world, version, "prod/x")
    entry = (await world.journal.entries(1))[0]
    assert (entry.what, entry.result) == (
        "model.copy", f"done: {target} v1 is a copy of {model} v2")


async def test_only_what_no_alias_names_is_deleted(
    world: World, model: str, judge: Judge
) -> None:
    version = await world.registry.version(model, "2")
    judge("client.set_registered_model_alias(model, 'shadow', '2')", model=model)
    with pytest.raises(OpstuiError, match="was not deleted: shadow names it"):
        await acts.delete_version(world, version)
    numbers = (
        "found = client.search_model_versions(f\"name='{model}'\")\n"
        "answer = sorted(v.version for v in found)"
    )
    assert [str(one) for one in judge(numbers, model=model)] == ["1", "2", "3"]
    judge("client.delete_registered_model_alias(model, 'shadow')", model=model)
    await acts.delete_version(world, version)
    assert [str(one) for one in judge(numbers, model=model)] == ["1", "3"]

    registered = await world.registry.model(model)
    with pytest.raises(OpstuiError, match="was not deleted: champion names it"):
        await acts.delete_model(world, registered)
    judge("client.delete_registered_model_alias(model, 'champion')", model=model)
    await acts.delete_model(world, registered)
    assert judge("answer = [m.name for m in client.search_registered_models(f\"name='{model}'\")]",
                 model=model) == []
    assert [(e.what, e.result.partition(":")[0]) for e in await world.journal.entries()
            if e.phase == "result"] == [
        ("model.delete", "done"), ("model.delete", "failed"),
        ("model.version.delete", "done"), ("model.version.delete", "failed"),
    ]
    assert verify(read_lines(world.journal.path)).fault is None


async def test_what_mlflows_client_moved_is_seen_and_recorded(
    world: World, model: str, judge: Judge
) -> None:
    await carry_out(world, await prepare(world, model, "2", "champion"))
    judge("client.set_registered_model_alias(model, 'champion', '3')", model=model)
    assert await witness(world, [await world.registry.model(model)]) == 1
    assert await witness(world, [await world.registry.model(model)]) == 0
    found = await history(world, model)
    assert [(one.before, one.after, one.how) for one in found] == [
        ("2", "3", "elsewhere"), ("1", "2", "promoted")]
