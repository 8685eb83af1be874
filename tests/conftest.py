"""Fixtures of the whole suite; each expensive server lives in its own module in `servers/`."""

from tests.servers.dockerd import dockerd
from tests.servers.mlflow_server import judge, mlflow_server

__all__ = ["dockerd", "judge", "mlflow_server"]
