"""Knowing whether a key is being carried out: the next one must not overtake it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Protocol, TypeVar

from textual import events


class Carrier(Protocol):
    """Something that carries out keys."""

    carrying: int
    """Keys that are being carried out."""


C = TypeVar("C", bound=Carrier)
Handler = Callable[[C, events.Key], Awaitable[None]]


def counted(handler: Handler[C]) -> Handler[C]:
    """A handler of keys that counts in `carrying` those it has not finished."""

    @wraps(handler)
    async def carry(self: C, event: events.Key) -> None:
        self.carrying += 1
        try:
            await handler(self, event)
        finally:
            self.carrying -= 1

    return carry
