"""A real `mlflow server` for the tests, one for all xdist workers of a test run.

There are two of them: the newest, of this Python, and one of MLflow 2.22 for the tests marked
`mlflow2`, which run on both. The older one has a virtual environment of its own, which
OPSTUI_TEST_MLFLOW2 names; it is started only where such a test runs.

Every worker holds a shared lock on one file. A small watcher process waits for the exclusive
lock and then ends the server's process group, so nothing is left when the tests are killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers import venvs

_WATCH = """
import fcntl, os, signal, sys, time
with open(sys.argv[1]) as users:
    fcntl.flock(users, fcntl.LOCK_EX)
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(int(sys.argv[2]), number)
            for _ in range(50):
                time.sleep(0.1)
                os.killpg(int(sys.argv[2]), 0)
        except ProcessLookupError:
            break
"""

_JUDGE = """
import json, sys, traceback, warnings
warnings.simplefilter("ignore")
out, sys.stdout = sys.stdout, sys.stderr
import mlflow
from mlflow import MlflowClient
scope = {"mlflow": mlflow, "client": MlflowClient(sys.argv[1])}
mlflow.set_tracking_uri(sys.argv[1])
for line in sys.stdin:
    code, names = json.loads(line)
    scope["answer"] = None
    scope.update(names)
    try:
        exec(code, scope)
        said = json.dumps([scope["answer"], ""], default=list)
    except Exception:
        said = json.dumps([None, traceback.format_exc()])
    print(said, file=out, flush=True)
"""


@dataclass(frozen=True)
class MlflowServer:
    """A server that is up."""

    url: str
    pid: int
    """Its process, session and process group."""
    store: Path
    python: str = sys.executable
    """The interpreter that has the same MLflow: its client judges."""
    two: bool = False
    """It is MLflow 2.22, which knows no logged models."""


# One worker takes all tests of the older server: it needs one more judge, not one each.
SERVERS = ("mlflow3", pytest.param("mlflow2", marks=pytest.mark.xdist_group("mlflow2")))
"""What a test marked `mlflow2` runs against: each is judged by a client of its own version."""


def on_both_servers(metafunc: pytest.Metafunc) -> None:
    """Let a test marked `mlflow2` run twice if it wants a server at all."""
    marked = metafunc.definition.get_closest_marker("mlflow2")
    if marked and "mlflow_server" in metafunc.fixturenames:
        metafunc.parametrize("mlflow_server", SERVERS, indirect=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_environment() -> dict[str, str]:
    """The environment of a quiet, small server: nothing of the developer's own MLflow."""
    kept = {k: v for k, v in os.environ.items() if "MLFLOW" not in k}
    return kept | {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
    }


def start_server(
    folder: Path, *extra: str, store: str = "", python: str = sys.executable
) -> tuple[subprocess.Popen[bytes], str]:
    """Start `mlflow server` in its own session on a fresh store in `folder`; returns its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [
                python, "-P", "-m", "mlflow", "server",
                "--backend-store-uri", store or f"sqlite:///{folder / 'store.db'}",
                "--artifacts-destination", str(folder / "artifacts"),
                "--host", "127.0.0.1", "--port", str(port), "--workers", "1", *extra,
            ],
            cwd=folder, env=server_environment(), stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True,
        )
    return process, f"http://127.0.0.1:{port}"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def await_health(url: str, log: Path, seconds: float = 120) -> None:
    """Wait until the server answers; its log is in the failure."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _answers(url):
            return
        time.sleep(0.1)
    pytest.fail(f"mlflow server did not answer on {url}:\n{log.read_text(errors='replace')}")


def require_mlflow() -> None:
    """Skip without mlflow, or fail where the run must be complete."""
    try:
        importlib.metadata.distribution("mlflow")
        return
    except importlib.metadata.PackageNotFoundError:
        pass
    if os.environ.get("OPSTUI_TEST_REQUIRE") == "1":
        pytest.fail("mlflow is not installed and OPSTUI_TEST_REQUIRE=1")
    pytest.skip("mlflow is not installed")


def require_mlflow2() -> str:
    """The Python that has MLflow 2.22; skips without one, or fails where it is required."""
    folder = os.environ.get("OPSTUI_TEST_MLFLOW2", "")
    python = Path(folder) / "bin" / "python"
    if folder and Path(folder).is_dir():
        with venvs.locked(Path(folder)):  # CI may still be at making it
            if python.exists():
                return str(python)
    reason = "OPSTUI_TEST_MLFLOW2 names no virtual environment with MLflow 2.22"
    if os.environ.get("OPSTUI_TEST_REQUIRE") == "1":
        pytest.fail(f"{reason} and OPSTUI_TEST_REQUIRE=1")
    pytest.skip(reason)


@contextlib.contextmanager
def shared_server(folder: Path, python: str, *, two: bool = False) -> Iterator[MlflowServer]:
    """A server with an empty SQLite store that all workers of this test run share.

    folder: the same for all of them.
    """
    folder.mkdir(exist_ok=True)
    with (folder / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with (folder / "starting").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            facts = folder / "server.json"
            process = watcher = None
            if not (facts.exists() and _answers(json.loads(facts.read_text())["url"])):
                process, url = start_server(folder, python=python)
                watcher = subprocess.Popen(
                    [sys.executable, "-c", _WATCH, str(folder / "users"), str(process.pid)],
                    start_new_session=True, stdin=subprocess.DEVNULL,
                )
                await_health(url, folder / "server.log")
                facts.write_text(json.dumps({"url": url, "pid": process.pid}))
        read = json.loads(facts.read_text())
        yield MlflowServer(read["url"], read["pid"], folder / "store.db", python, two)
    if process is not None and watcher is not None:
        # The worker that started the server leaves after everybody else has left it.
        process.wait()
        watcher.wait()


def _shared_folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder that all workers of this test run know."""
    base = factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name


@pytest.fixture(scope="session")
def mlflow3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """The newest MLflow's server. Tests ask for `mlflow_server`."""
    require_mlflow()
    with shared_server(_shared_folder(tmp_path_factory, "mlflow-server"), sys.executable) as server:
        yield server


@pytest.fixture(scope="session")
def mlflow2_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """MLflow 2.22's server. Tests are marked `mlflow2` and ask for `mlflow_server`."""
    python = require_mlflow2()
    folder = _shared_folder(tmp_path_factory, "mlflow2-server")
    with shared_server(folder, python, two=True) as server:
        yield server


@pytest.fixture(scope="session")
def mlflow_server(request: pytest.FixtureRequest) -> MlflowServer:
    """A running `mlflow server` shared by the whole test run: the newest, or both in turn."""
    which = getattr(request, "param", "mlflow3")
    # A server stays up when the parameter changes: its own fixture has none.
    server = request.getfixturevalue(f"{which}_server")
    assert isinstance(server, MlflowServer)
    return server


class Judge:
    """MLflow's own client in a process of its own, for what opstui claims to have done."""

    def __init__(self, url: str, log: Path, python: str = sys.executable) -> None:
        self._log = log.open("a")
        self._process = subprocess.Popen(
            [python, "-P", "-c", _JUDGE, url], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._log, text=True, env=server_environment(),
        )

    def __call__(self, code: str, **names: object) -> Any:
        """Run `code` with `client`, `mlflow` and `names`; returns what it put into `answer`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([code, names]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            pytest.fail(f"MLflow's client failed:\n{Path(self._log.name).read_text()[-3000:]}")
        answer, failure = json.loads(line)
        if failure:
            pytest.fail(f"MLflow's client failed:\n{failure}")
        return answer

    def close(self) -> None:
        self._process.communicate(timeout=30)
        self._log.close()


@contextlib.contextmanager
def _judging(server: MlflowServer, factory: pytest.TempPathFactory) -> Iterator[Judge]:
    client = Judge(server.url, factory.mktemp("judge") / "stderr", server.python)
    try:
        yield client
    finally:
        client.close()


@pytest.fixture(scope="session")
def mlflow3_judge(
    mlflow3_server: MlflowServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    """The newest MLflow's client. Tests ask for `judge`."""
    with _judging(mlflow3_server, tmp_path_factory) as client:
        yield client


@pytest.fixture(scope="session")
def mlflow2_judge(
    mlflow2_server: MlflowServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judge]:
    """MLflow 2.22's client. Tests ask for `judge`."""
    with _judging(mlflow2_server, tmp_path_factory) as client:
        yield client


@pytest.fixture(scope="session")
def judge(mlflow_server: MlflowServer, request: pytest.FixtureRequest) -> Judge:
    """MLflow's own client on the shared server: `judge("answer = client...", name=value)`."""
    client = request.getfixturevalue("mlflow2_judge" if mlflow_server.two else "mlflow3_judge")
    assert isinstance(client, Judge)
    return client
