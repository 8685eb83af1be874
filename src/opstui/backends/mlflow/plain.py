"""Requests to an MLflow server as `plain_http` sends them, and the first ones of every start."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from opstui.backends.asked import Address
from opstui.backends.mlflow.environment import Access
from opstui.backends.plain_http import request

API = "/api/2.0/mlflow"


class Question(NamedTuple):
    """A request as the doors take it."""

    method: str
    path: str
    query: Mapping[str, str | int | Sequence[str]] | None = None
    body: Mapping[str, object] | None = None


EXPERIMENTS = Question("POST", f"{API}/experiments/search", body={
    "max_results": 200, "view_type": "ACTIVE_ONLY", "order_by": ["last_update_time DESC"],
})
"""Experiments, last changed first; about 0.4 KB each."""
MODELS = Question("GET", f"{API}/registered-models/search", {
    "max_results": 100, "order_by": "name ASC",
})
"""Models by name; MLflow's own number for a page."""


def any_proxy(environ: Mapping[str, str]) -> bool:
    """Whether any of the variables that httpx reads names a proxy for plain addresses."""
    named = {name.lower() for name, value in environ.items() if value}
    return not named.isdisjoint({"http_proxy", "all_proxy"})


def headers(access: Access) -> dict[str, str]:
    """What every request tells."""
    told = {"User-Agent": "opstui", "Accept": "application/json, text/plain"}
    if access.authorization:
        told["Authorization"] = access.authorization
    if access.workspace:
        told["X-MLFLOW-WORKSPACE"] = access.workspace
    return told


def written(access: Access, question: Question) -> tuple[Address, bytes]:
    """Where a question goes and its characters, for a server without TLS.

    Raises ValueError for what is no plain request.
    """
    parts = urlsplit(access.base)
    content = None if question.body is None else json.dumps(question.body).encode()
    told = {"Host": parts.netloc, **headers(access)}
    if content is not None:
        told["Content-Type"] = "application/json"
    query = f"?{urlencode(question.query, doseq=True)}" if question.query else ""
    address = (parts.hostname or "", parts.port or 80)
    return address, request(question.method, parts.path + question.path + query, told, content)
