"""Fixtures of the whole suite; each expensive server lives in its own module in `servers/`."""

import gc
import os

import pytest
from hypothesis import settings

from tests.servers.buildbot import buildbot
from tests.servers.dockerd import dockerd, shared_dockerd
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
    "mlflow3_server", "mlflow_server", "registry", "shared_dockerd",
]

# A push must not fail by chance: CI tries the same examples each time, a developer others and
# twice as many.
settings.register_profile("ci", derandomize=True, max_examples=50)
if os.environ.get("CI") or os.environ.get("OPSTUI_TEST_REQUIRE"):
    settings.load_profile("ci")



@pytest.hookimpl(tryfirst=True)  # before xdist, which looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One engine for all of its tests; and what takes long begins first, so nobody waits for it."""
    for item in items:
        wants = getattr(item, "fixturenames", ())
        if "dockerd" in wants and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("docker"))
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What was imported stays: no collection has to look through it, a twelfth of all time."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both_servers(metafunc)
