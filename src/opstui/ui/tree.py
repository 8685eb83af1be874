"""JSON as a tree that is folded and unfolded, searched and copied from. Pure state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opstui.domain.needle import Needle
from opstui.domain.secrets import mask_entry, mask_json, mask_value

Path = tuple[str | int, ...]
"""Names and places from the top to a node; the top itself is empty."""

FEW = 40
"""Rows of a tree that is shown unfolded at once."""


@dataclass(frozen=True, slots=True)
class Node:
    """One row: a name with a value, or with what is inside."""

    path: Path
    value: Any

    @property
    def depth(self) -> int:
        """How deep it is drawn: 0 for what stands at the top."""
        return len(self.path) - 1

    @property
    def name(self) -> str:
        """Its name, or its place in a list."""
        last = self.path[-1] if self.path else ""
        return last if isinstance(last, str) else f"{last}"

    @property
    def folds(self) -> bool:
        """Whether there is something inside."""
        return isinstance(self.value, dict | list) and bool(self.value)

    def text(self, *, bare: bool) -> str:
        """The value on one line; secrets in it only where `bare`."""
        value = self.value
        if isinstance(value, str):
            return value if bare else self._masked(value)
        if isinstance(value, dict):
            return f"{{{len(value)}}}" if value else "{}"
        if isinstance(value, list):
            return f"[{len(value)}]" if value else "[]"
        return json.dumps(value)

    def whole(self, *, bare: bool) -> str:
        """The value as it is copied: a text as such, everything else as indented JSON."""
        if isinstance(self.value, str):
            return self.text(bare=bare)
        value = self.value if bare else mask_json(self.value)
        return json.dumps(value, indent=2, ensure_ascii=False)

    def _masked(self, value: str) -> str:
        named = isinstance(self.path[-1], str) if self.path else False
        return mask_value(self.name, value) if named else mask_entry(value)


class Tree:
    """A tree with what is unfolded in it."""

    def __init__(self, value: Any) -> None:
        self._top = value
        self.bare = False
        """Secrets are shown."""
        self._open: set[Path] = set()
        self._rows: list[Node] | None = None
        if sum(1 for _ in self.every()) <= FEW:
            self.unfold_all()

    @property
    def rows(self) -> Sequence[Node]:
        """What is in sight with nothing scrolled: every node whose parents are all unfolded."""
        if self._rows is None:
            self._rows = list(self._walk((), self._top, every=False))
        return self._rows

    def every(self) -> Iterator[Node]:
        """Every node, from the top on, also those that are folded away."""
        return self._walk((), self._top, every=True)

    def _walk(self, path: Path, value: Any, *, every: bool) -> Iterator[Node]:
        inside: Iterator[tuple[str | int, Any]] = iter(())
        if isinstance(value, dict):
            inside = ((str(name), one) for name, one in value.items())
        elif isinstance(value, list):
            inside = iter(enumerate(value))
        for name, one in inside:
            node = Node((*path, name), one)
            yield node
            if node.folds and (every or node.path in self._open):
                yield from self._walk(node.path, one, every=every)

    def renew(self, value: Any) -> None:
        """Take what was read again; what is unfolded stays so."""
        self._top, self._rows = value, None

    # folding

    def is_open(self, node: Node) -> bool:
        """Whether what is inside is shown."""
        return node.path in self._open

    def toggle(self, node: Node) -> None:
        """Show what is inside, or put it away."""
        if node.folds:
            self._open ^= {node.path}
            self._rows = None

    def toggle_all(self) -> None:
        """Unfold everything; where everything is, fold all."""
        folded = any(node.folds and node.path not in self._open for node in self.every())
        if folded:
            self.unfold_all()
        else:
            self._open.clear()
            self._rows = None

    def unfold_all(self) -> None:
        """Show everything."""
        self._open = {node.path for node in self.every() if node.folds}
        self._rows = None

    def reveal(self, path: Path) -> None:
        """Unfold what a node is inside of."""
        self._open |= {path[:end] for end in range(1, len(path))}
        self._rows = None

    def row_of(self, path: Path) -> int:
        """The row of a node, or of the innermost thing in sight that it is inside of."""
        places = {node.path: n for n, node in enumerate(self.rows)}
        while path and path not in places:
            path = path[:-1]
        return places.get(path, 0)

    # searching

    def find(self, text: str, start: Path, *, forward: bool = True) -> Node | None:
        """The next node whose name or value holds a text, also folded away, around the end."""
        needle = Needle(text)
        nodes = list(self.every())
        here = next((n for n, node in enumerate(nodes) if node.path == start), -1)
        order = [*nodes[here + 1 :], *nodes[: here + 1]]
        if not forward:
            order = [*reversed(nodes[: max(0, here)]), *reversed(nodes[max(0, here):])]
        return next((node for node in order if needle.spans(self.said(node))), None)

    def said(self, node: Node) -> str:
        """A node as one line of text, which is searched."""
        return f"{node.name} {'' if node.folds else node.text(bare=self.bare)}"


def written(path: Path) -> str:
    """A path as jq takes it: `.Config.Env[3]`, `.Labels["a.b"]`."""
    parts: list[str] = []
    for one in path:
        if isinstance(one, int):
            parts.append(f"[{one}]")
        elif one.isidentifier() and one.isascii():
            parts.append(f".{one}")
        else:
            parts.append(f"{'' if parts else '.'}[{json.dumps(one)}]")
    return "".join(parts) or "."
