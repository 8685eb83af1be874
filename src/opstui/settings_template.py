"""A settings file to begin with, made from what is declared."""

from __future__ import annotations

import json
from typing import Any

from opstui import (
    command_settings,
    deploy_settings,
    profile_settings,
    promotion_settings,
    server_settings,
)
from opstui.settings import SETTINGS, Settings

EXAMPLES = {
    "servers": server_settings.EXAMPLE, "environments": promotion_settings.EXAMPLE,
    "commands": command_settings.EXAMPLE, "profiles": profile_settings.EXAMPLE,
    "deploys": deploy_settings.EXAMPLE,
}
"""What a table of each kind may look like."""


def template() -> str:
    """A settings file in which every setting stands with its default, commented out."""
    defaults = Settings()
    sections: dict[str, list[str]] = {}
    for setting in SETTINGS:
        section, _, key = setting.path.rpartition(".")
        value = getattr(defaults, setting.name)
        note = f"  ({', '.join(setting.choices)})" if setting.choices else ""
        lines = sections.setdefault(section, [])
        if setting.kind in ("table", *EXAMPLES):
            sections.setdefault(setting.path, []).append(f"# {setting.help}")
            if setting.kind in EXAMPLES:
                sections[setting.path].append(EXAMPLES[setting.kind].rstrip())
            continue
        lines += [f"# {setting.help}{note}", f"# {key} = {_toml(value)}"]
    parts = ["# opstui settings; remove a # to change one", "", *sections.pop("", [])]
    for section, lines in sections.items():
        parts += ["", f"[{section}]", *lines]
    return "\n".join(parts) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, str | list) else f"{value:g}"
