"""A real Buildbot for the tests: master and worker in one process, in a folder of their own.

Buildbot gets a virtual environment of its own, `.venv-buildbot` in this clone, because it and
mlflow want different releases of the same libraries; see `venvs.py`. Tests that use the fixture
`buildbot` carry `xdist_group("buildbot")`, so that one worker starts one master for all of them.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import venvs
from tests.servers.mlflow_server import free_port

SECRET = "hunter2-of-the-worker"
"""In the worker's environment, which Buildbot writes into every log of a command."""


class Buildbot:
    """One master with a local worker; see `buildbot.cfg` for its builders and schedulers."""

    def __init__(self, folder: Path, program: Path, password: str = "") -> None:
        self.folder = folder
        self.password = password
        self._program = program
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the master, made at the first time, and wait until it answers."""
        if not self.folder.joinpath("buildbot.tac").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            subprocess.run((self._program, "create-master", "-r", str(self.folder)), check=True,
                           capture_output=True, env=self._environ())
            shutil.copy(Path(__file__).with_name("buildbot.cfg"), self.folder / "master.cfg")
        with (self.folder / "console").open("ab") as console:
            self._process = subprocess.Popen(
                (self._program, "start", "--nodaemon", str(self.folder)), env=self._environ(),
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                if any(one["connected_to"] for one in self.get("workers")["workers"]):
                    return
            time.sleep(0.05)
        pytest.fail(f"Buildbot did not start:\n{self.said()[-3000:]}")

    def stop(self) -> None:
        """End it and whatever its steps left running."""
        if self._process is None:
            return
        session = self._process.pid
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        for pid in _in_session(session):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process = None

    def freeze(self) -> None:
        """It still accepts connections and never answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def said(self) -> str:
        """What the master said, for failures."""
        return "\n".join(
            path.read_text(errors="replace") for path in
            (self.folder / "console", self.folder / "twistd.log") if path.exists()
        )

    def get(self, path: str, *pairs: tuple[str, str]) -> Any:
        """Ask its API directly, beside opstui."""
        query = f"?{urllib.parse.urlencode(pairs)}" if pairs else ""
        for last in (False, False, True):
            try:
                with urllib.request.urlopen(f"{self.url}/api/v2/{path}{query}", timeout=20) as said:
                    return json.load(said)
            except http.client.IncompleteRead:  # seen once on a starved machine
                if last:
                    raise
        raise AssertionError("not reached")

    def push(
        self, repository: Path | str, commit: str, branch: str = "main", *, project: str = "",
        subject: str = "work",
    ) -> None:
        """Tell it of a commit as a hook after a push would; the builder `churn` builds it."""
        form = {"author": "Ana <ana@example.org>", "revision": commit, "branch": branch,
                "repository": str(repository), "project": project, "comments": subject}
        data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.url}/change_hook/base", data, timeout=10) as answer:
            assert answer.status == 200

    def _environ(self) -> dict[str, str]:
        names = ("PATH", "LD_LIBRARY_PATH", "LANG")
        return {name: os.environ[name] for name in names if name in os.environ} | {
            "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", "WORKER_TOKEN": SECRET,
            "OPSTUI_TEST_BUILDBOT": json.dumps(
                {"port": self._port, "parent": os.getpid(), "password": self.password}
            ),
        }


def program() -> Path:
    """The command `buildbot`, installed at first use; skips where that is not possible."""
    reason = venvs.BUILDBOT.make()
    if reason and os.environ.get("OPSTUI_TEST_REQUIRE") == "1":
        pytest.fail(f"{reason} and OPSTUI_TEST_REQUIRE=1")
    if reason:
        pytest.skip(reason)
    return venvs.BUILDBOT.program("buildbot")


@contextlib.contextmanager
def running_buildbot(password: str = "") -> Iterator[Buildbot]:
    """A master of its own; nothing of it is left.

    password: that of the user `ana`, who alone may act then; without, everybody may.
    """
    installed = program()
    folder = Path(tempfile.mkdtemp(prefix="bb-", dir="/tmp"))
    server = Buildbot(folder / "master", installed, password)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def buildbot() -> Iterator[Buildbot]:
    """One master for all tests of this process; give each test a repository of its own."""
    with running_buildbot() as server:
        yield server


def _in_session(session: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session:
                    yield int(entry.name)
