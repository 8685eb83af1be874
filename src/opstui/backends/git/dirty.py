"""How many files differ from HEAD, without letting a slow answer hold anything up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from opstui.backends.git.command import Door
from opstui.backends.git.questions import CHANGED
from opstui.domain.errors import OpstuiError

_PATIENCE = 0.3
"""Seconds a caller waits before it gets the last known number instead."""
_TIMEOUT = 60.0
_SLOW = 1.0
"""Seconds from which on a status rests ten times as long as it took."""


def count(out: bytes) -> int:
    """Entries of `git status --porcelain=v1 -z`; a rename has its old path as a second field."""
    fields = iter(out.split(b"\0"))
    total = 0
    for field in fields:
        if not field:
            continue
        total += 1
        if field[:1] in b"RC" or field[1:2] in b"RC":
            next(fields, None)
    return total


class Dirty:
    """The number of changed files. One status runs at a time; late answers are announced."""

    def __init__(self, late: Callable[[], None]) -> None:
        self._late = late
        self._known = 0
        self._task: asyncio.Task[int] | None = None
        self._rest_until = 0.0

    async def files(self, door: Door) -> int:
        """Changed files, untracked ones included; the last known number while git is slow."""
        if self._task is None or self._task.done():
            if asyncio.get_running_loop().time() < self._rest_until:
                return self._known
            self._task = asyncio.create_task(self._ask(door))
        task = self._task
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
        if not done:
            task.add_done_callback(self._announce)
            return self._known
        self._known = self._result(task)
        return self._known

    def _announce(self, task: asyncio.Task[int]) -> None:
        before, self._known = self._known, self._result(task)
        if self._known != before:
            self._late()

    def _result(self, task: asyncio.Task[int]) -> int:
        """The new number, or the known one where the question failed."""
        if task.cancelled() or isinstance(task.exception(), OpstuiError):
            return self._known
        return task.result()

    async def _ask(self, door: Door) -> int:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            answer = await door.read(*CHANGED, timeout=_TIMEOUT)
        finally:
            took = loop.time() - started
            self._rest_until = loop.time() + 10 * took if took > _SLOW else 0.0
        return count(answer.out)
