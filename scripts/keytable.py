"""Writes the tables of keys and of settings into README.md, from what the code declares.

    python scripts/keytable.py            bring README.md up to date
    python scripts/keytable.py --check    exit code 1 when it is not
    python scripts/keytable.py --print    only print the tables
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opstui.panes.table import VIEWS
from opstui.promotion_settings import table as gate_keys
from opstui.settings import SETTINGS, Setting, Settings
from opstui.ui.keymap import shown
from opstui.ui.keys import scopes_of

README = Path(__file__).resolve().parent.parent / "README.md"


def keys_table() -> str:
    """One table for each scope: keys, what they do, and the id for the keymap."""
    parts: list[str] = []
    for title, scope in scopes_of(VIEWS):
        if not scope:
            continue
        parts += [f"**{cell(title)}**", "", "| key | what it does | id |", "|---|---|---|"]
        if title == "Everywhere":
            parts.append("| `1` … `5` | Focus the pane with this number |  |")
        for bound in scope:
            pressed = " ".join(code(shown(key)) for key in bound.action.keys)
            parts.append(f"| {pressed} | {cell(bound.action.help)} | `{bound.id}` |")
        parts.append("")
    return "\n".join(parts).rstrip()


def settings_table() -> str:
    """Every setting with its default, who may set it, and what it is for."""
    defaults = Settings()
    rows = [
        "| setting | type | default | environment | in a repository | what it is |",
        "|---|---|---|---|---|---|",
    ]
    facts = (
        (code(one.path), kind_of(one), default_of(getattr(defaults, one.name)),
         code(one.env) if one.env else "", "yes" if one.repository else "no", cell(one.help))
        for one in SETTINGS
    )
    return "\n".join([*rows, *(f"| {' | '.join(row)} |" for row in facts)])


def gates_table() -> str:
    """Every gate with what can be set of it."""
    rows = ["| gate | key | default | what it is |", "|---|---|---|---|"]
    facts = (
        (code(gate), code(key), code(default) if default else "", cell(help))
        for gate, key, default, help in gate_keys()
    )
    return "\n".join([*rows, *(f"| {' | '.join(row)} |" for row in facts)])


def kind_of(setting: Setting) -> str:
    """The type in words, or the texts that may be chosen."""
    if setting.choices:
        return ", ".join(code(choice) for choice in setting.choices)
    return {"bool": "true or false", "str": "text", "int": "whole number", "float": "number",
            "list": "list of texts", "table": "table of texts",
            "servers": "a table each", "environments": "a table each",
            "commands": "a table each", "profiles": "a table each",
            "deploys": "a table each"}[setting.kind]


def default_of(value: Any) -> str:
    """The default as TOML writes it; nothing where it is empty."""
    if value in ("", [], {}):
        return ""
    return code(f"{value:g}" if isinstance(value, float) else json.dumps(value))


def cell(text: str) -> str:
    """Text that can stand in a table's cell."""
    return text.replace("|", "\\|")


def code(text: str) -> str:
    """Text as code; a backtick needs a longer fence."""
    return f"`` {cell(text)} ``" if "`" in text else f"`{cell(text)}`"


TABLES: dict[str, Callable[[], str]] = {
    "keys": keys_table, "settings": settings_table, "gates": gates_table,
}


def filled(text: str) -> str:
    """A text with every table put between its markers; what has no markers stays as it is."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if begin in text and end in text:
            head, _, rest = text.partition(begin)
            _, _, tail = rest.partition(end)
            text = f"{head}{begin}\n{table()}\n{end}{tail}"
    return text


def main() -> int:
    """Carry out the arguments; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; tell by exit code")
    parser.add_argument("--print", action="store_true", help="change nothing; print the tables")
    parser.add_argument("readme", nargs="?", type=Path, default=README)
    chosen = parser.parse_args()
    if chosen.print:
        print("\n\n".join(table() for table in TABLES.values()))
        return 0
    old = chosen.readme.read_text("utf-8")
    missing = [name for name in TABLES if f"<!-- {name}:begin -->" not in old]
    if missing:
        print(f"{chosen.readme} has no place for: {', '.join(missing)}", file=sys.stderr)
    new = filled(old)
    if chosen.check:
        if new != old:
            print(f"{chosen.readme} is stale; run python scripts/keytable.py", file=sys.stderr)
        return 1 if missing or new != old else 0
    if new != old:
        chosen.readme.write_text(new, "utf-8")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
