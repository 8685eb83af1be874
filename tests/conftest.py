"""Fixtures of the whole suite; each expensive server lives in its own module in `servers/`."""

import os

from hypothesis import settings

from tests.servers.buildbot import buildbot
from tests.servers.dockerd import dockerd
from tests.servers.mlflow_server import judge, mlflow_server

__all__ = ["buildbot", "dockerd", "judge", "mlflow_server"]

# A push must not fail by chance: CI tries the same examples each time, a developer others and
# twice as many.
settings.register_profile("ci", derandomize=True, max_examples=50)
if os.environ.get("CI"):
    settings.load_profile("ci")
