"""Backends that die, hang or talk rubbish: keys answer at once, and the panes say what is true."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.bench import Machine, machine, register
from tests.e2e.terminal import Terminal
from tests.servers.dockerd import private_dockerd
from tests.servers.mlflow_server import Judge, await_health, require_mlflow, start_server

pytestmark = pytest.mark.e2e

AT_ONCE = 5.0
"""Seconds; generous for a machine that runs other tests as well, yet less than PATIENT."""
PATIENT = 12
"""Seconds that opstui waits for an answer of the server that hangs."""


def answers_at_once(terminal: Terminal) -> None:
    """Branches can be walked through while something else hangs."""
    terminal.press("1").sees("▌* main")
    terminal.press("j").sees("▌  origin/main", within=AT_ONCE)
    terminal.press("k").sees("▌* main", within=AT_ONCE)


def leaves_at_once(terminal: Terminal) -> None:
    """A backend that hangs does not keep a person from leaving."""
    terminal.press("q")
    assert terminal.ends(10) == 0
    assert terminal.restored


@contextmanager
def own_mlflow(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server that a test may do anything to."""
    require_mlflow()
    process, url = start_server(folder)
    try:
        await_health(url, folder / "server.log")
        yield process, url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.mark.mlflow
@pytest.mark.long
def test_an_mlflow_server_that_hangs_and_then_dies(tmp_path: Path) -> None:
    with own_mlflow(tmp_path / "server") as (process, url):
        home = machine(
            tmp_path / "m", MLFLOW_TRACKING_URI=url, MLFLOW_HTTP_REQUEST_TIMEOUT=str(PATIENT)
        )
        judge = Judge(url, tmp_path / "judge.log")
        register(judge, "churn", home.git("rev-parse", "HEAD"), 0.8)
        judge.close()
        with home.open(size=(120, 40)) as terminal:
            terminal.sees("▌* main", "mlflow ✓")
            terminal.press("5").until(lambda screen: screen.count("▌churn") == 2, "it twice")

            os.killpg(process.pid, signal.SIGSTOP)
            terminal.press("r")
            answers_at_once(terminal)
            terminal.press("5").sees(f"did not answer within {PATIENT} s", "mlflow ✗", "git ✓")
            terminal.sees("▌churn")  # what was known stays, with its age
            with home.open(size=(80, 24)) as other:  # starts as well, and leaves as well
                other.sees("▌* main")
                leaves_at_once(other)
            os.killpg(process.pid, signal.SIGCONT)
            terminal.press("r").sees_no("did not answer").sees("mlflow ✓")

            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
            terminal.press("r").sees("MLflow cannot be reached", "mlflow ✗", "▌churn")
            answers_at_once(terminal)
            leaves_at_once(terminal)


@pytest.mark.docker
def test_an_engine_that_hangs_dies_and_comes_back(tmp_path: Path) -> None:
    with private_dockerd() as engine:
        engine.image("churn-api:1.0")
        home = machine(tmp_path, DOCKER_HOST=engine.url)
        with home.open(size=(120, 40)) as terminal:
            terminal.sees("▌* main", "churn-api", "/s ✓")
            engine.image("churn-api:1.1", text="newer")
            terminal.sees("1.1")  # told by the engine's events

            engine.freeze()
            terminal.press("3", "r")
            answers_at_once(terminal)
            leaves_at_once(terminal)
            engine.thaw()

        with home.open(size=(120, 40)) as terminal:
            terminal.sees("▌* main", "churn-api", "/s ✓")
            engine.kill()
            terminal.press("3", "r").sees("/s ✗", "git ✓")
            answers_at_once(terminal)
            engine.start()
            terminal.press("3", "r").sees("/s ✓", "churn-api")


class _Rubbish(http.server.BaseHTTPRequestHandler):
    status, body, kind = 200, b"", "text/html"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def answering(status: int, body: bytes, kind: str) -> Iterator[str]:
    """A server that gives every request the same answer."""
    handler = type("Same", (_Rubbish,), {"status": status, "body": body, "kind": kind})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "body", "kind", "said"), [
    (500, b'{"error_code": "INTERNAL_ERROR", "message": "disk full \\u001b[?5h"}',
     "application/json", "MLflow failed inside (HTTP 500): disk full"),
    (200, b"<html><title>Sign in</title></html>\x1b]0;owned\x07", "text/html", "not JSON"),
    (200, b'{"experiments": {"a": 1}, "registered_models": 7}', "application/json", "mlflow ✗"),
])
def test_a_server_that_talks_rubbish(
    fresh: Machine, status: int, body: bytes, kind: str, said: str
) -> None:
    with answering(status, body, kind) as url:
        with fresh.open(size=(120, 40), MLFLOW_TRACKING_URI=url) as terminal:
            terminal.sees("▌* main", "mlflow ✗")
            terminal.press("4", "+").sees("4 Experiments", said)
            terminal.press("+")
            answers_at_once(terminal)
            leaves_at_once(terminal)
        assert b"\x1b[?5h" not in terminal.raw
        assert b"owned" not in terminal.raw
