"""The embedded server by itself; two opstui share it in `tests/e2e/test_local_server.py`."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from opstui.backends.mlflow.home import Facts, Home
from opstui.backends.mlflow.local import LocalMlflowServer
from opstui.backends.mlflow.serverprocess import MARK, processes, state_of
from opstui.backends.mlflow.stores import database, files
from opstui.domain.errors import OpstuiError, WriteUnconfirmed
from opstui.domain.local_mlflow import LocalPhase
from tests.backends.mlflow.talking import connected
from tests.backends.mlflow.test_stores import make_files, print_of
from tests.servers.mlflow_server import MlflowServer, require_mlflow, server_environment

pytestmark = pytest.mark.mlflow

@pytest.fixture(autouse=True)
def _needs_mlflow() -> None:
    require_mlflow()


def local_in(data: Path, **environ: str) -> LocalMlflowServer:
    return LocalMlflowServer(data, data / "state", data, RecentCalls(), os.environ | environ)


def of(folder: Path) -> list[int]:
    """Every process that belongs to the server or the keeper of a data folder."""
    found = []
    for pid in processes():
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        keeper = b"opstui.backends.mlflow.keeper" in command and bytes(folder) in command
        marked = f"{MARK}={folder}".encode() in environ
        if (keeper or marked) and state_of(pid) != "Z":
            found.append(pid)
    return found


async def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for a condition, and fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.05)


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a database in use; making a new one takes MLflow five seconds."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@asynccontextmanager
async def ended(*servers: LocalMlflowServer, data: Path) -> AsyncIterator[None]:
    """Afterwards nothing of the server is left, whatever the test did."""
    try:
        yield
    finally:
        for server in servers:
            await server.stop()
        await until(lambda: not of(data))


@pytest.mark.long
async def test_a_killed_keeper_or_server_is_noticed_and_the_next_start_works(
    mlflow_server: MlflowServer, tmp_path: Path,
) -> None:
    (tmp_path / "mlflow").mkdir()
    copy_database(mlflow_server.store, tmp_path / "mlflow" / "mlflow.db")
    local = local_in(tmp_path)
    async with ended(local, data=tmp_path):
        assert local.state().phase is LocalPhase.OFF
        starting = asyncio.create_task(local.start())
        await until(lambda: local.state().phase is LocalPhase.STARTING)
        await starting
        first = Home(tmp_path / "mlflow").facts()
        assert first is not None
        assert local.state().address == first.address

        os.killpg(first.pid, signal.SIGSTOP)
        quick = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "1"}
        async with connected(first.address, quick) as mlflow:
            with pytest.raises(OpstuiError, match="did not answer within 1 s"):
                await mlflow.tracking.experiments()
            with pytest.raises(WriteUnconfirmed, match="whether it was done is not known"):
                await mlflow.registry.describe_model("churn", "better")
        os.killpg(first.pid, signal.SIGCONT)

        assert local.running()
        os.kill(first.keeper, signal.SIGKILL)
        await until(lambda: not of(tmp_path))
        assert local.state().phase is LocalPhase.FAILED
        assert Home(tmp_path / "mlflow").facts() == first, "left behind by the killed keeper"

        await local.start()
        second = Home(tmp_path / "mlflow").facts()
        assert second is not None
        assert second.pid != first.pid
        assert local.state().address == second.address

        os.killpg(second.pid, signal.SIGKILL)
        await until(lambda: local.state().phase is LocalPhase.FAILED)
        assert "ended by itself" in local.state().note
        async with connected("", local=local) as mlflow:
            with pytest.raises(OpstuiError, match="does not run any more"):
                await mlflow.tracking.experiments()


async def test_leaving_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    local = local_in(tmp_path)
    starting = asyncio.create_task(local.start())
    await until(lambda: of(tmp_path))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert local.state().phase is LocalPhase.OFF
    await until(lambda: not of(tmp_path))


async def test_a_server_that_cannot_start_says_why_and_where(tmp_path: Path) -> None:
    (tmp_path / "mlflow").mkdir()
    (tmp_path / "mlflow" / "mlflow.db").write_bytes(b"this was a database once " * 400)
    local = local_in(tmp_path)
    async with ended(local, data=tmp_path):
        with pytest.raises(OpstuiError, match=r"did not start: .*not a database") as caught:
            await local.start()
        assert Path(caught.value.where).is_file()
        assert local.state().phase is LocalPhase.FAILED


async def test_without_mlflow_the_offer_and_the_start_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opstui.backends.mlflow.local.mlflow_command", lambda environ: [])
    local = local_in(tmp_path)
    assert not (await local.offer()).installed
    with pytest.raises(OpstuiError, match="not installed here"):
        await local.start()
    await local.stop()


async def test_the_offer_says_what_it_takes(tmp_path: Path) -> None:
    local = local_in(tmp_path)
    offer = await local.offer()
    assert offer.installed
    assert "--workers 1" in offer.command
    assert offer.store == str(tmp_path / "mlflow" / "mlflow.db")
    assert offer.cost == "0.44 GB and about 7 s"
    assert not (tmp_path / "mlflow").exists(), "an offer makes nothing"


def test_stale_facts_and_half_written_ones_are_not_believed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.facts() is None
    assert not home.kept()
    home.facts_path.write_text('{"phase": "ready"')
    assert home.facts() is None
    home.facts_path.write_text('{"phase": "ready", "unknown": 1}')
    assert home.facts() is None
    home.write(Facts("ready", "sqlite:///x", "log"))
    assert home.facts() == Facts("ready", "sqlite:///x", "log")


_OLDER = """
import sys, sqlalchemy
from alembic import command
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base
Base.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))
command.upgrade(_get_alembic_config(sys.argv[1]), sys.argv[2] + "-1")
"""


@pytest.mark.long
async def test_a_foreign_store_of_an_older_mlflow_is_served_and_migrated_after_a_yes_and_a_copy(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    data, work = tmp_path / "data", tmp_path / "work"
    work.mkdir()
    path = work / "mlflow.db"
    present = database(mlflow_server.store)
    assert present is not None
    subprocess.run(
        [sys.executable, "-P", "-c", _OLDER, f"sqlite:///{path}", present.revision],
        check=True, capture_output=True, env=server_environment(),
    )
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("INSERT INTO experiments (experiment_id, name, artifact_location,"
                      " lifecycle_stage) VALUES (7, 'theirs', ?, 'active')", (str(work),))
    before = print_of(work)

    local = LocalMlflowServer(data, data / "state", work, RecentCalls(), os.environ)
    async with ended(local, data=data):
        [older] = (await local.offer()).found
        assert older == database(path)
        assert older.revision not in ("", present.revision)
        assert print_of(work) == before

        await local.adopt(older)
        async with connected("", local=local) as mlflow:
            names = [one.name for one in (await mlflow.tracking.experiments()).items]
        assert "theirs" in names
        assert not (data / "mlflow" / "mlflow.db").exists(), "opstui's own store was not needed"
    migrated = database(path)
    assert migrated is not None
    assert migrated.revision == present.revision
    [copy] = data.glob("mlflow/adopted/work-*/copy-*.db")
    assert older.revision in copy.name
    kept = database(copy)
    assert kept is not None
    assert kept.revision == older.revision


async def test_a_folder_store_is_served_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    path = make_files(tmp_path / "work" / "mlruns")
    (path / "0" / "meta.yaml").write_text(
        f"artifact_location: file://{path}/0\nexperiment_id: '0'\nlifecycle_stage: active\n"
        "name: Old default\n"
    )
    (path / "0" / "run").rename(tmp_path / "aside")
    store = files(path)
    assert store is not None
    local = local_in(data)
    async with ended(local, data=data):
        await local.adopt(store)
        async with connected("", local=local) as mlflow:
            names = [one.name for one in (await mlflow.tracking.experiments()).items]
        assert names == ["Old default"]
