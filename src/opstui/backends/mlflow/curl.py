"""The command line that does the same as a request, without its secrets."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from opstui.backends.mlflow.environment import Access


def curl(
    access: Access, method: str, path: str, query: Mapping[str, str | int | Sequence[str]],
    body: Mapping[str, object] | None,
) -> str:
    """A line for a shell; passwords and tokens stand as MLflow's own variables."""
    words = ["curl", "-sS"]
    if method != "GET":
        words += ["-X", method]
    if access.scheme == "basic":
        words += ["-u", '"$MLFLOW_TRACKING_USERNAME:$MLFLOW_TRACKING_PASSWORD"']
    elif access.scheme == "bearer":
        words += ["-H", '"Authorization: Bearer $MLFLOW_TRACKING_TOKEN"']
    if access.workspace:
        words += ["-H", shlex.quote(f"X-MLFLOW-WORKSPACE: {access.workspace}")]
    if access.insecure:
        words.append("-k")
    if access.authorities:
        words += ["--cacert", shlex.quote(access.authorities)]
    if access.client_certificate:
        words += ["--cert", shlex.quote(access.client_certificate)]
    if body is not None:
        words += ["-H", "'Content-Type: application/json'"]
        words += ["-d", shlex.quote(json.dumps(body, ensure_ascii=False))]
    asked = f"?{urlencode(query, doseq=True)}" if query else ""
    words.append(shlex.quote(access.base + path + asked))
    return " ".join(words)
