"""A person looks for the best run among 250 on a real server."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opstui.domain.ci import CiRun
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Experiment, Run
from opstui.domain.image import REVISION_LABEL, Image
from opstui.domain.status import Status
from opstui.operations.world import World
from opstui.panes.runs import RunsView
from opstui.ui.column import as_line
from opstui.ui.paint import text_of
from tests.backends.mlflow.talking import connected
from tests.panes.mlflow_bench import Rest, repository, shown, world
from tests.servers.mlflow_server import Judge, MlflowServer

# One worker makes the runs, for all tests.
pytestmark = [pytest.mark.mlflow, pytest.mark.xdist_group("runs")]

COUNT = 250
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEGAN_MS = int(BEGAN.timestamp() * 1000)


@pytest.fixture(scope="module")
def rest(mlflow_server: MlflowServer) -> Iterator[Rest]:
    with Rest(mlflow_server.url) as client:
        yield client


@pytest.fixture(scope="module")
def many(rest: Rest) -> Experiment:
    """250 runs; auc rises to the 200th and falls again, every tenth has no auc."""
    experiment = rest.experiment(f"many-{uuid.uuid4().hex[:6]}")
    for number in range(COUNT):
        metrics: dict[str, list[float | str]] = {"logloss": [1 - number / 1000]}
        if number % 10:
            metrics["auc"] = [1 - abs(200 - number) / 1000]
        rest.run(
            experiment, f"run-{number:03}", BEGAN_MS + number * 1000,
            params={"C": str(number), "seed": "7"}, metrics=metrics,
            tags={"team": "red" if number % 2 else "blue"},
            status="FINISHED" if number % 50 == 0 else "RUNNING",
        )
    return experiment


@pytest.fixture
async def here(mlflow_server: MlflowServer, tmp_path: Path) -> AsyncIterator[World]:
    repository(tmp_path)
    async with connected(mlflow_server.url) as connection:
        yield world(connection, tmp_path, now=BEGAN + timedelta(hours=5))


async def every(view: RunsView) -> list[Run]:
    """All pages, as the list asks for them."""
    page = await view.load()
    runs = list(page.items)
    while page.token:
        page = await view.load(page.token)
        runs += page.items
    return runs


def cells(view: RunsView, run: Run) -> dict[str, str]:
    return {column.id: text_of(as_line(column.cell(run))) for column in view.columns()}


async def test_all_runs_come_in_pages_newest_first(here: World, many: Experiment) -> None:
    view = RunsView(here, many)
    first = await view.load()
    assert len(first.items) == 100
    assert first.token
    names = [run.name for run in await every(view)]
    assert names == [f"run-{number:03}" for number in reversed(range(COUNT))]


async def test_columns_are_the_metrics_and_the_parameters_that_differ(
    here: World, many: Experiment
) -> None:
    view = RunsView(here, many)
    page = await view.load()
    ids = [column.id for column in view.columns()]
    assert ids == [
        "status", "name", "metrics.logloss", "metrics.auc", "params.C", "commit", "dataset", "user",
        "age", "took",
    ]
    drops = {column.id: column.drop for column in view.columns()}
    assert drops["status"] == drops["name"] == 0
    assert drops["params.C"] == max(drops.values())
    assert cells(view, page.items[-1]) == {
        "status": "✓", "name": "run-150", "metrics.logloss": "0.85", "metrics.auc": "",
        "params.C": "150", "commit": "", "dataset": "", "user": "ana", "age": "4h", "took": "1m00s",
    }


async def test_sorting_by_a_metric_is_the_servers_and_spans_all_pages(
    here: World, many: Experiment
) -> None:
    view = RunsView(here, many)
    assert view.server_sort("metrics.auc", True)
    runs = await every(view)
    values = [value for run in runs if (value := run.metric("auc")) is not None]
    assert len(runs) == COUNT
    assert runs[0].name in ("run-199", "run-201")
    assert values == sorted(values, reverse=True)
    assert all(run.metric("auc") is None for run in runs[-25:]), "missing values come last"
    assert view.server_sort("", False), "without a column the server's order changes back"
    assert (await view.load()).items[0].name == "run-249"


@pytest.mark.parametrize("column", ["status", "name", "user", "age", "commit", "params.C"])
async def test_every_other_column_can_be_sorted_on_the_server_too(
    here: World, many: Experiment, column: str
) -> None:
    view = RunsView(here, many)
    assert view.server_sort(column, False)
    assert len((await view.load()).items) == 100
    if column == "name":
        assert (await view.load()).items[0].name == "run-000"


async def test_losses_start_with_the_lowest_and_scores_with_the_highest(
    here: World, many: Experiment
) -> None:
    view = RunsView(here, many)
    await view.load()
    best_first = {column.id: column.best_first for column in view.columns()}
    assert best_first["metrics.auc"]
    assert not best_first["metrics.logloss"]


async def test_bare_words_find_names_and_a_query_goes_to_the_server(
    here: World, many: Experiment
) -> None:
    view = RunsView(here, many)
    assert view.server_filter("RUN 24")
    assert [run.name for run in await every(view)] == [
        "run-249", "run-248", "run-247", "run-246", "run-245", "run-244", "run-243", "run-242",
        "run-241", "run-240", "run-224", "run-124", "run-024",
    ]
    assert view.server_filter("metrics.auc > 0.998 AND tags.team = 'red'")
    assert [run.name for run in await every(view)] == ["run-201", "run-199"]
    view.server_filter("r_n-24")
    assert (await view.load()).items == (), "the server's wildcards are no wildcards here"
    view.server_filter("")
    assert len((await view.load()).items) == 100


async def test_a_filter_that_the_server_does_not_understand_is_told(
    here: World, many: Experiment
) -> None:
    view = RunsView(here, many)
    view.server_filter("metrics.auc > 0.9 OR params.C = '1'")
    with pytest.raises(OpstuiError) as told:
        await view.load()
    assert "OR" in str(told.value)


async def test_the_filter_line_offers_what_there_is(here: World, many: Experiment) -> None:
    view = RunsView(here, many)
    await view.load()
    assert {"metrics.auc", "params.C", "params.seed", "tags.team"} <= set(view.filter_words())
    assert "tags.`mlflow.runName`" in view.filter_words()
    assert view.filter_hint().startswith("name, or metrics.")


async def test_a_deleted_run_is_gone(here: World, rest: Rest) -> None:
    experiment = rest.experiment(f"deleted-{uuid.uuid4().hex[:6]}")
    kept = rest.run(experiment, "kept", BEGAN_MS, params={}, metrics={})
    gone = rest.run(experiment, "gone", BEGAN_MS, params={}, metrics={})
    rest.post("runs/delete", run_id=gone)
    assert [run.id for run in (await RunsView(here, experiment).load()).items] == [kept]


async def test_an_empty_experiment_says_how_to_fill_it(
    here: World, mlflow_server: MlflowServer, rest: Rest
) -> None:
    view = RunsView(here, rest.experiment(f"empty-{uuid.uuid4().hex[:6]}"))
    assert (await view.load()).items == ()
    assert f"MLFLOW_TRACKING_URI={mlflow_server.url}" in "".join(map(text_of, view.empty()))


@pytest.fixture
async def traced(rest: Rest, here: World) -> tuple[RunsView, Run]:
    """A run of a commit of this clone, with a history that holds NaN, and artifacts."""
    experiment = rest.experiment(f"traced-{uuid.uuid4().hex[:6]}")
    commit = await here.git.resolve("HEAD")
    rest.run(
        experiment, "traced", BEGAN_MS, params={"C": "1"},
        metrics={"auc": [0.5, 0.7, "NaN", 0.9], "p95_ms": [3.5]},
        tags={"mlflow.source.git.commit": commit, "mlflow.source.git.branch": "main",
              "owner": "ana"},
    )
    view = RunsView(here, experiment)
    return view, (await view.load()).items[0]


async def test_a_runs_facts_lead_to_its_commit_ci_and_image(
    here: World, traced: tuple[RunsView, Run]
) -> None:
    view, run = traced
    here.board.ci_runs = (CiRun(
        "local", "1", 7, "unit", run.commit, "main", Status.PASSED, BEGAN
    ),)
    here.board.images = (Image(
        "sha256:1", ("churn-api:1",), (), 1, None, ((REVISION_LABEL, run.commit),)
    ),)
    facts = await shown(view.details(run)[0])
    assert "✓ passed" in facts
    assert "2026-03-01 12:00:00 UTC, 5h ago" in facts
    assert f"{run.commit[:7]} on main  in this clone" in facts
    assert "✓ local #7 unit" in facts
    assert "churn-api:1  of this commit" in facts
    assert "owner" in facts
    assert "mlflow.source" not in facts


async def test_a_commit_of_elsewhere_is_no_error(here: World, rest: Rest) -> None:
    experiment = rest.experiment(f"foreign-{uuid.uuid4().hex[:6]}")
    rest.run(experiment, "foreign", BEGAN_MS, params={}, metrics={},
             tags={"mlflow.source.git.commit": "ab" * 20, "GITHUB_RUN_ID": "4711"})
    view = RunsView(here, experiment)
    facts = await shown(view.details((await view.load()).items[0])[0])
    assert "abababa  not in this clone" in facts
    assert "4711" in facts


async def test_the_history_is_drawn_with_its_gap(traced: tuple[RunsView, Run]) -> None:
    view, run = traced
    charts = await shown(view.details(run)[1], 60)
    assert "auc  0.9  step 3" in charts
    assert "×" in charts
    assert "one value only: p95_ms" in charts
    assert max(map(len, charts.splitlines())) <= 60


async def test_artifacts_are_listed_one_level_deep(
    here: World, rest: Rest, judge: Judge
) -> None:
    experiment = rest.experiment(f"files-{uuid.uuid4().hex[:6]}")
    run_id = rest.run(experiment, "files", BEGAN_MS, params={}, metrics={})
    judge("client.log_text(run_id, 'hello', 'model/MLmodel'); "
          "client.log_text(run_id, 'deep', 'model/data/deep.txt'); "
          "client.log_text(run_id, 'x' * 2000, 'notes.txt')", run_id=run_id)
    view = RunsView(here, experiment)
    artifacts = await shown(view.details((await view.load()).items[0])[2])
    assert [line.split() for line in artifacts.splitlines()] == [
        ["model/"], ["data/"], ["5", "B", "MLmodel"], ["2.0", "kB", "notes.txt"], [],
        ["a", "looks", "into", "them"],
    ]


async def test_what_can_be_copied_and_opened(
    mlflow_server: MlflowServer, traced: tuple[RunsView, Run]
) -> None:
    view, run = traced
    assert view.copies(run) == (
        ("run id", run.id), ("name", "traced"), ("commit", run.commit)
    )
    assert (await view.url(run)).startswith(f"{mlflow_server.url}/#/experiments/")
