"""A page of a list that its owner cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Page(Generic[T_co]):
    """Some items of a list, and the token that asks for the next ones."""

    items: tuple[T_co, ...]
    token: str = ""
    """Empty on the last page."""
    changed: tuple[T_co, ...] = ()
    """Items of other pages as they are now; they replace what is shown of them, in place."""
    gone: frozenset[str] = frozenset()
    """Keys of items of other pages that are no more."""
