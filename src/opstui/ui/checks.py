"""A list to be gone through before something is done: rows that can be taken out one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from opstui.ui.paint import Line


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One row: a thing that is in or out, or a text that stands between them."""

    line: Line
    key: str = ""
    """Identity of the thing, or empty for a text."""
    checked: bool = False
    """Whether the thing is in."""
    group: str = ""
    """What it belongs to, to be taken in or out together."""


class Checklist(Protocol):
    """What is gone through. Its rows are asked for again after every change."""

    agreed: bool
    """Whether the person wants to go on with what is in."""
    verb: str
    """What going on is called, such as `prune`."""

    def rows(self) -> Sequence[CheckRow]:
        """Everything, in order."""
        ...

    def facts(self) -> Line:
        """What is in, summed up for the frame."""
        ...

    def put(self, keys: Sequence[str], *, into: bool) -> None:
        """Take things in or out."""
        ...
