"""The tables `[deploy.MODEL]` of a settings file, checked key by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opstui.domain.deploy import LONGEST, Deploy
from opstui.domain.errors import OpstuiError
from opstui.domain.gates.keys import length, texts

KEYS = {
    "command": "the program and its arguments as a list, without a shell",
    "passes": "further environment variables that it may see",
    "timeout": 'how long it may take, such as "10m"',
}
"""What each key is for."""
EXAMPLE = """\
# [deploy.churn]
# command = ["docker", "compose", "up", "-d", "--force-recreate", "serve"]
"""

Where = Callable[[str], str]
"""`file:line` of a dotted name."""


def checked(value: Any, where: Where, source: str, *, own: bool) -> dict[str, Deploy]:
    """The commands by model; raises OpstuiError for the first wrong thing."""
    if not isinstance(value, dict):
        raise OpstuiError("deploy must be a table", where=where("deploy"), hint="[deploy.churn]")
    return {model: _deploy(model, table, where, source, own) for model, table in value.items()}


def _deploy(model: str, table: Any, where: Where, source: str, own: bool) -> Deploy:
    place = f"deploy.{model}"
    if not isinstance(table, dict) or "command" not in table:
        raise OpstuiError(f"{place} needs a command", where=where(place), hint=KEYS["command"])
    read = {"command": texts, "passes": texts, "timeout": length}
    values: dict[str, Any] = {"passes": (), "timeout": LONGEST}
    for key, given in table.items():
        dotted = f"{place}.{key}"
        if key not in read:
            raise OpstuiError(
                f"{dotted} is no setting", where=where(dotted), hint="keys: " + ", ".join(KEYS)
            )
        try:
            values[key] = read[key](given)
        except ValueError as error:
            raise OpstuiError(
                f"{dotted} {error}, not {given!r}", where=where(dotted), hint=KEYS[key]
            ) from error
    return Deploy(model, **values, source=source, own=own)
