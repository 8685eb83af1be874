"""Jenkins' `tree` parameter: only what was asked for is answered.

Grammar: https://www.jenkins.io/doc/book/using/remote-access-api/#RemoteaccessAPI-Controlling
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RANGE = re.compile(r"\{(\d*)(,?)(\d*)\}")


@dataclass
class Wish:
    """One level of a tree: names, each with its own level and range."""

    names: dict[str, tuple[Wish, slice]] = field(default_factory=dict)


@dataclass
class Many:
    """A list that is made as far as it is asked for."""

    items: Sequence[Any]
    made: Callable[[Any], dict[str, Any]]
    most: int = 1 << 30


def parse(text: str) -> Wish:
    wish, rest = _level(text)
    assert not rest, f"not a tree: {text!r} at {rest!r}"
    return wish


def _level(text: str) -> tuple[Wish, str]:
    wish = Wish()
    while True:
        word = WORD.match(text)
        assert word, f"no name at {text!r}"
        text, inner, part = text[word.end():], Wish(), slice(None)
        if text.startswith("["):
            inner, text = _level(text[1:])
            assert text.startswith("]"), f"a bracket is open at {text!r}"
            text = text[1:]
        if found := RANGE.match(text):
            first, comma, last = found.groups()
            start = int(first or 0)
            part = slice(start, int(last) if last else None) if comma else slice(start, start + 1)
            text = text[found.end():]
        wish.names[word.group()] = (inner, part)
        if not text.startswith(","):
            return wish, text
        text = text[1:]


def chosen(value: Any, wish: Wish | None, part: slice = slice(None)) -> Any:
    """The value as Jenkins would send it; wish None: without a tree, one level deep."""
    if isinstance(value, Many):
        items = value.items[: value.most][part]
        return [chosen(value.made(one), wish) for one in items]
    if isinstance(value, list):
        return [chosen(one, wish) for one in value[part]]
    if not isinstance(value, dict):
        return value
    if wish is None:
        return {name: _shallow(inner) for name, inner in value.items()}
    return {
        name: chosen(inner, *wish.names.get(name, (Wish(), slice(None))))
        for name, inner in value.items() if name in wish.names or name == "_class"
    }


def _shallow(value: Any) -> Any:
    brief = {"_class", "name", "number", "url", "color"}
    if isinstance(value, Many):
        return [
            {name: inner for name, inner in value.made(one).items() if name in brief}
            for one in value.items[: value.most]
        ]
    return value
