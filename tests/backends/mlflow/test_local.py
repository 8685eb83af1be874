"""The embedded server: shared, and ended with the last opstui, however that dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
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
from tests.servers.mlflow_server import Judge, MlflowServer, require_mlflow, server_environment

pytestmark = pytest.mark.mlflow

_CLIENT = """
import asyncio, os, sys
from pathlib import Path
from opstui.backends.calls import RecentCalls
from opstui.backends.mlflow.local import LocalMlflowServer

async def main():
    data = Path(sys.argv[1])
    local = LocalMlflowServer(data, data / "state", data, RecentCalls(), os.environ)
    await local.start()
    print(local.state().address, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def _needs_mlflow() -> None:
    require_mlflow()


def another_opstui(data: Path) -> subprocess.Popen[str]:
    """Another process that uses the embedded server until it is killed."""
    return subprocess.Popen(
        [sys.executable, "-c", _CLIENT, str(data)], stdout=subprocess.PIPE, text=True
    )


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


async def test_two_opstui_share_one_server_and_the_last_one_ends_it_even_when_killed(
    tmp_path: Path,
) -> None:
    one, two = another_opstui(tmp_path), another_opstui(tmp_path)
    try:
        assert one.stdout is not None
        assert two.stdout is not None
        address = (await asyncio.to_thread(one.stdout.readline)).strip()
        assert address.startswith("http://127.0.0.1:")
        assert (await asyncio.to_thread(two.stdout.readline)).strip() == address
        facts = Home(tmp_path / "mlflow").facts()
        assert facts is not None
        assert (facts.phase, facts.address) == ("ready", address)
        assert len([pid for pid in of(tmp_path) if pid == facts.pid]) == 1
        create = f"{address}/api/2.0/mlflow/experiments/create"
        made = await asyncio.to_thread(httpx.post, create, json={"name": "kept"}, timeout=60)
        assert made.status_code == 200

        one.kill()
        one.wait()
        async with connected(address) as mlflow:
            names = [found.name for found in (await mlflow.tracking.experiments()).items]
        assert "kept" in names
        two.kill()
        two.wait()
        await until(lambda: not of(tmp_path))
    finally:
        for process in (one, two):
            process.kill()
            process.communicate()
    assert not (tmp_path / "mlflow" / "server.json").exists()
    assert (tmp_path / "mlflow").stat().st_mode & 0o077 == 0

    with closing(sqlite3.connect(tmp_path / "mlflow" / "mlflow.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert ("kept",) in store.execute("SELECT name FROM experiments").fetchall()


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


async def test_a_foreign_store_is_served_only_after_a_yes_and_a_copy(
    mlflow_server: MlflowServer, judge: Judge, tmp_path: Path
) -> None:
    data, work = tmp_path / "data", tmp_path / "work"
    work.mkdir()
    name = judge("client.create_experiment(name); answer = name", name=f"theirs-{uuid.uuid4().hex}")
    copy_database(mlflow_server.store, work / "mlflow.db")
    before = print_of(work)

    local = LocalMlflowServer(data, data / "state", work, RecentCalls(), os.environ)
    async with ended(local, data=data):
        [found] = (await local.offer()).found
        assert found == database(work / "mlflow.db")
        assert print_of(work) == before

        await local.adopt(found)
        [copy] = data.glob("mlflow/adopted/work-*/copy-*.db")
        assert found.revision in copy.name
        async with connected("", local=local) as mlflow:
            names = [one.name for one in (await mlflow.tracking.experiments()).items]
        assert name in names
        assert not (data / "mlflow" / "mlflow.db").exists(), "opstui's own store was not needed"


_OLDER = """
import sys, sqlalchemy
from alembic import command
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base
Base.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))
command.upgrade(_get_alembic_config(sys.argv[1]), sys.argv[2] + "-1")
"""


async def test_a_store_of_an_older_mlflow_is_migrated_after_the_yes_and_the_copy_is_not(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    data, path = tmp_path / "data", tmp_path / "mlflow.db"
    present = database(mlflow_server.store)
    assert present is not None
    subprocess.run(
        [sys.executable, "-P", "-c", _OLDER, f"sqlite:///{path}", present.revision],
        check=True, capture_output=True, env=server_environment(),
    )
    older = database(path)
    assert older is not None
    assert older.revision not in ("", present.revision)
    local = local_in(data)
    async with ended(local, data=data):
        await local.adopt(older)
        async with connected("", local=local) as mlflow:
            assert [one.id for one in (await mlflow.tracking.experiments()).items] == ["0"]
    migrated = database(path)
    assert migrated is not None
    assert migrated.revision == present.revision
    [copy] = data.glob("mlflow/adopted/*/copy-*.db")
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
