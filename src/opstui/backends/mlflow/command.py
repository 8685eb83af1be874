"""Which `mlflow` can be run here, and how the embedded server is run by it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

COST = "0.44 GB and about 7 s"
"""Of one worker with job execution off; the defaults take 2 GB and 16 processes."""

_QUIET = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
_FOREIGN = ("MLFLOW_", "_MLFLOW_", "UVICORN_", "GUNICORN_")
"""Variables that would change what the embedded server does, or carry secrets it needs not."""


def mlflow_command(environ: Mapping[str, str]) -> list[str]:
    """How to run MLflow: the one installed with opstui, else one on the PATH; empty for none."""
    import importlib.metadata  # brings the mail parser along; only needed here

    try:
        importlib.metadata.distribution("mlflow")
    except importlib.metadata.PackageNotFoundError:
        found = shutil.which("mlflow", path=environ.get("PATH", ""))
        return [found] if found else []
    return [sys.executable, "-P", "-m", "mlflow"]


def server_command(mlflow: list[str], store: str, artifacts: Path) -> list[str]:
    """The server's command line; the word PORT stands for the port."""
    return [
        *mlflow, "server", "--backend-store-uri", store, "--artifacts-destination",
        str(artifacts), "--host", "127.0.0.1", "--port", "PORT", "--workers", "1",
    ]


def server_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The person's environment without their MLflow settings; object storage keeps its own."""
    kept = {
        name: value for name, value in environ.items()
        if not name.startswith(_FOREIGN) or name.startswith("MLFLOW_S3_")
    }
    # Asked for with every store: MLflow 3.17 refuses an `mlruns` folder without it.
    return kept | _QUIET | {"MLFLOW_ALLOW_FILE_STORE": "true"}
