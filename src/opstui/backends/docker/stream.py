"""An endless answer: a thread reads it, the event loop awaits its chunks."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from opstui.backends.docker.threads import fail, give, tell
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    import requests

AHEAD = 512
"""Chunks that may wait for the reader; a container that floods its log is slowed, not kept."""


class Stream:
    """Use with `async with`, then `async for`; leaving the block ends the thread at once.

    Entering raises OpstuiError when the answer can't be had, iterating when it broke off.
    """

    def __init__(
        self, start: Callable[[], requests.Response],
        explain: Callable[[BaseException], OpstuiError],
    ) -> None:
        self._start = start
        self._explain = explain
        self._chunks: asyncio.Queue[bytes | OpstuiError | None] = asyncio.Queue()
        self._room = threading.Semaphore(AHEAD)
        self._lock = threading.Lock()
        self._closed = False
        self._response: requests.Response | None = None
        self._ended = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = loop.create_future()
        threading.Thread(
            target=self._run, args=(loop, opened), name="docker stream", daemon=True
        ).start()
        try:
            await opened
        except BaseException:
            self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        item = await self._chunks.get()
        if item is None:
            raise StopAsyncIteration
        if isinstance(item, OpstuiError):
            raise item
        self._room.release()
        return item

    def waiting(self) -> list[bytes]:
        """Every chunk that is already here, without waiting."""
        taken: list[bytes] = []
        while not self._chunks.empty():
            item = self._chunks.get_nowait()
            if not isinstance(item, bytes):
                self._chunks.put_nowait(item)  # the end: always the last one
                break
            self._room.release()
            taken.append(item)
        return taken

    def close(self) -> None:
        """Hang up. Does not wait: the thread ends by itself within milliseconds."""
        from opstui.backends.docker.client import hang_up

        with self._lock:
            self._closed = True
            response = self._response
        self._room.release()
        if response is not None:
            hang_up(response)

    async def gone(self) -> None:
        """Wait until nothing of it is under way any more: the engine was hung up on."""
        await self._ended.wait()

    def _run(self, loop: asyncio.AbstractEventLoop, opened: asyncio.Future[None]) -> None:
        try:
            self._carry(loop, opened)
        finally:
            tell(loop, self._ended.set)

    def _carry(self, loop: asyncio.AbstractEventLoop, opened: asyncio.Future[None]) -> None:
        try:
            response = self._start()
        except BaseException as error:  # noqa: BLE001  carried over to the task that awaits
            tell(loop, fail, opened, error)
            return
        with self._lock:
            closed, self._response = self._closed, response
        if closed:
            response.close()
            return
        tell(loop, give, opened, None)
        tell(loop, self._chunks.put_nowait, self._read(loop, response))

    def _read(
        self, loop: asyncio.AbstractEventLoop, response: requests.Response
    ) -> OpstuiError | None:
        """Hand over chunks until the end; returns why it broke off, None for a regular end."""
        from opstui.backends.docker.failures import LIBRARY_ERRORS

        try:
            with contextlib.closing(response):
                for chunk in response.raw.stream(65536, decode_content=False):
                    self._room.acquire()
                    if self._closed:
                        return None
                    tell(loop, self._chunks.put_nowait, chunk)
        except LIBRARY_ERRORS as error:
            return None if self._closed else self._explain(error)
        return None
