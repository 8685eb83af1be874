"""Runs and versions side by side: by key from their lists, over a real MLflow and real git."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Experiment
from opstui.operations.world import World
from opstui.panes.runs import RunsView
from opstui.panes.versions import VersionsView
from opstui.ui.sheet import Comparing, Sheet
from tests.backends.mlflow.talking import connected
from tests.desk import ScriptedDesk
from tests.fakes.whole import Systems
from tests.house.settled import settle
from tests.panes.mlflow_bench import Rest, world
from tests.panes.test_models import press
from tests.servers.mlflow_server import Judge, MlflowServer
from tests.ui.driver import Driver, driving

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEGAN_MS = int(BEGAN.timestamp() * 1000)


# by key, on the whole screen


@asynccontextmanager
async def at_runs(width: int = 120, height: int = 35) -> AsyncIterator[Driver]:
    async with driving(Systems().app(), width, height) as person:
        await settle(person.pilot)
        await person.press("4", "enter")
        await person.sees("scaler-quantile")
        yield await settle(person.pilot)


@pytest.mark.parametrize("size", [(160, 45), (120, 35), (80, 24)])
async def test_marked_runs_are_compared_and_charted_by_key(size: tuple[int, int]) -> None:
    async with at_runs(*size) as person:
        await person.press("c")
        await person.sees("mark two or more with space first")
        await person.press("space", "space", "c")
        await person.sees("rows differ")
        await person.sees("★ 0.9123")
        await person.press("=")
        await person.sees("churn v7")
        await person.press("m")
        await person.sees("● baseline [v7]")
        await person.press("escape")
        await person.sees("rows differ")
        await person.press("escape")
        await person.sees_no("rows differ")
        await person.press("m")
        await person.sees("2 runs")


async def test_a_run_beside_the_champion_with_one_key() -> None:
    async with at_runs() as person:
        await person.press("j", "=")
        await person.sees("churn v7")
        await person.sees("+0.0083")


async def test_versions_are_compared_by_key() -> None:
    async with driving(Systems().app(), 120, 35) as person:
        await settle(person.pilot)
        await person.press("5", "enter")
        await person.sees("v9")
        await settle(person.pilot)
        await person.press("=")
        await person.sees("churn v9")
        await person.sees("churn v7")


# what is in it


@pytest.fixture(scope="module")
def rest(mlflow_server: MlflowServer) -> Iterator[Rest]:
    with Rest(mlflow_server.url) as client:
        yield client


def commits(folder: Path, count: int) -> list[str]:
    """A repository with commits 0, 1, …; their ids."""
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True,
            capture_output=True, text=True,
        ).stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    ids: list[str] = []
    for number in range(count):
        git("commit", "--quiet", "--allow-empty", "--message", f"change {number}")
        ids.append(git("rev-parse", "HEAD"))
    return ids


@pytest.fixture
async def here(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    async with connected(mlflow_server.url) as connection:
        yield world(connection, tmp_path, now=BEGAN + timedelta(hours=5))


def told(sheet: Sheet) -> dict[tuple[str, str], list[str]]:
    return {(row.section, row.name): [cell.text for cell in row.cells] for row in sheet.rows}


async def whole(comparing: Comparing) -> dict[tuple[str, str], list[str]]:
    await comparing.complete(lambda: None)
    return told(comparing.sheet())


def trained(rest: Rest, ids: list[str]) -> Experiment:
    experiment = rest.experiment(f"beside-{uuid.uuid4().hex[:6]}")
    for number, commit in enumerate(ids):
        rest.run(
            experiment, f"run-{number}", BEGAN_MS + number, params={"C": str(number), "seed": "7"},
            metrics={"auc": ["NaN" if number == 2 else 0.9 + number / 100], "loss": [0.3]},
            tags={"mlflow.source.git.commit": commit, "team": "red"},
        )
    return experiment


@pytest.mark.mlflow
async def test_commits_between_runs_are_listed_and_odd_values_never_best(
    here: World, rest: Rest, tmp_path: Path
) -> None:
    ids = commits(tmp_path, 4)
    view = RunsView(here, trained(rest, [ids[0], ids[2], ids[3], "ab" * 20]))
    runs = sorted((await view.load()).items, key=lambda run: run.name)
    desk = ScriptedDesk(marks=list(runs))
    await press(view, "c", runs[0], desk)
    [comparing] = desk.comparisons
    rows = await whole(comparing)
    assert rows["Metrics", "auc"] == ["0.9", "0.91", "nan", "0.93"]
    best = {row.name: [cell.best for cell in row.cells] for row in comparing.sheet().rows}
    assert best["auc"] == [False, False, False, True]
    assert rows["Parameters", "C"] == ["0", "1", "2", "3"]
    assert rows["Commits", "from run-0"] == ["the same commit", "+2", "+3", ""]
    assert rows["Commits", f"{ids[2][:7]} change 2"] == ["", "yes", "yes", ""]
    assert rows["Commits", f"{ids[3][:7]} change 3"] == ["", "", "yes", ""]
    assert comparing.sheet().notes == ("commit abababa is not in this clone",)
    assert not next(row for row in comparing.sheet().rows if row.name == "seed").differs


@pytest.mark.mlflow
async def test_the_selection_changes_inside(here: World, rest: Rest, tmp_path: Path) -> None:
    view = RunsView(here, trained(rest, commits(tmp_path, 3)))
    runs = list((await view.load()).items)
    desk = ScriptedDesk(marks=runs[:2])
    await press(view, "c", runs[0], desk)
    [comparing] = desk.comparisons
    [offered] = await comparing.others()
    await comparing.add(offered.id)
    assert len(comparing.sheet().heads) == 3
    assert comparing.drop(0) == ""
    assert "two have to stay" in comparing.drop(0)
    comparing.measure_by(0)
    assert comparing.sheet().base == 0
    comparing.measure_by(0)
    assert comparing.sheet().base is None


@pytest.mark.mlflow
@pytest.mark.mlflow2
async def test_versions_show_signature_artifacts_and_stand_beside_the_champion(
    here: World, rest: Rest, judge: Judge, tmp_path: Path
) -> None:
    commits(tmp_path, 1)
    name = f"beside-{uuid.uuid4().hex[:6]}"
    judge(
        """
import mlflow.pyfunc
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema
class Plain(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return model_input
named = {"name" if mlflow.__version__ > "3" else "artifact_path": "model"}
mlflow.set_experiment(name)
for number in range(2):
    columns = [ColSpec("double", "age")] + ([ColSpec("string", "plan")] if number else [])
    signature = ModelSignature(inputs=Schema(columns), outputs=Schema([ColSpec("double", "p")]))
    with mlflow.start_run(run_name=f"train {number}"):
        mlflow.log_metric("auc", 0.9 - number / 10)
        mlflow.log_text("x" * 1000, "notes/plain.txt")
        mlflow.pyfunc.log_model(**named, python_model=Plain(), signature=signature,
                                registered_model_name=name, pip_requirements=[])
client.set_registered_model_alias(name, "champion", "1")
""",
        name=name,
    )
    view = VersionsView(here, name)
    version = next(one for one in (await view.load()).items if one.version == "2")
    desk = ScriptedDesk()
    await press(view, "=", version, desk)
    [comparing] = desk.comparisons
    rows = await whole(comparing)
    assert [head.split()[1] for head in comparing.sheet().heads] == ["v1", "v2"]
    assert rows["Signature", "input plan"] == ["", "string"]
    assert rows["Signature", "input age"] == ["double", "double"]
    assert rows["Artifacts", "notes/"] == ["1.0 kB", "1.0 kB"]
    auc = next(row for row in comparing.sheet().rows if row.name == "auc")
    assert [cell.note for cell in auc.cells] == ["", "-0.1"]
    assert [cell.best for cell in auc.cells] == [True, False]
    await comparing.charts(desk)
    [plot] = desk.plots
    assert [thing.name for thing in plot.things()] == ["train 0", "train 1"]
    assert list(plot.metrics()) == ["auc"]
    courses = await plot.courses("auc", None, 100)
    assert [list(one.values) for one in courses] == [[0.9], [0.8]]
    assert [list(one.values) for one in await plot.whole("auc")] == [[0.9], [0.8]]


async def test_one_alone_or_nothing_to_draw_is_said(tmp_path: Path) -> None:
    from tests.fakes.world import fake_world

    view = VersionsView(fake_world(tmp_path), "churn")
    seven = next(one for one in (await view.load()).items if one.version == "7")
    ten = next(one for one in (await view.load()).items if one.version == "10")
    desk = ScriptedDesk()
    await press(view, "c", seven, desk)
    await press(view, "=", seven, desk)
    assert desk.said == ["mark two or more with space first", "it is the champion itself"]
    with pytest.raises(OpstuiError, match="no run with metrics"):
        await press(view, "m", ten, desk)


def test_signatures_of_runs_come_from_mlflows_own_tag() -> None:
    import json

    from opstui.panes.comparing_parts import logged

    inputs: Any = json.dumps([
        {"type": "double", "name": "age"},
        {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 5]}},
    ])
    tag = json.dumps([{"run_id": "a"}, {"signature": {"inputs": inputs, "outputs": None}}])
    assert logged(tag) == (("input age", "double"), ("input 1", "tensor float64 [-1, 5]"))
    for odd in ("", "[]", "{", "3", '[{"signature": null}]', '[{"signature": {"inputs": "3"}}]'):
        assert logged(odd) == ()
