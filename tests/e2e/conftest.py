"""What the end-to-end tests share: a machine for each test, names nobody else uses."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.e2e.bench import Machine, machine
from tests.e2e.two_servers import Ground, make
from tests.servers.buildbot import Buildbot
from tests.servers.mlflow_server import MlflowServer

_COUNT = itertools.count(1)


@pytest.fixture
def fresh(tmp_path: Path) -> Machine:
    """A home with nothing in it but a fresh clone."""
    return machine(tmp_path)


@pytest.fixture
def served(tmp_path: Path, mlflow_server: MlflowServer) -> Machine:
    """The same with the shared MLflow server in its environment."""
    return machine(tmp_path, MLFLOW_TRACKING_URI=mlflow_server.url)


@pytest.fixture(scope="module")
def grounds(
    tmp_path_factory: pytest.TempPathFactory, buildbot: Buildbot
) -> Callable[[str], Ground]:
    """Makes each ground once: it takes as long as eight builds."""
    @cache
    def made(newest: str) -> Ground:
        return make(tmp_path_factory.mktemp("ground") / newest, buildbot, newest)

    return made


@pytest.fixture
def ground(request: pytest.FixtureRequest, grounds: Callable[[str], Ground]) -> Ground:
    """A clone whose commits a real Buildbot and the local runner have built; only looked at.

    Its parameter, if any, says whose runs are the newer ones.
    """
    return grounds(getattr(request, "param", "local"))


@pytest.fixture
def model() -> Iterator[str]:
    """A name for a model and its experiment that no other test has."""
    yield f"churn-{os.getpid():x}-{next(_COUNT)}"
