"""Fixtures of the git tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.backends.calls import RecentCalls
from tests.backends.git.repo import Repo, isolate


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


@pytest.fixture
def calls() -> RecentCalls:
    return RecentCalls()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit on main."""
    made = Repo.init(tmp_path / "churn")
    made.commit("first")
    return made
