"""What a server meant by an answer that is not a success, as one sentence."""

from __future__ import annotations

import json

from opstui.backends.mlflow.environment import Access
from opstui.domain.errors import OpstuiError
from opstui.domain.text import clean

LONGEST = 300
"""Characters of MLflow's own words that are passed on."""


class RefusalError(OpstuiError):
    """The server answered, and it was a no."""

    def __init__(self, what: str, *, where: str, hint: str, status: int, code: str) -> None:
        super().__init__(what, where=where, hint=hint)
        self.status = status
        """The HTTP status."""
        self.code = code
        """MLflow's error_code, such as RESOURCE_DOES_NOT_EXIST; empty when it gave none."""


def refused(access: Access, status: int, kind: str, content: bytes, path: str) -> RefusalError:
    """The error for an answer with this HTTP status.

    kind: its content type, or the target of a redirect.
    """
    code, words = _said(kind, content)
    what, hint = _explained(access, status, kind, code, words, path)
    return RefusalError(what, where=access.base, hint=hint, status=status, code=code)


def _said(kind: str, content: bytes) -> tuple[str, str]:
    """MLflow's error code and message; plain text as it is, nothing of HTML."""
    text = content[:65536].decode("utf-8", "replace")
    if "json" in kind:
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            return "", ""
        if not isinstance(data, dict):
            return "", ""
        code, message = data.get("error_code"), data.get("message")
        return (
            code if isinstance(code, str) else "",
            _short(message) if isinstance(message, str) else "",
        )
    return ("", _short(text)) if kind.startswith("text/plain") else ("", "")


def _short(text: str) -> str:
    line = clean(next((line for line in text.strip().splitlines() if line.strip()), ""))
    return (line if len(line) <= LONGEST else line[: LONGEST - 1] + "…").rstrip(".")


def _explained(
    access: Access, status: int, kind: str, code: str, words: str, path: str
) -> tuple[str, str]:
    """What happened and what to try."""
    said = f": {words}" if words else ""
    if 300 <= status < 400:
        return (
            f"the server sends MLflow's requests on to {kind or 'another address'}; opstui does "
            "not follow, so that no password goes there",
            "set MLFLOW_TRACKING_URI to the address it names",
        )
    if status == 401:
        return _unknown_user(access)
    if status == 403:
        if "host header" in words.lower():
            return (
                "MLflow refuses this host name (Invalid Host header)",
                "start the server with --allowed-hosts, or go through localhost",
            )
        return f"MLflow does not allow this{said}", "ask for the permission, or use another user"
    if status == 404 and not code:
        return (
            f"there is no {path} here, so this is no MLflow server or a very old one",
            "check the address, with its path prefix if the server has one",
        )
    if status == 503 and "workspace" in words.lower():
        return f"MLflow has no workspaces here{said}", "unset MLFLOW_WORKSPACE"
    if status in (502, 503, 504):
        return f"MLflow is not available now (HTTP {status}){said}", "try again in a while"
    if status >= 500:
        return f"MLflow failed inside (HTTP {status}){said}", "look into the server's log"
    if words:
        return f"MLflow says: {words}", ""
    return f"MLflow refused this (HTTP {status})", ""


def _unknown_user(access: Access) -> tuple[str, str]:
    what = {
        "basic": "MLflow did not accept the user name and password",
        "bearer": "MLflow did not accept the token",
    }.get(access.scheme, "MLflow wants a user name and password")
    return what, "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or ..._TOKEN"
