"""Nested runs, odd names and live runs on a real server."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.backends.choices import FileChoices
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Experiment
from opstui.domain.run_query import field
from opstui.operations.world import World
from opstui.panes.run_acts import RunActs
from opstui.panes.run_columns import BY_ITSELF
from opstui.panes.runs import RunsView
from opstui.ui.column import as_line
from opstui.ui.level import Level
from opstui.ui.paint import text_of
from tests.backends.mlflow.talking import connected
from tests.desk import ScriptedDesk
from tests.panes.mlflow_bench import Rest, repository, world
from tests.panes.test_runs import BEGAN, BEGAN_MS
from tests.servers.mlflow_server import MlflowServer

pytestmark = [pytest.mark.mlflow, pytest.mark.mlflow2]

ODD = ("val/auc", "größe x:y-z", "模型 .f1")


@pytest.fixture
def rest(mlflow_server: MlflowServer) -> Iterator[Rest]:
    with Rest(mlflow_server.url) as client:
        yield client


@pytest.fixture
def empty(rest: Rest) -> Experiment:
    return rest.experiment(f"nested-{uuid.uuid4().hex[:6]}")


@pytest.fixture
async def here(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    repository(tmp_path)
    async with connected(mlflow_server.url) as connection:
        yield world(connection, tmp_path, now=BEGAN + timedelta(hours=5))


def make(
    rest: Rest, experiment: Experiment, name: str, second: int, *, parent: str = "",
    status: str = "FINISHED", **metrics: float | str,
) -> str:
    return rest.run(
        experiment, name, BEGAN_MS + second * 1000, params={},
        metrics={key: [value] for key, value in metrics.items()},
        tags={"mlflow.parentRunId": parent} if parent else {}, status=status,
    )


async def opened(view: RunsView) -> Level:
    level = Level(view, lambda: BEGAN)
    assert await level.load()
    return level


def rows(level: Level) -> list[str]:
    """The names as they are drawn."""
    view = level.view
    items = view.unfolded(level.snapshot.items)
    name = next(column for column in view.columns() if column.id == "name")
    return [text_of(as_line(name.cell(item))) for item in items]


async def test_nested_runs_are_in_their_parents_until_these_are_unfolded(
    here: World, empty: Experiment, rest: Rest
) -> None:
    parent = make(rest, empty, "search", 0)
    alone = make(rest, empty, "alone", 1)
    inner = make(rest, empty, "fold-1", 2, parent=parent)
    make(rest, empty, "fold-2", 3, parent=parent)
    make(rest, empty, "deep", 4, parent=inner)
    view = RunsView(here, empty)
    level, desk = await opened(view), ScriptedDesk()
    assert rows(level) == ["alone", "▸ search"]
    search = level.snapshot.items[1]
    await RunActs(view).fold(search, desk)
    assert rows(level) == ["alone", "▾ search", "  fold-2", "  ▸ fold-1"]
    await RunActs(view).fold(view.unfolded(level.snapshot.items)[3], desk)
    assert rows(level)[3:] == ["  ▾ fold-1", "    deep"]
    await RunActs(view).fold(view.unfolded(level.snapshot.items)[2], desk)
    assert desk.jumps == [("runs", parent)]
    assert rows(level) == ["alone", "▸ search"]
    await RunActs(view).fold(next(run for run in level.snapshot.items if run.id == alone), desk)
    assert desk.said == ["no runs are nested in alone"]


async def test_what_only_nested_runs_have_gets_columns_when_they_are_unfolded(
    here: World, empty: Experiment, rest: Rest
) -> None:
    parent = make(rest, empty, "search", 0)
    make(rest, empty, "fold-1", 2, parent=parent, auc=0.8)
    view = RunsView(here, empty)
    level, desk = await opened(view), ScriptedDesk()
    assert "metrics.auc" in view.filter_words()
    assert "metrics.auc" not in [column.id for column in view.columns()]
    await RunActs(view).fold(level.snapshot.items[0], desk)
    for _ in range(2):
        assert "metrics.auc" in [column.id for column in view.columns()]
        await level.load(glance=True)


async def test_filtered_sorted_and_flat_lists_have_every_run_for_itself(
    here: World, empty: Experiment, rest: Rest
) -> None:
    parent = make(rest, empty, "search", 0)
    make(rest, empty, "fold-1", 2, parent=parent, auc=0.8)
    view = RunsView(here, empty)
    level, desk = await opened(view), ScriptedDesk()
    assert rows(level) == ["▸ search"]
    view.server_sort("metrics.auc", True)
    await level.load(fresh=True)
    assert rows(level) == ["fold-1", "search"]
    view.server_sort("", False)
    view.server_filter("fold")
    await level.load(fresh=True)
    assert rows(level) == ["fold-1"]
    view.server_filter("")
    await RunActs(view).flatten(desk)
    assert desk.reloads == ["runs"]
    await level.load(fresh=True)
    assert rows(level) == ["fold-1", "search"]


async def test_pages_hold_runs_of_their_own_however_many_are_nested(
    here: World, empty: Experiment, rest: Rest
) -> None:
    parents = [make(rest, empty, f"p{n}", 10 * n) for n in range(3)]
    for n in range(12):
        make(rest, empty, f"c{n}", 100 + n, parent=parents[0])
    ask = here.tracking.runs
    page = await ask(empty.id, order_by="attributes.start_time DESC", limit=2, parent="")
    assert [run.name for run in page.items] == ["p2", "p1"]
    rest_of = await ask(empty.id, order_by="attributes.start_time DESC", limit=2, parent="",
                        token=page.token)
    assert [run.name for run in rest_of.items] == ["p0"]
    inside = await ask(empty.id, parent=parents[0], limit=100)
    assert len(inside.items) == 12


@pytest.mark.parametrize("name", ODD)
async def test_odd_names_are_sorted_filtered_and_completed(
    here: World, empty: Experiment, rest: Rest, name: str
) -> None:
    for n, value in enumerate((0.5, 0.7, "NaN", 1.7976931348623157e308)):
        make(rest, empty, f"run-{n}", n, **{name: value})
    make(rest, empty, "without", 9)
    view = RunsView(here, empty)
    level = await opened(view)
    assert field("metrics", name) in view.filter_words()
    column = next(one for one in view.columns() if one.id == f"metrics.{name}")
    shown = {run.name: column.cell(run) for run in level.snapshot.items}
    assert shown == {"run-0": "0.5", "run-1": "0.7", "run-2": "nan", "run-3": "inf", "without": ""}
    view.server_sort(f"metrics.{name}", True)
    await level.load(fresh=True)
    assert rows(level)[:3] == ["run-3", "run-1", "run-0"]
    assert set(rows(level)[3:]) == {"run-2", "without"}, "what has no number comes last"
    view.server_filter(f"{field('metrics', name)} > 0.6")
    await level.load(fresh=True)
    assert rows(level) == ["run-3", "run-1"]


@pytest.mark.parametrize("wrong, told", [
    ("metrics.auc > 0.9 OR params.C = '1'", "AND only"),
    ("metrics.val/auc > 1", "backticks"),
    ("params.C = 1", "params.C = '1'"),
    ("auc > 1", "say what it is"),
])
async def test_a_wrong_filter_says_what_to_do_and_loses_nothing(
    here: World, empty: Experiment, rest: Rest, wrong: str, told: str
) -> None:
    make(rest, empty, "kept", 0)
    view = RunsView(here, empty)
    level = await opened(view)
    view.server_filter(wrong)
    await level.load(fresh=True)
    assert told in level.snapshot.problem
    assert "MLflow says" in level.snapshot.problem
    assert rows(level) == ["kept"]
    with pytest.raises(OpstuiError):
        await view.load()


async def test_a_filter_that_finds_nothing_says_why_that_may_be(
    here: World, empty: Experiment, rest: Rest
) -> None:
    make(rest, empty, "one", 0, auc=0.5)
    view = RunsView(here, empty)
    level = await opened(view)
    view.server_filter("metrics.acu > 0.1 AND attributes.status = 'finished'")
    await level.load(fresh=True)
    assert rows(level) == []
    why = "\n".join(text_of(line) for line in view.empty())
    assert "the metric acu" in why
    assert "FINISHED" in why


async def test_a_run_behind_the_first_page_goes_on_and_deleted_ones_go(
    here: World, empty: Experiment, rest: Rest
) -> None:
    late = make(rest, empty, "late", 0, status="RUNNING")
    gone = make(rest, empty, "gone", 1, status="RUNNING")
    for n in range(100):
        make(rest, empty, f"run-{n:03}", 10 + n)
    view = RunsView(here, empty)
    level = await opened(view)
    assert await level.load(more=True)
    assert [run.name for run in level.snapshot.items[-2:]] == ["gone", "late"]
    rest.post("runs/log-metric", run_id=late, key="auc", value=0.75, timestamp=BEGAN_MS)
    rest.post("runs/update", run_id=late, status="FINISHED", end_time=BEGAN_MS + 60_000)
    rest.post("runs/delete", run_id=gone)
    rest.post("runs/delete", run_id=level.snapshot.items[5].id)
    assert await level.load(glance=True)
    assert len(level.snapshot.items) == 100
    last = level.snapshot.items[-1]
    assert (last.name, last.metric("auc"), last.status.finished) == ("late", 0.75, True)
    assert (await view.glance()) is not None
    assert not view._running


async def test_columns_are_chosen_for_an_experiment_and_remembered(
    here: World, empty: Experiment, rest: Rest, tmp_path: Path
) -> None:
    make(rest, empty, "one", 0, auc=0.5, loss=0.1)
    file = tmp_path / "state" / "columns.json"
    kept = replace(here, choices=FileChoices(file))
    view = RunsView(kept, empty)
    await opened(view)
    desk = ScriptedDesk(sets=[("metrics.loss", "user", "tags.team")])
    await RunActs(view).columns(desk)
    ids = ["status", "name", "metrics.loss", "user", "tags.team"]
    assert [column.id for column in view.columns()] == ids
    assert {one.id for one in desk.menus[0]} >= {"metrics.auc", "commit", "dataset", BY_ITSELF}
    again = RunsView(replace(kept, choices=FileChoices(file)), empty)
    await opened(again)
    assert [column.id for column in again.columns()] == ids
    file.write_text("{ damaged")
    anew = RunsView(replace(kept, choices=FileChoices(file)), empty)
    await opened(anew)
    assert "metrics.auc" in [column.id for column in anew.columns()]
    await RunActs(again).columns(ScriptedDesk(sets=[(BY_ITSELF,)]))
    assert "metrics.auc" in [column.id for column in again.columns()]
