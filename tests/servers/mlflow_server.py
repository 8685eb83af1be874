"""A real `mlflow server` for the tests, one for all xdist workers of a test run.

Every worker holds a shared lock on one file. A small watcher process waits for the exclusive
lock and then ends the server's process group, so nothing is left when the tests are killed.
"""

from __future__ import annotations

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


def start_server(folder: Path, *extra: str, store: str = "") -> tuple[subprocess.Popen[bytes], str]:
    """Start `mlflow server` in its own session on a fresh store in `folder`; returns its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable, "-P", "-m", "mlflow", "server",
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


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """A running `mlflow server` with an empty SQLite store, shared by the whole test run."""
    require_mlflow()
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / "mlflow-server"
    folder.mkdir(exist_ok=True)
    with (folder / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with (folder / "starting").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            facts = folder / "server.json"
            process = watcher = None
            if not (facts.exists() and _answers(json.loads(facts.read_text())["url"])):
                process, url = start_server(folder)
                watcher = subprocess.Popen(
                    [sys.executable, "-c", _WATCH, str(folder / "users"), str(process.pid)],
                    start_new_session=True, stdin=subprocess.DEVNULL,
                )
                await_health(url, folder / "server.log")
                facts.write_text(json.dumps({"url": url, "pid": process.pid}))
        read = json.loads(facts.read_text())
        yield MlflowServer(read["url"], read["pid"], folder / "store.db")
    if process is not None and watcher is not None:
        # The worker that started the server leaves after everybody else has left it.
        process.wait()
        watcher.wait()


class Judge:
    """MLflow's own client in a process of its own, for what opstui claims to have done."""

    def __init__(self, url: str, log: Path) -> None:
        self._log = log.open("a")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _JUDGE, url], stdin=subprocess.PIPE,
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


@pytest.fixture(scope="session")
def judge(mlflow_server: MlflowServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """MLflow's own client on the shared server: `judge("answer = client...", name=value)`."""
    client = Judge(mlflow_server.url, tmp_path_factory.mktemp("judge") / "stderr")
    yield client
    client.close()
