"""The embedded MLflow server: started beside the panes, shared, and never left behind."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.e2e.bench import Machine
from tests.servers.mlflow_server import Judge, require_mlflow

pytestmark = [pytest.mark.e2e, pytest.mark.mlflow]

START = 90.0
"""Seconds that a server may take to start on a busy machine."""


def facts(home: Machine) -> dict[str, Any]:
    """What the server's keeper says about it."""
    path = home.root / "home" / ".local" / "share" / "opstui" / "mlflow" / "server.json"
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def lives(pid: int) -> bool:
    """Whether a process still does something; one that nobody collected does not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def gone(*pids: int) -> None:
    """Wait until these processes have ended."""
    end = monotonic() + 30
    while left := [pid for pid in pids if lives(pid)]:
        assert monotonic() < end, f"still there: {left}"
        sleep(0.05)


@pytest.mark.long
def test_two_share_one_server_and_it_ends_with_the_last_even_when_they_are_killed(
    fresh: Machine, tmp_path: Path
) -> None:
    require_mlflow()
    with fresh.open("--local", size=(80, 24)) as one:
        one.sees("▌* main").press("4").sees("starting")
        one.press("1").press("j").sees("▌  origin/")  # the other panes don't wait
        one.press("4").sees("▌Default", within=START)
        first = facts(fresh)
        with fresh.open("--local", size=(80, 24)) as other:
            other.sees("▌* main").press("4").sees("▌Default")
            second = facts(fresh)
            assert (second["pid"], second["keeper"]) == (first["pid"], first["keeper"])

            judge = Judge(first["address"], tmp_path / "judge.log")
            judge("client.create_experiment('by-hand')")
            judge.close()
            one.press("r").sees("by-hand")
            other.press("r").sees("by-hand")

            one.kill()
            other.press("r", "1").sees("▌* main").press("4", "r").sees("mlflow ✓", "by-hand")
            assert lives(first["pid"])
            other.kill()
    gone(first["pid"], first["keeper"])
    folder = fresh.root / "home" / ".local" / "share" / "opstui" / "mlflow"
    assert not (folder / "server.json").exists()
    assert folder.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(folder / "mlflow.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert ("by-hand",) in store.execute("SELECT name FROM experiments").fetchall()


@pytest.mark.long
def test_it_is_offered_started_after_a_yes_and_ended_with_q(fresh: Machine) -> None:
    require_mlflow()
    with fresh.open(size=(80, 24)) as terminal:
        terminal.sees("▌* main").press("5").sees("S starts opstui's own server")
        terminal.press("S").sees("Start local MLflow", "Cost:").press("enter")
        terminal.sees_no("Cost:").sees("S starts opstui's own server")  # Cancel is the default
        terminal.press("S").sees("Cost:").press("y").sees("starting")
        terminal.sees("no registered models yet", within=START)
        about = facts(fresh)
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.restored
    gone(about["pid"], about["keeper"])
