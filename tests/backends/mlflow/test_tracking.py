"""Runs that MLflow's own client logged, as opstui reads them from a real server."""

from __future__ import annotations

import math
import uuid

import pytest

from opstui.backends.calls import RecentCalls
from opstui.domain.errors import OpstuiError
from opstui.domain.status import Status
from tests.backends.mlflow.talking import connected
from tests.servers.mlflow_server import Judge, MlflowServer

pytestmark = [pytest.mark.mlflow, pytest.mark.mlflow2]


def fresh(word: str) -> str:
    return f"{word}-{uuid.uuid4().hex[:8]}"


def logged(judge: Judge, count: int = 1, name: str = "") -> tuple[str, list[str]]:
    """An experiment with finished runs whose `auc` is 0.00, 0.01, …; returns its and their ids."""
    return tuple(judge(
        """
experiment = client.create_experiment(name)
ids = []
for number in range(count):
    run = client.create_run(experiment, run_name=f"run-{number}",
                            tags={"mlflow.source.git.commit": "4f2c1e9" * 5, "mlflow.user": "ana"})
    client.log_param(run.info.run_id, "depth", number)
    client.log_metric(run.info.run_id, "auc", number / 100)
    client.set_terminated(run.info.run_id)
    ids.append(run.info.run_id)
answer = [experiment, ids]
""",
        name=name or fresh("experiment"), count=count,
    ))


async def test_a_logged_run_is_read_with_everything_on_it(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    name = fresh("churn [bold] 模型")
    experiment, [run_id] = logged(judge, name=name)
    async with connected(mlflow_server.url) as mlflow:
        assert await mlflow.tracking.where() == mlflow_server.url
        assert await mlflow.tracking.version() == judge("answer = mlflow.__version__")
        experiments = (await mlflow.tracking.experiments()).items
        assert (experiment, name) in [(one.id, one.name) for one in experiments]
        touched = [one.updated for one in experiments]
        assert touched == sorted(touched, reverse=True)  # the latest on top
        run = (await mlflow.tracking.runs(experiment)).items[0]
        assert run == await mlflow.tracking.run(run_id)
        assert run.name == "run-0"
        assert run.status is Status.PASSED
        assert run.user == "ana"
        assert run.commit == "4f2c1e9" * 5
        assert run.params == (("depth", "0"),)
        assert run.metric("auc") == 0.0
        assert run.started is not None
        assert run.finished is not None
        assert run.finished >= run.started
        assert mlflow.tracking.run_url(run).startswith(f"{mlflow_server.url}/#/experiments/")


async def test_values_that_are_no_numbers_stay_what_they_are(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    _, [run_id] = logged(judge)
    judge(
        """
for step, value in enumerate(["nan", "inf", "-inf", "0.5"]):
    client.log_metric(run_id, "loss", float(value), step=step)
client.log_metric(run_id, "nothing", float("nan"))
client.log_metric(run_id, "endless", float("-inf"))
client.log_metric(run_id, "steps", 1.0, step=9007199254740993)
""",
        run_id=run_id,
    )
    async with connected(mlflow_server.url) as mlflow:
        run = await mlflow.tracking.run(run_id)
        assert math.isnan(run.metric("nothing") or 0)
        assert run.metric("endless") == -math.inf
        course = await mlflow.tracking.history(run_id, "loss")
        assert math.isnan(course[0].value)
        assert [point.value for point in course[1:]] == [math.inf, -math.inf, 0.5]
        assert [point.step for point in course] == [0, 1, 2, 3]
        assert (await mlflow.tracking.history(run_id, "steps"))[0].step == 9007199254740993
        assert await mlflow.tracking.history(run_id, "never logged") == ()


async def test_a_long_course_is_thinned_by_the_server(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    _, [run_id] = logged(judge)
    judge(
        """
from mlflow.entities import Metric
client.log_batch(run_id, [Metric("loss", 1 / (step + 1), 1, step) for step in range(1000)])
""",
        run_id=run_id,
    )
    async with connected(mlflow_server.url) as mlflow:
        course = await mlflow.tracking.history(run_id, "loss", points=100)
    assert 50 <= len(course) <= 200
    assert (course[0].step, course[-1].step) == (0, 999)


async def test_pages_orders_and_filters_are_the_servers(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    experiment, ids = logged(judge, count=12)
    async with connected(mlflow_server.url) as mlflow:
        ask = mlflow.tracking.runs
        best = await ask(experiment, order_by="metrics.auc DESC", limit=5)
        assert [run.metric("auc") for run in best.items] == [0.11, 0.10, 0.09, 0.08, 0.07]
        seen = [run.id for run in best.items]
        page = best
        while page.token:
            page = await ask(experiment, order_by="metrics.auc DESC", limit=5, token=page.token)
            seen += [run.id for run in page.items]
        assert seen == list(reversed(ids))
        some = await ask(experiment, filter="metrics.auc >= 0.03 AND params.depth != '7'",
                         order_by="metrics.auc DESC, attributes.start_time ASC")
        assert len(some.items) == 8
        assert not (await ask("987654321")).items


async def test_a_filter_that_mlflow_cannot_read_is_explained_in_its_words(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    experiment, _ = logged(judge)
    async with connected(mlflow_server.url) as mlflow:
        for wrong in ("auc >< 3", "metrics.auc > 1 OR metrics.auc < 0", "'"):
            with pytest.raises(OpstuiError) as caught:
                await mlflow.tracking.runs(experiment, filter=wrong)
            assert "MLflow says: " in caught.value.what
            assert len(caught.value.what) < 450
        with pytest.raises(OpstuiError, match="not found"):
            await mlflow.tracking.run("f" * 32)


async def test_artifacts_are_listed_folder_by_folder(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    _, [run_id] = logged(judge)
    judge(
        """
client.log_text(run_id, "five!", "notes.txt")
client.log_text(run_id, "x", "model/weights [1].bin")
""",
        run_id=run_id,
    )
    async with connected(mlflow_server.url) as mlflow:
        model, notes = await mlflow.tracking.artifacts(run_id)
        assert (model.path, model.is_dir, model.size) == ("model", True, None)
        assert (notes.path, notes.is_dir, notes.size) == ("notes.txt", False, 5)
        [weights] = await mlflow.tracking.artifacts(run_id, "model")
        assert weights.path == "model/weights [1].bin"


async def test_a_running_and_a_killed_run_are_told_apart(
    mlflow_server: MlflowServer, judge: Judge
) -> None:
    experiment = judge(
        """
answer = client.create_experiment(name)
for status in ("RUNNING", "FAILED", "KILLED"):
    run = client.create_run(answer, run_name=status)
    if status != "RUNNING":
        client.set_terminated(run.info.run_id, status)
""",
        name=fresh("states"),
    )
    async with connected(mlflow_server.url) as mlflow:
        runs = (await mlflow.tracking.runs(experiment)).items
    found = {run.name: (run.status, run.finished is None) for run in runs}
    assert found == {
        "RUNNING": (Status.RUNNING, True),
        "FAILED": (Status.FAILED, False),
        "KILLED": (Status.CANCELLED, False),
    }


async def test_every_request_can_be_pasted_into_a_shell(mlflow_server: MlflowServer) -> None:
    calls = RecentCalls()
    async with connected(mlflow_server.url, calls=calls) as mlflow:
        await mlflow.tracking.experiments()
    [call] = calls.calls()
    assert call.summary == "POST /api/2.0/mlflow/experiments/search → 200"
    assert call.command.startswith("curl -sS -X POST -H 'Content-Type: application/json' -d ")
    assert call.command.endswith(f"{mlflow_server.url}/api/2.0/mlflow/experiments/search")
    assert call.ok
