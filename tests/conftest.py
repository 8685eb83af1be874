"""Fixtures of the whole suite; each expensive server lives in its own module in `servers/`."""

import os

import pytest
from hypothesis import settings

from tests.servers.buildbot import buildbot
from tests.servers.dockerd import dockerd
from tests.servers.mlflow_server import (
    judge,
    mlflow2_judge,
    mlflow2_server,
    mlflow3_judge,
    mlflow3_server,
    mlflow_server,
    on_both_servers,
)
from tests.servers.registry import registry

__all__ = [
    "buildbot", "dockerd", "judge", "mlflow2_judge", "mlflow2_server", "mlflow3_judge",
    "mlflow3_server", "mlflow_server", "registry",
]

# A push must not fail by chance: CI tries the same examples each time, a developer others and
# twice as many.
settings.register_profile("ci", derandomize=True, max_examples=50)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both_servers(metafunc)
