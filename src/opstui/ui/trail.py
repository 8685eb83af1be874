"""What a page shows that leads from one thing to others: rows that can be gone to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from opstui.ui.desk import Detail
from opstui.ui.paint import Line
from opstui.ui.view import View


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One thing on the way."""

    key: str
    """Identity, so that the cursor stays on it."""
    head: Line
    tail: Line = ()
    """What stands at the right."""
    under: tuple[Line, ...] = ()
    """Lines below it, which go with it and are wrapped."""
    target: tuple[str, str] | None = None
    """The kind of list and the key that `enter` leads to."""
    why_not: str = ""
    """Why it leads nowhere."""
    copies: tuple[tuple[str, str], ...] = ()
    """What of it can be copied: (what, text)."""


class Trail(Protocol):
    """Rows that become more while something is asked."""

    @property
    def title(self) -> str:
        """What the page is called."""
        ...

    @property
    def file_name(self) -> str:
        """What a saved one is called, without its ending."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether something is still being asked."""
        ...

    @property
    def begins_at(self) -> str:
        """The row that the cursor is on at first."""
        ...

    def rows(self, *, ascii_only: bool) -> Sequence[TrailRow]:
        """What is known by now."""
        ...

    async def complete(self, draw: Callable[[], None]) -> None:
        """Ask for the rest, drawing what comes; raises OpstuiError."""
        ...

    def turned(self) -> Trail:
        """The same thing seen the other way: only what was made from it, or all again."""
        ...

    def told(self, form: str) -> str:
        """All of it as text, in one of FORMS."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """Where a thing is that has no list of its own in sight."""

    kind: str
    key: str
    """The item of a list in sight that it is inside of."""
    view: View[Any]
    """The list inside."""
    name: str
    """What the breadcrumb calls it."""
    find: str = ""
    """A filter for the source that finds it where it is not among the first."""
    instead: tuple[str, Detail] | None = None
    """Title and text to show where the list does not have it after all."""


class Belonging(Protocol):
    """Knows what belongs together, for keys that every list has."""

    def trail(self, view: View[Any], item: Any, *, used_by: bool) -> Trail | str:
        """The way through an item; or why there is none."""
        ...

    async def lit(self, view: View[Any], item: Any) -> Mapping[str, frozenset[str]]:
        """By kind of list, the keys of what belongs to an item."""
        ...

    def at_hand(self, view: View[Any], kind: str, key: str) -> bool:
        """Whether a list that is open has, or will have, this thing."""
        ...

    async def way(self, kind: str, key: str) -> Way | None:
        """Where a thing is inside of another; None where nobody knows."""
        ...
