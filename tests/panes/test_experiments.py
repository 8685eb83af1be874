"""Experiments on a real server: listed, opened, and gone when deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.panes.experiments import ExperimentsView
from opstui.panes.runs import RunsView
from opstui.ui.paint import text_of
from tests.backends.mlflow.talking import connected
from tests.panes.mlflow_bench import Rest, repository, shown, world
from tests.servers.mlflow_server import MlflowServer

pytestmark = pytest.mark.mlflow


@pytest.fixture
def rest(mlflow_server: MlflowServer) -> Iterator[Rest]:
    with Rest(mlflow_server.url) as client:
        yield client


async def names(view: ExperimentsView) -> list[str]:
    page = await view.load()
    found = [one.name for one in page.items]
    while page.token:
        page = await view.load(page.token)
        found += [one.name for one in page.items]
    return found


async def test_a_new_experiment_appears_and_a_deleted_one_goes(
    mlflow_server: MlflowServer, rest: Rest, tmp_path: Path
) -> None:
    mine = rest.experiment(f"churn [bold]-{uuid.uuid4().hex[:6]}")
    repository(tmp_path)
    async with connected(mlflow_server.url) as connection:
        view = ExperimentsView(world(connection, tmp_path))
        assert mine.name in await names(view)
        rest.post("experiments/delete", experiment_id=mine.id)
        assert mine.name not in await names(view)


async def test_an_experiment_opens_its_runs(
    mlflow_server: MlflowServer, rest: Rest, tmp_path: Path
) -> None:
    mine = rest.experiment(f"open-{uuid.uuid4().hex[:6]}")
    repository(tmp_path)
    async with connected(mlflow_server.url) as connection:
        view = ExperimentsView(world(connection, tmp_path))
        item = next(one for one in (await view.load()).items if one.id == mine.id)
        child = view.child(item)
        assert isinstance(child, RunsView)
        assert child.title == mine.name
        assert [column.id for column in view.columns()] == ["name", "updated", "created"]
        facts = await shown(view.details(item)[0])
        assert mine.id in facts
        assert view.copies(item)[0] == ("name", mine.name)
        assert "MLFLOW_TRACKING_URI=http" in "".join(map(text_of, view.empty()))
        assert view.local.why_not() == "another MLflow server is configured"
