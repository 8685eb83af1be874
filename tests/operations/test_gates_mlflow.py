"""Gates against a real MLflow server, judged by MLflow's own client."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from opstui.backends.git.repository import GitRepository
from opstui.backends.journal import read_lines
from opstui.domain.journal import verify
from opstui.domain.promotion import Ending, Outcome
from opstui.domain.status import Status
from opstui.operations.applying import apply
from opstui.operations.carry_out import carry_out
from opstui.operations.plan_file import read_plan, write_plan
from opstui.operations.promotion import prepare
from opstui.operations.world import Rules, World
from tests.backends.mlflow.talking import connected
from tests.fakes.registry import SHA
from tests.fakes.world import fake_world
from tests.operations.policies import environments, under
from tests.operations.test_promotion_mlflow import LOOK, TRAIN
from tests.panes.mlflow_bench import repository
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = pytest.mark.mlflow

ROUNDS = 6
"""Of a race here; the many are in `test_races_mlflow.py`."""
POLICY = """
[promotion.champion]
ci = true
[promotion.champion.metric.auc]
threshold = 0.85
max_regression = 0
"""
SIGNED = """
import numpy as np
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

class Model(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return np.zeros(len(model_input))

named = {"name" if mlflow.__version__ > "3" else "artifact_path": "model"}
mlflow.set_experiment(model)
for columns in signatures:
    inputs = Schema([ColSpec(kind, name, required=needed) for name, kind, needed in columns])
    with mlflow.start_run():
        mlflow.pyfunc.log_model(
            **named, python_model=Model(), registered_model_name=model, pip_requirements=[],
            signature=ModelSignature(inputs, Schema([ColSpec("double")])))
client.set_registered_model_alias(model, "champion", "1")
"""
PROD = """
name = f"prod.{model}"
found = client.get_model_version_by_alias(name, "champion")
answer = [found.version, found.source, found.run_id, dict(found.tags),
          client.get_model_version_download_uri(name, found.version),
          len(client.search_model_versions(f"name='{name}'"))]
"""


@pytest.fixture
def model(judge: Judge) -> str:
    """v1 is champion with 0.90, v2 is worse, v3 is better, v4 has NaN."""
    name = f"gated-{uuid.uuid4().hex[:8]}"
    judge(TRAIN, model=name, aucs=[0.90, 0.88, 0.92, "nan"], sha=SHA)
    return name


@pytest.fixture
async def bare(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    async with connected(mlflow_server.url) as connection:
        yield fake_world(
            tmp_path, connection.registry, tracking=connection.tracking,
            rules=Rules(settle=0.1),
        )


@pytest.fixture
def world(bare: World) -> World:
    return under(bare, POLICY)


@pytest.mark.mlflow2
async def test_a_worse_model_is_blocked_and_a_better_one_let_through(
    world: World, model: str, judge: Judge
) -> None:
    plan = await prepare(world, model, "2", "champion")
    assert [(one.name, one.status, one.text) for one in plan.blocked] == [(
        "metric.auc", Status.FAILED,
        "auc 0.88, at least 0.85; v1 has 0.9, must not be worse by more than 0",
    )]
    assert (await carry_out(world, plan)).ending is Ending.BLOCKED
    assert judge(LOOK, model=model)[0] == {"champion": "1"}
    assert (await carry_out(world, await prepare(world, model, "3", "champion"))).now == "3"
    assert judge(LOOK, model=model)[0] == {"champion": "3", "previous_champion": "1"}


@pytest.mark.mlflow2
async def test_nan_is_unknown_and_blocks(world: World, model: str, judge: Judge) -> None:
    plan = await prepare(world, model, "4", "champion")
    assert [(one.status, one.text) for one in plan.blocked] == [(Status.UNKNOWN, "auc is nan")]
    assert (await carry_out(world, plan)).ending is Ending.BLOCKED_UNKNOWN
    tags = judge(LOOK, model=model)[1]
    assert tags["4"] == {}


@pytest.mark.mlflow2
async def test_an_override_stands_in_the_journal(world: World, model: str, judge: Judge) -> None:
    plan = replace(await prepare(world, model, "2", "champion"), override="v1 leaks names")
    assert (await carry_out(world, plan)).ending is Ending.DONE
    assert judge(LOOK, model=model)[0]["champion"] == "2"
    evidence = dict((await world.journal.entries())[0].evidence)
    assert evidence["override"] == "v1 leaks names"
    assert evidence["gate.metric.auc"].startswith("failed: auc 0.88")
    assert verify(read_lines(world.journal.path)).fault is None


@pytest.mark.parametrize(("code", "why"), [
    ("client.set_registered_model_alias(model, 'champion', '2')", "champion names v2 now, not v1"),
    ("client.log_metric(client.get_model_version(model, '3').run_id, 'auc', 0.99)",
     "the candidate's auc is 0.99 now, not 0.92"),
    ("client.log_metric(client.get_model_version(model, '1').run_id, 'auc', 0.5)",
     "the champion's auc is 0.5 now, not 0.9"),
])
async def test_a_saved_plan_is_refused_when_the_world_moved(
    world: World, model: str, judge: Judge, tmp_path: Path, code: str, why: str
) -> None:
    path = tmp_path / "p.json"
    write_plan(path, await prepare(world, model, "3", "champion"), "ana")
    judge(code, model=model)
    before = judge(LOOK, model=model)
    _, outcome = await apply(world, read_plan(path))
    assert outcome.ending is Ending.REFUSED_MOVED and why in outcome.sentence
    assert judge(LOOK, model=model) == before


@pytest.mark.mlflow2
async def test_a_saved_plan_is_applied_when_nothing_moved(
    world: World, model: str, judge: Judge, tmp_path: Path
) -> None:
    path = tmp_path / "p.json"
    write_plan(path, await prepare(world, model, "3", "champion"), "ana")
    _, outcome = await apply(world, read_plan(path))
    assert (outcome.ending, judge(LOOK, model=model)[0]["champion"]) == (Ending.DONE, "3")


@pytest.mark.mlflow2
async def test_signatures_are_those_of_the_models_themselves(
    bare: World, judge: Judge
) -> None:
    name = f"signed-{uuid.uuid4().hex[:8]}"
    age, plan = ("customer_age_in_years_at_signup", "long", True), ("it's", "string", False)
    judge(SIGNED, model=name, signatures=[
        [age, plan], [age, plan], [(age[0], "double", True), plan],
        [age, plan, ("city", "string", False)],
    ])

    async def said(version: str, gate: str = "signature = true") -> tuple[Status, str]:
        world = under(bare, f"[promotion.champion]\n{gate}\n")
        found = await prepare(world, name, version, "champion")
        assert found.guard is not None
        return found.guard.gates[0].status, found.guard.gates[0].text

    assert await said("2") == (Status.PASSED, "2 inputs, 1 outputs, the same as v1")
    assert await said("3") == (
        Status.FAILED, f"unlike v1: input {age[0]}: long -> double")
    assert (await said("4"))[0] is Status.FAILED
    assert (await said("4", 'signature = { allow = "compatible" }'))[0] is Status.PASSED


@pytest.mark.mlflow2
async def test_a_model_without_files_has_an_unknown_signature(
    bare: World, model: str
) -> None:
    plan = await prepare(
        under(bare, "[promotion.champion]\nsignature = true\n"), model, "3", "champion")
    assert plan.blocked[0].status is Status.UNKNOWN
    assert "MLmodel can't be read" in plan.blocked[0].text


@pytest.mark.mlflow2
async def test_an_environment_of_its_own_is_a_copy(
    bare: World, model: str, judge: Judge
) -> None:
    world = under(bare, '[promotion.prod]\nmodel = "prod.{model}"\n'
                        "[promotion.prod.metric.auc]\nmax_regression = 0\n")
    judge("client.set_model_version_tag(model, '3', 'team', 'fraud')", model=model)
    outcome = await carry_out(world, await prepare(world, model, "3", "prod"))
    assert (outcome.ending, outcome.now) == (Ending.DONE, "1")
    number, source, run_id, tags, uri, count = judge(PROD, model=model)
    ours = judge("v = client.get_model_version(model, '3'); answer = [v.run_id, "
                 "client.get_model_version_download_uri(model, '3')]", model=model)
    assert (number, count, run_id, uri) == ("1", 1, *ours)
    assert source == f"models:/{model}/3"
    assert tags["copied_from"] == f"{model}/3" and tags["team"] == "fraud"
    assert tags["promoted_by"] == "ana@build"
    worse = await prepare(world, model, "2", "prod")
    assert [one.name for one in worse.blocked] == ["metric.auc"]
    assert (await carry_out(world, await prepare(world, model, "3", "prod"))).ending is (
        Ending.NOTHING_TO_DO)
    assert judge(PROD, model=model)[-1] == 1


def origin(tmp_path: Path) -> tuple[Path, str]:
    """A repository and its HEAD, which no remote has."""
    folder = tmp_path / "repo"
    folder.mkdir()
    return folder, repository(folder)


async def test_lineage_asks_git_whether_the_commit_is_pushed(
    bare: World, judge: Judge, tmp_path: Path
) -> None:
    import subprocess

    folder, sha = origin(tmp_path)
    name = f"lineage-{uuid.uuid4().hex[:8]}"
    judge(TRAIN, model=name, aucs=[0.9, 0.9], sha=sha)
    world = replace(
        under(bare, "[promotion.champion]\nlineage = true\n"),
        git=GitRepository(folder, bare.calls),
    )

    async def said() -> str:
        plan = await prepare(world, name, "2", "champion")
        assert plan.guard is not None
        return f"{plan.guard.gates[0].status.word}: {plan.guard.gates[0].text}"

    assert await said() == f"failed: {sha[:7]} is on no branch of a remote"
    for words in (("init", "-q", "--bare", "../hub"), ("remote", "add", "hub", "../hub"),
                  ("push", "-q", "hub", "main")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    assert await said() == f"passed: {sha[:7]} is recorded, and on hub/main"
    other = replace(world, git=GitRepository(tmp_path / "hub", bare.calls))
    plan = await prepare(other, name, "2", "champion")
    assert plan.guard is not None and plan.guard.gates[0].status is Status.FAILED  # it is a hub


async def test_two_promoters_at_once_lose_nothing_silently(
    mlflow_server: MlflowServer, model: str, judge: Judge, tmp_path: Path
) -> None:
    """Both see passing gates; whoever is told `done` is who serves, and both stand in the chain."""
    text = POLICY.replace("max_regression = 0", "")
    rules = Rules(settle=0.3, environments=environments(text))
    async with connected(mlflow_server.url) as one, connected(mlflow_server.url) as two:
        people = [
            fake_world(tmp_path, each.registry, who, tracking=each.tracking, rules=rules)
            for each, who in ((one, "ana@a"), (two, "ben@b"))
        ]
        ends: list[Ending] = []
        for attempt in range(ROUNDS):
            judge("client.set_registered_model_alias(model, 'champion', '1')", model=model)
            plans = await asyncio.gather(*(
                prepare(world, model, version, "champion")
                for world, version in zip(people, ("2", "3"), strict=True)
            ))

            async def go(number: int, plans: list[object] = plans) -> Outcome:  # type: ignore[assignment]
                return (await apply(people[number], plans[number]))[1]  # type: ignore[arg-type]

            told = await asyncio.gather(go(0), go(1))
            now = judge(LOOK, model=model)[0]["champion"]
            for outcome, version in zip(told, ("2", "3"), strict=True):
                assert (outcome.ending is Ending.DONE) == (now == version), (attempt, told)
            ends += [outcome.ending for outcome in told]
        assert ends.count(Ending.DONE) == ROUNDS
        assert set(ends) <= {Ending.DONE, Ending.LOST_RACE, Ending.REFUSED_MOVED}
    assert verify(read_lines(tmp_path / "journal.jsonl")).fault is None
