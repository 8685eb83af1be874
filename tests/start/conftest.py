"""A machine to start opstui on, and a way to hold a start up in its middle."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.bench import Machine, machine
from tests.e2e.terminal import Terminal
from tests.start.gate import Gate


@pytest.fixture
def fresh(tmp_path: Path) -> Machine:
    """A home with nothing in it but a fresh clone."""
    return machine(tmp_path)


@pytest.fixture(scope="session")
def seen_once(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which somebody opened opstui once, with a copy of it beside it."""
    made = machine(tmp_path_factory.mktemp("seen") / "machine")
    with made.open() as terminal:
        looked_around(terminal).press("q")
        assert terminal.ends() == 0
    assert len(frames(made)) == 1
    shutil.copytree(made.root, made.root.with_name("copy"), symlinks=True)
    return made


@pytest.fixture
def seen(seen_once: Machine) -> Machine:
    """The same as it was then, in the same place: a frame belongs to its repository's path."""
    root = seen_once.root
    shutil.rmtree(root)
    shutil.copytree(root.with_name("copy"), root, symlinks=True)
    made = Machine(root, dict(seen_once.environ), seen_once.commits)
    for frame in frames(made):
        frame.touch()  # a frame's age is its file's
    return made


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
    terminal.sees("origin/feature/scaler", "docker.sock ✗", "mlflow –", "no runs yet")
    terminal.sees("[Log]", "[main]")  # the details, which no kept frame has
    return terminal.sees_no("seen ").rests(0.5)
