"""The table `[ci.servers.NAME]` of the person's own settings, checked key by key."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from opstui.domain.errors import OpstuiError

FORGES = ("github", "gitlab", "gitea", "forgejo")
KINDS = (*FORGES, "jenkins", "buildbot")
KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "kind": ("which product it is", KINDS),
    "url": ("its web address", KINDS),
    "project": ("owner/repository, where no remote is on this host", FORGES),
    "jobs": ("full names of jobs, projects or folders; found if left out", ("jenkins",)),
    "builders": ("names of builders; found if left out", ("buildbot",)),
    "token_command": ("a program that prints the token or password", KINDS),
    "user": ("the user's name that goes with it", KINDS),
}
"""What each key is for, and for which kinds."""
EXAMPLE = """\
# [ci.servers.work]
# what it is: github, gitlab, gitea, forgejo, jenkins or buildbot
# kind = "jenkins"
# url = "https://ci.example.org"
# user = "ana"
# token_command = "pass show ci/jenkins"
# jobs = ["team/churn"]
"""

Where = Callable[[str], str]
"""`file:line` of a dotted name."""


def checked(value: Any, where: Where) -> dict[str, dict[str, Any]]:
    """The servers by name, lists as tuples; raises OpstuiError for the first wrong thing."""
    if not isinstance(value, dict):
        raise OpstuiError(
            "ci.servers must be a table", where=where("ci.servers"), hint="[ci.servers.work]"
        )
    return {name: _server(name, table, where) for name, table in value.items()}


def _server(name: str, table: Any, where: Where) -> dict[str, Any]:
    place = f"ci.servers.{name}"

    def wrong(key: str, wanted: str) -> OpstuiError:
        dotted = f"{place}.{key}" if key else place
        hint = KEYS[key][0] if key in KEYS else "keys: " + ", ".join(KEYS)
        return OpstuiError(f"{dotted} {wanted}", where=where(dotted), hint=hint)

    if not isinstance(table, dict):
        raise wrong("", "must be a table")
    if name == "local" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise wrong("", "can't be a server's name: use letters, digits, dots and dashes")
    for key in ("kind", "url"):
        if key not in table:
            raise wrong("", f"has no {key}")
    kind = table["kind"]
    if kind not in KINDS:
        raise wrong("kind", f"must be one of {', '.join(KINDS)}")
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            raise wrong(key, "is no setting")
        if kind not in KEYS[key][1]:
            raise wrong(key, f"is for {' and '.join(KEYS[key][1])} only")
        found[key] = _value(key, value, wrong)
    return found


def _value(key: str, value: Any, wrong: Callable[[str, str], OpstuiError]) -> Any:
    if key == "token_command" and isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            raise wrong(key, f"can't be read: {error}") from error
    if key in ("jobs", "builders", "token_command"):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise wrong(key, "must be a list of texts")
        if not value or not value[0]:
            raise wrong(key, "is empty")
        return tuple(value)
    if not isinstance(value, str) or not value:
        raise wrong(key, "must be a text in quotes")
    if key == "url" and (reason := _bad_address(value)):
        raise wrong(key, reason)
    return value.strip("/") if key == "project" else value


def _bad_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fine = None
    if not fine:
        return "must be an address such as https://ci.example.org"
    if "@" in parts.netloc:
        return "must not hold a password: use user and token_command"
    return "must end before any ? or #" if parts.query or parts.fragment else ""
