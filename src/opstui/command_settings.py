"""The tables `[commands.NAME]` of a settings file, checked key by key."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from opstui.domain.custom_command import OUTPUTS, PLACEHOLDER, Ask, CustomCommand
from opstui.domain.errors import OpstuiError
from opstui.domain.selected import FACTS

KEYS = {
    "command": "the program and its arguments as a list, with facts such as \"{commit}\"; or a "
    "script in quotes, which `sh -c` gets with facts as variables such as $OPSTUI_COMMIT",
    "key": "its key; several are separated by commas",
    "label": "one or two words for the footer; the name where it is left out",
    "help": "one sentence for help and palette",
    "panes": "the lists that have it, such as [\"branches\", \"commits\"]; every list if left out",
    "prompts": "what to ask for first: tables with name, type (input, menu or confirm), title, "
    "value, choices",
    "confirm": "the effect to ask about first, as a text",
    "dangerous": "it changes something shared: always asked about, journaled, gone in read-only "
    "mode",
    "output": "where what it prints goes: view (to be followed), terminal, notice or none",
}
"""What each key is for."""
EXAMPLE = """\
# [commands.bench]
# key = "ctrl+o"
# panes = ["branches", "commits"]
# command = ["./bench.sh", "--at", "{commit}", "{where}"]
# prompts = [{name = "where", type = "menu", title = "On which machine", choices = ["a", "b"]}]
# output = "view"
"""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
KINDS = ("input", "menu", "confirm")

Where = Callable[[str], str]
"""`file:line` of a dotted name."""


def checked(value: Any, where: Where, source: str, *, own: bool) -> dict[str, CustomCommand]:
    """The commands by name; raises OpstuiError for the first wrong thing."""
    if not isinstance(value, dict):
        raise OpstuiError("commands must be a table", where=where("commands"),
                          hint="[commands.bench]")
    return {name: _command(name, table, where, source, own) for name, table in value.items()}


def _command(name: str, table: Any, where: Where, source: str, own: bool) -> CustomCommand:
    place = f"commands.{name}"

    def wrong(key: str, wanted: str) -> OpstuiError:
        dotted = f"{place}.{key}" if key else place
        return OpstuiError(f"{dotted} {wanted}", where=where(dotted),
                           hint=KEYS.get(key, "keys: " + ", ".join(KEYS)))

    if not isinstance(table, dict):
        raise wrong("", "must be a table")
    if not NAME.fullmatch(name):
        raise wrong("", "can't be a command's name: use letters, digits and dashes")
    for key in table:
        if key not in KEYS:
            raise wrong(key, "is no setting")
    if "command" not in table:
        raise wrong("", "has no command")
    words = table["command"]
    script = isinstance(words, str)
    if not (script and words.strip()) and not (_texts(words) and words and words[0]):
        raise wrong("command", "must be a list of texts or a script in quotes")
    for key in ("key", "label", "help", "confirm", "output"):
        if not isinstance(table.get(key, ""), str):
            raise wrong(key, "must be a text in quotes")
    if not isinstance(table.get("dangerous", False), bool):
        raise wrong("dangerous", "must be true or false")
    if not _texts(table.get("panes", [])):
        raise wrong("panes", "must be a list of texts")
    if table.get("output", "view") not in OUTPUTS:
        raise wrong("output", f"must be one of {', '.join(OUTPUTS)}")
    asks = _prompts(table.get("prompts", []), wrong)
    known = {*FACTS, *(one.name for one in asks)}
    unknown = [] if script else [
        found for word in words for found in PLACEHOLDER.findall(word) if found not in known
    ]
    if unknown:
        raise wrong("command", f"names {{{unknown[0]}}}, which nothing is called: there are "
                    + ", ".join(known))
    return CustomCommand(
        name, (words,) if script else tuple(words), script, table.get("key", ""),
        table.get("label", ""), table.get("help", ""), tuple(table.get("panes", ())), asks,
        table.get("confirm", ""), table.get("dangerous", False), table.get("output", "view"),
        source, own,
    )


def _prompts(value: Any, wrong: Callable[[str, str], OpstuiError]) -> tuple[Ask, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise wrong("prompts", "must be a list of tables")
    asks: list[Ask] = []
    for table in value:
        name, kind = table.get("name", ""), table.get("type", "input")
        texts = {key: table.get(key, "") for key in ("name", "type", "title", "value")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise wrong("prompts", "must hold texts in quotes")
        extra = set(table) - {"name", "type", "title", "value", "choices"}
        if extra:
            raise wrong("prompts", f"know no {sorted(extra)[0]}")
        if kind not in KINDS:
            raise wrong("prompts", f"are of type {', '.join(KINDS)}, not {kind}")
        if kind != "confirm" and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise wrong("prompts", "need a name of small letters, digits and underscores each")
        if name in FACTS:
            raise wrong("prompts", f"can't be called {name}: that is a fact of the selected thing")
        choices = table.get("choices", [])
        if not _texts(choices) or (kind == "menu" and not choices):
            raise wrong("prompts", "of type menu need choices, a list of texts")
        asks.append(Ask(name, kind, table.get("title", "") or name, table.get("value", ""),
                        tuple(choices)))
    return tuple(asks)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
