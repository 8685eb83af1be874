"""One engine, asked from the event loop: connects when first needed, again after a failure."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from opstui.backends.docker.addresses import Address, candidates, known, without_password
from opstui.backends.docker.glance import lists, socket_of
from opstui.backends.docker.stream import Stream
from opstui.backends.docker.threads import in_thread
from opstui.backends.protocols import CallLog
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    import requests

    from opstui.backends.asked import Asked
    from opstui.backends.docker.client import Client

T = TypeVar("T")

GLANCE = 2.0
"""Seconds for the first lists; an engine that takes longer is waited for with the SDK."""


class Connection:
    """Holds the client. Once an engine answered, only that address is ever tried again: while
    Docker restarts, podman's list must not appear in its place."""

    def __init__(self, calls: CallLog, host: str, context: str, seconds: float,
                 asked: Asked | None = None) -> None:
        self._calls = calls
        self._host = host
        self._context = context
        self._seconds = seconds
        self._asked = asked
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._chosen: Address | None = None
        self._turn = 0
        """Counts the engines that were taken, so that one left behind is not kept."""
        self._listeners: set[Callable[[], object]] = set()

    async def ask(self, doing: str, work: Callable[[Client], T], *, gone: str = "") -> T:
        """Run `work` with the client in a thread; every library error becomes an OpstuiError.

        doing: completes "could not …". gone: what is missing when the engine answers 404.
        """
        return await in_thread(lambda: self._guarded(doing, work, gone))

    async def glance(self, *targets: str) -> list[list[dict[str, Any]]] | None:
        """The engine's first lists, before the SDK is imported; None where it has to do it."""
        if self._client is not None or self._chosen is not None:
            return None
        socket = socket_of(self._host, self._context)
        if not socket:
            return None
        seconds = min(self._seconds, GLANCE)
        return await lists(socket, self._calls, seconds, *targets, asked=self._asked)

    def stream(
        self, doing: str, path: str, params: dict[str, str | int], *, gone: str = ""
    ) -> Stream:
        """An answer without an end, to be used with `async with`."""

        def start() -> requests.Response:
            return self._guarded(doing, lambda client: client.open_stream(path, params), gone)

        return Stream(start, self._explaining(doing))

    def posting(
        self, doing: str, path: str, params: dict[str, str], headers: dict[str, str],
        data: Any = None,
    ) -> Stream:
        """Something sent, with an answer that comes as it is worked on; hanging up ends the work.

        data: what `requests` takes as a body, such as a generator of bytes.
        """

        def start() -> requests.Response:
            return self._guarded(
                doing, lambda client: client.post_stream(path, params, headers, data), ""
            )

        return Stream(start, self._explaining(doing))

    def _explaining(self, doing: str) -> Callable[[BaseException], OpstuiError]:
        def explain(error: BaseException) -> OpstuiError:
            from opstui.backends.docker.failures import sentence

            address = self._chosen
            assert address is not None  # a stream that broke was open
            return sentence(error, doing, address, self._seconds)

        return explain

    async def address(self) -> Address:
        """The engine's address; connects when that was not done yet."""
        return await self.ask("reach the engine", lambda client: client.address)

    @property
    def target(self) -> Address | None:
        """The engine that is meant, as far as that is known; asks and waits for nothing."""
        if self._chosen is not None:
            return self._chosen
        try:
            found = candidates(self._host, self._context)
        except OpstuiError:
            return None  # told by whoever connects
        return found[0] if len(found) == 1 else None

    def known(self) -> tuple[Address, ...]:
        """Every engine that the person's own files and variables name, or that has a socket."""
        return known(self._host, self._context)

    def switch(self, address: Address) -> None:
        """Talk to another engine from now on. Acts that are under way end where they began."""
        with self._lock:
            client, self._client = self._client, None
            self._chosen = address
            self._turn += 1
        if client is not None:
            client.close()
        for listener in tuple(self._listeners):
            listener()

    @contextmanager
    def on_switch(self, act: Callable[[], object]) -> Iterator[None]:
        """Call `act` when another engine is taken while the block runs."""
        self._listeners.add(act)
        try:
            yield
        finally:
            self._listeners.discard(act)

    async def rest(self, seconds: float) -> bool:
        """Wait; not any longer, and True, where another engine is taken meanwhile."""
        woken = asyncio.Event()
        with self.on_switch(woken.set), suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await woken.wait()
        return False

    def close(self) -> None:
        """Let go of the sockets. The next question connects again."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _guarded(self, doing: str, work: Callable[[Client], T], gone: str) -> T:
        from opstui.backends.docker.failures import LIBRARY_ERRORS, lost, sentence, status_of

        client = self._connected()
        try:
            return work(client)
        except LIBRARY_ERRORS as error:
            if gone and status_of(error) == 404:
                raise OpstuiError(f"{gone} is gone", where=client.address.text,
                                  hint="somebody removed it; refresh the list") from error
            if lost(error):
                self._drop(client)
            raise sentence(error, doing, client.address, self._seconds) from error

    def _connected(self) -> Client:
        while True:
            with self._lock:
                if self._client is not None:
                    return self._client
                chosen, turn = self._chosen, self._turn
            fresh = self._connect((chosen,) if chosen else candidates(self._host, self._context))
            kept = self._keep(fresh, turn)
            if kept is not fresh:
                fresh.close()
            if kept is not None:
                return kept

    def _keep(self, fresh: Client, turn: int) -> Client | None:
        """The client to use from now on: the first one that connected to the engine that is
        meant; None where that is another one by now."""
        with self._lock:
            if self._client is None and turn == self._turn:
                self._client, self._chosen = fresh, fresh.address
            return self._client

    def _drop(self, client: Client) -> None:
        with self._lock:
            if self._client is client:
                self._client = None
        client.close()

    def _connect(self, addresses: tuple[Address, ...]) -> Client:
        from opstui.backends.docker.client import Client
        from opstui.backends.docker.failures import LIBRARY_ERRORS, START, reason

        misses: list[tuple[Address, str, str]] = []
        for address in addresses:
            if len(addresses) > 1 and address.socket and not _there(address):
                misses.append((address, "not there", ""))
                continue
            try:
                return Client(address, self._calls, self._seconds)
            except (*LIBRARY_ERRORS, ValueError) as error:
                what, hint = reason(error, self._seconds)
                what = what.replace(address.url, without_password(address.url))
                misses.append((address, what, hint))
        hint = max((hint for _, _, hint in misses), key=_weight) or START
        if len(misses) == 1:
            address, what, _ = misses[0]
            raise OpstuiError(f"no container engine: {what}", where=address.text, hint=hint)
        tried = ", ".join(f"{address.url}: {what}" for address, what, _ in misses)
        raise OpstuiError("no container engine answers", where=f"tried {tried}",
                          hint=f"{hint}, or set DOCKER_HOST")


def _there(address: Address) -> bool:
    """Whether the socket's file exists, also where its folder may not be looked into."""
    return address.socket is not None and os.path.lexists(address.socket)


def _weight(hint: str) -> int:
    """Of several hints the one about permissions is the most useful, then any."""
    return 2 if "usermod" in hint else 1 if hint else 0

