"""A real image registry for the tests, private to them: Debian's docker-registry on loopback.

Beside it what stands between a registry and the world: a password, a token server, a slow line.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

USER, PASSWORD = "ana", "push-pull-7"
HASH = "$2b$05$abcdefghijklmnopqrstuua1PvDXq/8ahht44LPo5VG9nbdE5HmaS"
"""The password as bcrypt, which is all that docker-registry takes."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PrivateRegistry:
    """One registry with its own folder."""

    folder: Path
    options: dict[str, Any] = field(default_factory=dict)
    """What its settings have besides storage and address."""
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = {
            "version": 0.1, "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")},
                        "delete": {"enabled": True}},
            "http": {"addr": self.host}, **self.options,
        }
        path = self.folder / "config.yml"
        path.write_text(json.dumps(settings))  # JSON is YAML
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [shutil.which("docker-registry") or "docker-registry", "serve", str(path)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                     "OTEL_TRACES_EXPORTER": "none"},
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        pytest.fail(f"docker-registry did not start:\n{self.log()[-2000:]}")

    def stop(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def digest(self, repository: str, tag: str) -> str:
        """What a tag names, asked past opstui; empty where there is none."""
        request = urllib.request.Request(
            f"{self.url}/v2/{repository}/manifests/{tag}", method="HEAD",
            headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return str(answer.headers["Docker-Content-Digest"])
        except urllib.error.HTTPError:
            return ""

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/v2/", timeout=1):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


def require_registry() -> None:
    """Skip where there is none, or fail where the run must be complete."""
    if shutil.which("docker-registry") is not None:
        return
    if os.environ.get("OPSTUI_TEST_REQUIRE") == "1":
        pytest.fail("docker-registry is not installed and OPSTUI_TEST_REQUIRE=1")
    pytest.skip("docker-registry is not installed")


@contextlib.contextmanager
def private_registry(**options: Any) -> Iterator[PrivateRegistry]:
    """A running registry; nothing of it is left."""
    require_registry()
    folder = Path(tempfile.mkdtemp(prefix="or-", dir="/tmp"))
    registry = PrivateRegistry(folder, options)
    try:
        registry.start()
        yield registry
    finally:
        registry.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def private_registry_with_password() -> Iterator[PrivateRegistry]:
    """One that wants the user and password from above."""
    with tempfile.TemporaryDirectory(prefix="op-") as folder:
        path = Path(folder) / "htpasswd"
        path.write_text(f"{USER}:{HASH}\n")
        with private_registry(auth={"htpasswd": {"realm": "tests", "path": str(path)}}) as found:
            yield found


def basic(user: str = USER, password: str = PASSWORD) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


class Middle:
    """Stands before a registry on a port of its own: as a slow line, or wanting a token.

    token: it wants one, and has a server for it.
    """

    def __init__(self, registry: PrivateRegistry, *, token: bool = False) -> None:
        self.registry = registry
        self.wants_token = token
        self.slow_from = 0
        """Bytes of a blob that pass at once; what comes after them waits for `release`."""
        self.held = threading.Event()
        """Set once something waits."""
        self.released = threading.Event()
        self.blobs_at = ""
        """Address of a store to which requests for blobs are sent on."""
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and Authorization of every request."""
        middle = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                return

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: middle._pass_on(self)
                raise AttributeError(name)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(0.05), daemon=True
        )

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Middle:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _pass_on(self, request: http.server.BaseHTTPRequestHandler) -> None:
        said = request.headers.get("Authorization", "")
        self.asked.append((request.command, request.path, said))
        if request.path.startswith("/token"):
            self._give_token(request, said)
            return
        if self.wants_token and said != f"Bearer {TOKEN}":
            challenge = (f'Bearer realm="http://{self.host}/token",service="tests",'
                         'scope="repository:x:pull"')
            _answer(request, 401, b"{}", {"WWW-Authenticate": challenge})
            return
        if self.blobs_at and request.command == "GET" and "/blobs/" in request.path:
            _answer(request, 307, b"", {"Location": f"{self.blobs_at}{request.path}"})
            return
        with contextlib.suppress(OSError):
            self._relay(request)

    def _give_token(self, request: http.server.BaseHTTPRequestHandler, said: str) -> None:
        length = int(request.headers.get("Content-Length") or 0)
        form = urllib.parse.parse_qs(request.rfile.read(length).decode())
        known = said == f"Basic {basic()}" or form.get("refresh_token") == ["identity-7"]
        if known:
            _answer(request, 200, json.dumps({"token": TOKEN, "expires_in": 300}).encode(), {})
        else:
            _answer(request, 401, b"{}", {})

    def _relay(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Pass the request on as it comes, and the answer back."""
        with socket.create_connection(("127.0.0.1", self.registry.port)) as up:
            head = f"{request.command} {request.path} HTTP/1.1\r\nConnection: close\r\n"
            for name, value in request.headers.items():
                if name.lower() not in ("connection", "authorization"):
                    head += f"{name}: {value}\r\n"
            up.sendall(f"{head}\r\n".encode())
            sending = threading.Thread(target=self._up, args=(request, up), daemon=True)
            sending.start()
            blob = request.command == "GET" and "/blobs/" in request.path
            passed = 0
            while data := up.recv(65536):
                passed += len(data)
                if blob and self.slow_from and passed > self.slow_from:
                    self._wait()
                request.wfile.write(data)
            request.close_connection = True
            with contextlib.suppress(OSError):
                request.connection.shutdown(socket.SHUT_RDWR)
            sending.join()

    def _up(self, request: http.server.BaseHTTPRequestHandler, up: socket.socket) -> None:
        """The request's body, framing included."""
        left = int(request.headers.get("Content-Length") or 0)
        chunked = "chunked" in request.headers.get("Transfer-Encoding", "")
        sent = 0
        with contextlib.suppress(OSError, ValueError):
            while left > 0 or chunked:
                data = request.rfile.read1(65536 if chunked else min(left, 65536))
                if not data:
                    return
                left -= len(data)
                sent += len(data)
                if self.slow_from and sent > self.slow_from:
                    self._wait()
                up.sendall(data)
                if chunked and data.endswith(b"0\r\n\r\n"):
                    return

    def _wait(self) -> None:
        self.held.set()
        self.released.wait(60)


TOKEN = "token-for-tests-only"


def _answer(
    request: http.server.BaseHTTPRequestHandler, status: int, body: bytes, more: dict[str, str]
) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **more}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture(scope="session")
def registry() -> Iterator[PrivateRegistry]:
    """One registry for all tests of this process. Give repositories names of your own."""
    with private_registry() as found:
        yield found
