"""The keeper and a server that resists: a small script in MLflow's place, real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from opstui.backends.mlflow.home import OTHER_KEEPER, Facts, Home
from opstui.backends.mlflow.keeper import last_words
from opstui.backends.mlflow.serverprocess import processes, state_of

pytestmark = pytest.mark.skipif(not processes(), reason="looks at processes through /proc")

_STUBBORN = """
import http.server, pathlib, signal, subprocess, sys
port, folder, mood = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
if mood == "unlucky" and not (folder / "tried").exists():
    (folder / "tried").touch()
    sys.exit("ERROR: [Errno 98] error while attempting to bind: address already in use")
if mood == "broken":
    sys.exit("ValueError: the store is upside down")
if mood == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    subprocess.Popen(sleep)
    subprocess.Popen(sleep, start_new_session=True)

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK" if self.path == "/health" else b"9.9.9")

http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


class Kept:
    """A keeper on a folder, with a script in the server's place."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.home.make()
        (folder / "server.py").write_text(_STUBBORN)
        self.folder = folder
        self.leases: list[IO[str]] = []

    def lease(self) -> None:
        lease = self.home.lease()
        assert lease is not None
        self.leases.append(lease)

    def leave(self) -> None:
        while self.leases:
            self.leases.pop().close()

    def start(self, mood: str) -> int:
        plan = {
            "home": str(self.home.folder), "store": "nothing", "log": str(self.folder / "log"),
            "upgrade": ["false"],
            "command": [
                sys.executable, str(self.folder / "server.py"), "PORT", str(self.folder), mood
            ],
        }
        command = [sys.executable, "-P", "-m", "opstui.backends.mlflow.keeper", json.dumps(plan)]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        ).returncode

    def facts(self, phase: str) -> Facts:
        until(lambda: (found := self.home.facts()) is not None and found.phase == phase)
        facts = self.home.facts()
        assert facts is not None
        return facts

    def processes(self) -> list[int]:
        """The keeper, its watcher, the server and everything that the server started."""
        found = []
        for pid in processes():
            try:
                told = Path(f"/proc/{pid}/environ").read_bytes()
                told += Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if bytes(self.home.folder) in told and state_of(pid) != "Z":
                found.append(pid)
        return found


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept(tmp_path)
    yield found
    found.leave()
    until(lambda: not found.processes())


def test_a_server_is_kept_until_the_last_lease_is_gone(kept: Kept) -> None:
    kept.lease()
    kept.lease()
    assert kept.start("calm") == 0
    facts = kept.facts("ready")
    assert facts.version == "9.9.9"
    assert facts.pid in kept.processes()
    kept.leases.pop().close()
    assert kept.start("calm") == OTHER_KEEPER
    assert kept.home.kept()
    assert facts.pid in kept.processes()
    kept.leave()
    until(lambda: not kept.processes())
    assert kept.home.facts() is None
    assert not kept.home.kept()


def test_a_port_that_was_taken_in_between_is_tried_anew(kept: Kept) -> None:
    kept.lease()
    kept.start("unlucky")
    assert kept.facts("ready").address.startswith("http://127.0.0.1:")


def test_a_server_that_breaks_is_quoted(kept: Kept) -> None:
    kept.lease()
    kept.start("broken")
    assert kept.facts("failed").note == "ValueError: the store is upside down"


def test_a_server_that_will_not_go_is_killed_with_all_it_started(kept: Kept) -> None:
    kept.lease()
    kept.start("stubborn")
    kept.facts("ready")
    until(lambda: len(kept.processes()) == 5)
    kept.leave()
    until(lambda: not kept.processes())


def test_a_killed_keeper_takes_even_a_stubborn_server_along(kept: Kept) -> None:
    kept.lease()
    kept.start("stubborn")
    first = kept.facts("ready")
    until(lambda: len(kept.processes()) == 5)
    os.kill(first.keeper, signal.SIGKILL)
    until(lambda: not kept.home.kept())
    assert kept.processes() == []
    assert kept.start("calm") == 0
    until(lambda: (found := kept.home.facts()) and found.keeper != first.keeper)
    second = kept.facts("ready")
    assert set(kept.processes()) >= {second.pid, second.keeper}


def test_nobody_waits_for_a_server_that_nobody_wants(kept: Kept) -> None:
    kept.start("calm")
    until(lambda: not kept.processes())
    assert kept.home.facts() is None


def test_the_last_error_is_found_in_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_words(log) == ""
    log.write_text(
        "2026/11/23 INFO: started\nTraceback:\n  File x\n"
        "sqlalchemy.exc.DatabaseError: file is not a database\n(Background on this error at: x)\n"
    )
    assert last_words(log) == "sqlalchemy.exc.DatabaseError: file is not a database"
    log.write_text("one\ntwo\n\n")
    assert last_words(log) == "two"
