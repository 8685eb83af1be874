"""Fixtures of the whole suite; each expensive server lives in its own module in `servers/`."""

from tests.servers.mlflow_server import judge, mlflow_server

__all__ = ["judge", "mlflow_server"]
