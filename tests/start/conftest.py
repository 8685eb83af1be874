"""A machine to start opstui on, and a way to hold a start up in its middle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.bench import Machine, machine
from tests.e2e.terminal import Terminal
from tests.start.gate import Gate


@pytest.fixture
def fresh(tmp_path: Path) -> Machine:
    """A home with nothing in it but a fresh clone."""
    return machine(tmp_path)


@pytest.fixture
def seen(fresh: Machine) -> Machine:
    """The same, after somebody opened opstui there once."""
    with fresh.open() as terminal:
        looked_around(terminal).press("q")
        assert terminal.ends() == 0
    assert len(frames(fresh)) == 1
    return fresh


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Lets Textual be imported only when told."""
    return Gate(tmp_path / "gate")


@pytest.fixture
def early(tmp_path: Path) -> Gate:
    """Lets live rows be drawn only when told."""
    return Gate(tmp_path / "early", "opstui.start.live")


def frames(fresh: Machine) -> list[Path]:
    """The frames that are kept."""
    folder = fresh.root / "home" / ".cache" / "opstui" / "frames"
    return sorted(folder.iterdir()) if folder.exists() else []


def looked_around(terminal: Terminal) -> Terminal:
    """Wait until every pane is live and nothing old is left."""
    terminal.sees("origin/feature/scaler", "docker ✗", "mlflow –", "no runs yet")
    terminal.sees("[Log]", "[main]")  # the details, which no kept frame has
    return terminal.sees_no("seen ").rests(0.5)
