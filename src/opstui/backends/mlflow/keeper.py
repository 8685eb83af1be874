"""The process that keeps the embedded `mlflow server`: `python -m opstui.backends.mlflow.keeper`.

It lives as long as any opstui holds its lease, then ends the server. It is a process of its own
because opstui may be killed, and because two opstui share one server. Standard library only, so
that it stays at a few megabytes.

Its one argument is JSON: {home, store, log, command, upgrade}, where PORT in the command is
replaced and `upgrade` is the command that migrates the store's schema.
Exit code 0: this process became the keeper and goes on in the background; 3: another one is.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import re
import signal
import socket
import sys
import time
from pathlib import Path
from typing import IO

from opstui.backends.mlflow.home import OTHER_KEEPER, Facts, Home, locked
from opstui.backends.mlflow.migration import OUT_OF_DATE, migrate
from opstui.backends.mlflow.serverprocess import ServerProcess, end_leftovers
from opstui.backends.mlflow.statistics import renew

START_SECONDS = 180.0
"""A cold disk and busy cores make seven seconds long; a server that dies is noticed at once."""
LOOK_SECONDS = 0.3
"""How often the leases are looked at."""
_ERROR = re.compile(r"(?:.*\bERROR\b|[\w.]*(?:Error|Exception)\b)")
PORTS = 3
"""Ports that are tried when others take them first."""


class Keeper:
    """One server and the reasons to end it."""

    def __init__(
        self, home: Home, store: str, log: Path, command: list[str], upgrade: list[str]
    ) -> None:
        self._home = home
        self._store = store
        self._log = log
        self._command = command
        self._upgrade = upgrade
        self._clients = (home.folder / "clients.lock").open("a")
        self._told_to_end = False

    def announce(self, phase: str, *, address: str = "", pid: int = 0, version: str = "",
                 note: str = "") -> None:
        """Say in `server.json` how it stands."""
        self._home.write(Facts(
            phase=phase, store=self._store, log=str(self._log), address=address, pid=pid,
            keeper=os.getpid(), version=version, note=note,
        ))

    def end_soon(self, *_: object) -> None:
        """Told by a signal."""
        self._told_to_end = True

    def run(self) -> None:
        """Start the server, keep it while it is wanted, leave nothing behind."""
        renew(self._store, self._home.folder)
        note = self._serve()
        if OUT_OF_DATE in note and not self._unwanted():
            note = migrate(self._store, self._home.folder, self._upgrade, self._log)
            note = note or self._serve()
        end_leftovers(self._home.folder)
        if note:
            self.announce("failed", note=note)
        else:
            self._home.facts_path.unlink(missing_ok=True)

    def _serve(self) -> str:
        """Start the server and wait for the end; empty when it was not wanted any more."""
        note = "it did not answer in time"
        for _ in range(PORTS):
            with reserved_port() as reservation:
                port = reservation.getsockname()[1]
                command = [str(port) if word == "PORT" else word for word in self._command]
                server = ServerProcess(command, self._home.folder, self._log)
                try:
                    version = self._await_answer(server, port)
                    reservation.close()
                    if version:
                        self.announce("ready", address=f"http://127.0.0.1:{port}",
                                      pid=server.pid, version=version)
                        return self._keep(server)
                finally:
                    server.end()
            if self._unwanted():
                return ""
            note = last_words(self._log) or note
            if "in use" not in note:
                break
        return note

    def _await_answer(self, server: ServerProcess, port: int) -> str:
        """The server's version once it answers on the port; empty when it will not."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and server.alive() and not self._unwanted():
            if server.listens(port) and ask(port, "/health"):
                return ask(port, "/version") or "unknown"
            time.sleep(0.1)
        return ""

    def _keep(self, server: ServerProcess) -> str:
        """Wait for the end; empty when nobody wants the server any more, else what went wrong."""
        while server.alive():
            if self._unwanted():
                return ""
            time.sleep(LOOK_SECONDS)
        return f"it ended by itself: {last_words(self._log)}"

    def _unwanted(self) -> bool:
        # The exclusive lock is kept once it is got: whoever comes now waits for the end.
        self._told_to_end = self._told_to_end or locked(self._clients, fcntl.LOCK_EX)
        return self._told_to_end


def ask(port: int, path: str) -> str:
    """The text at a path of the server, empty when there is no good answer. Never by a proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read(1000).decode("utf-8", "replace").strip()
        return text if answer.status == 200 else ""
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def reserved_port() -> socket.socket:
    """A socket on a free port that nobody else is given, and that a server may still listen on."""
    reservation = socket.socket()
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reservation.bind(("127.0.0.1", 0))
    return reservation


def last_words(log: Path) -> str:
    """The last error that the server wrote, or else its last line."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    return (errors or lines or [""])[-1]


def keep_one_log(log: Path) -> None:
    """Start a new log; the one before stays as `.old`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".old"))


def become_keeper(home: Home) -> IO[str] | None:
    """The keeper's lock, or None when another keeper has it. Brief probes are waited out."""
    file = (home.folder / "keeper.lock").open("a")
    for _ in range(20):
        if locked(file, fcntl.LOCK_EX):
            return file
        time.sleep(0.05)
    file.close()
    return None


def main() -> int:
    """Become the keeper, let the starter go on, and keep."""
    plan = json.loads(sys.argv[1])
    home = Home(Path(plan["home"]))
    lock = become_keeper(home)
    if lock is None:
        return OTHER_KEEPER
    keeper = Keeper(
        home, plan["store"], Path(plan["log"]), plan["command"], plan["upgrade"]
    )
    keeper.announce("starting")
    if os.fork():
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, keeper.end_soon)
    end_leftovers(home.folder)
    keep_one_log(Path(plan["log"]))
    with lock:
        keeper.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
