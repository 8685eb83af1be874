"""The tracking server and the registry that settings and environment name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from opstui.backends.asked import Asked
from opstui.backends.mlflow.artifacts import MlflowArtifacts
from opstui.backends.mlflow.doorway import Doorway
from opstui.backends.mlflow.lineage import MlflowProvenance
from opstui.backends.mlflow.registry import MlflowRegistry
from opstui.backends.mlflow.tracking import MlflowTracking
from opstui.backends.protocols import CallLog, LocalMlflow


class MlflowConnection:
    """MLflow's two halves, which usually live on one server.

    uri, registry_uri: from opstui's settings; empty takes MLFLOW_TRACKING_URI and
        MLFLOW_REGISTRY_URI, and without any address the embedded server is used.
    asked: the first questions, where they were sent before this existed.
    credentials: the file to read instead of `~/.mlflow/credentials`.
    """

    def __init__(
        self, calls: CallLog, *, environ: Mapping[str, str], uri: str = "", registry_uri: str = "",
        credentials: Path | None = None, local: LocalMlflow, asked: Asked | None = None,
    ) -> None:
        uri = uri or environ.get("MLFLOW_TRACKING_URI", "")
        registry_uri = registry_uri or environ.get("MLFLOW_REGISTRY_URI", "") or uri
        tracking = Doorway(uri, environ, credentials, local, calls, asked)
        registry = (
            tracking if registry_uri == uri
            else Doorway(registry_uri, environ, credentials, local, calls, asked)
        )
        self._doorways = {tracking, registry}
        self.configured = bool(uri)
        """Whether a tracking server is named; otherwise the embedded one is used."""
        self.tracking = MlflowTracking(tracking)
        self.artifacts = MlflowArtifacts(tracking)
        self.registry = MlflowRegistry(registry)
        self.provenance = MlflowProvenance(tracking, registry)

    async def close(self) -> None:
        """Close all connections."""
        for doorway in self._doorways:
            await doorway.close()
