"""Blocking work in threads that never hold up the event loop or the end of the process.

`asyncio.to_thread` is not used here: its threads are joined at exit, so a call that waits for
a hung daemon would keep the program from quitting. These threads are daemons.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


async def in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread of its own; a cancelled task abandons it at once."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001  carried over to the task that awaits
            tell(loop, fail, done, error)
        else:
            tell(loop, give, done, value)

    threading.Thread(target=run, name="docker call", daemon=True).start()
    return await done


def tell(
    loop: asyncio.AbstractEventLoop, what: Callable[[*Ts], object], *values: *Ts
) -> None:
    """Call `what(*values)` on the loop from a thread; nothing where the loop is gone already."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(what, *values)


def give(future: asyncio.Future[T], value: T) -> None:
    """Fulfil a future that nobody may be waiting for any more. On the loop."""
    if not future.done():
        future.set_result(value)


def fail(future: asyncio.Future[T], error: BaseException) -> None:
    """Fail a future that nobody may be waiting for any more. On the loop."""
    if not future.done():
        future.set_exception(error)
