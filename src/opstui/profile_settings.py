"""The tables `[profiles.NAME]` of the person's own settings: servers that go together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opstui.domain.errors import OpstuiError

COLOURS = {
    "red": "alarm", "yellow": "warn", "green": "good", "blue": "accent", "magenta": "busy",
    "white": "title",
}
"""What can be chosen, and the theme's role that it stands for."""
SETTINGS = (
    "mlflow.uri", "mlflow.registry_uri", "mlflow.local", "docker.host", "docker.context",
    "ci.servers", "ci.command", "promotion", "models.champion", "models.previous",
    "models.aliases", "models.metrics", "models.settle",
)
"""Settings that a profile may have of its own."""
NONE = "-"
"""The name that stands for no profile, where a file or variable names one otherwise."""
OWN = ("colour", "protected", "read_only")
EXAMPLE = """\
# [profiles.prod]
# red, yellow, green, blue, magenta or white
# colour = "red"
# every action that changes something there asks for the profile's name
# protected = true
# read_only = false
# mlflow.uri = "https://mlflow.example.org"
# docker.context = "prod"
"""

Where = Callable[[str], str]
"""`file:line` of a dotted name."""
Check = Callable[[dict[str, Any], str], dict[str, Any]]
"""Checks a table of settings that stand below a dotted name; values by attribute name."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Servers that go together, under a name."""

    name: str
    colour: str = "blue"
    protected: bool = False
    """What changes something there asks for its name to be typed."""
    read_only: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    """Settings by attribute name; they win over the environment, which knows no profiles."""

    @property
    def role(self) -> str:
        """The theme's role of its colour."""
        return COLOURS[self.colour]

    def over(self, values: dict[str, Any]) -> dict[str, Any]:
        """Settings with this profile's in their place.

        A profile with a tracking server has that one's registry unless it names another, and one
        that names an engine by address or context does not get the other from elsewhere.
        """
        mine = dict(self.values)
        if "mlflow_uri" in mine:
            mine.setdefault("mlflow_registry_uri", mine["mlflow_uri"])
        if "docker_host" in mine or "docker_context" in mine:
            mine = {"docker_host": "", "docker_context": "", **mine}
        return {**values, **mine, "read_only": values.get("read_only", False) or self.read_only}


def checked(value: Any, where: Where, check: Check) -> dict[str, Profile]:
    """The profiles by name; raises OpstuiError for the first wrong thing."""
    if not isinstance(value, dict):
        raise OpstuiError("profiles must be a table", where=where("profiles"),
                          hint="[profiles.prod]")
    return {name: _profile(name, table, where, check) for name, table in value.items()}


def _profile(name: str, table: Any, where: Where, check: Check) -> Profile:
    place = f"profiles.{name}"

    def wrong(key: str, wanted: str) -> OpstuiError:
        return OpstuiError(f"{place}.{key} {wanted}" if key else f"{place} {wanted}",
                           where=where(f"{place}.{key}" if key else place),
                           hint="keys: " + ", ".join((*OWN, *SETTINGS)))

    if not isinstance(table, dict):
        raise wrong("", "must be a table")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise wrong("", "can't be a profile's name: use letters, digits, dots and dashes")
    colour = table.get("colour", "blue")
    if colour not in COLOURS:
        raise wrong("colour", f"must be one of {', '.join(COLOURS)}")
    for key in ("protected", "read_only"):
        if not isinstance(table.get(key, False), bool):
            raise wrong(key, "must be true or false")
    rest = {key: value for key, value in table.items() if key not in OWN}
    return Profile(name, colour, table.get("protected", False), table.get("read_only", False),
                   check(rest, f"{place}."))


def chosen(profiles: Mapping[str, Profile], name: str) -> Profile:
    """The profile of a name; OpstuiError where there is none."""
    if name in profiles:
        return profiles[name]
    raise OpstuiError(
        f"there is no profile {name!r}", where="[profiles] of your settings",
        hint="there are " + ", ".join(profiles) if profiles else
        "`opstui config init` shows how one is written",
    )
