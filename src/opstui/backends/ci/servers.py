"""The CI servers of one repository: the local runner at once, the others as they are found."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from opstui.backends.ci.table import SERVERS, CiContext, local
from opstui.backends.ci_protocols import CiServer
from opstui.domain.ci import CiPlace
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.backends.ci.search import Result

LOCAL = -1
"""The local runner's place: before all others."""


class Servers(Sequence[CiServer]):
    """A list that grows while `find` looks around. Implements CiSearch."""

    def __init__(self, context: CiContext) -> None:
        """Makes the local runner only; nothing is asked."""
        self._context = context
        self.runner = local(context)
        self._servers: dict[int, CiServer] = {LOCAL: self.runner}
        self._places: dict[int, CiPlace] = {}
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._again = False

    @overload
    def __getitem__(self, index: int) -> CiServer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CiServer]: ...
    def __getitem__(self, index: int | slice) -> CiServer | Sequence[CiServer]:
        return self._inorder()[index]

    def __len__(self) -> int:
        return len(self._servers)

    async def find(self) -> bool:
        """Look once. Returns when something was found; True while more may come."""
        if self._again:
            await self._stop()
        if self._task is None:
            anew, self._again = self._again, False
            self._news = asyncio.Event()
            self._task = asyncio.create_task(self._look(anew))
            self._task.add_done_callback(lambda _: self._news.set())
        task = self._task
        if not task.done():
            await self._news.wait()
        if not task.done():
            return True
        if not task.cancelled():
            task.result()
        return False

    def forget(self) -> None:
        """Look again at the next `find`, and read credentials anew."""
        self._again = True

    def places(self) -> tuple[CiPlace, ...]:
        """What was found so far, hosts without a CI server included."""
        return tuple(place for _, place in sorted(self._places.items()))

    async def close(self) -> None:
        """Stop looking and let go of all connections."""
        await self._stop()
        for server in self._inorder():
            await server.close()

    async def _look(self, anew: bool) -> None:
        from opstui.backends.ci.search import Search  # long after the first frame

        environ = os.environ if self._context.environ is None else self._context.environ
        seen = {LOCAL}
        async for result in Search(self._context, environ, anew=anew).results():
            seen.add(result.order)
            await self._take(result)
            news, self._news = self._news, asyncio.Event()
            news.set()
        for order in [one for one in self._servers if one not in seen]:
            await self._servers.pop(order).close()
        self._places = {order: place for order, place in self._places.items() if order in seen}

    async def _take(self, result: Result) -> None:
        """Add what was found, in the place of what was there before."""
        place, server = result.place, None
        if result.found is not None and result.found.kind in SERVERS:
            try:
                server = SERVERS[result.found.kind](result.found, self._context.calls)
            except OpstuiError as error:
                place = replace(place, kind="", note=error.what)
        elif result.found is not None:
            place = replace(place, kind="", note=f"opstui does not know {result.found.kind}")
        before = self._servers.pop(result.order, None)
        if server is not None:
            self._servers[result.order] = server
        self._places[result.order] = place
        if before is not None:
            await before.close()

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _inorder(self) -> list[CiServer]:
        return [server for _, server in sorted(self._servers.items())]
