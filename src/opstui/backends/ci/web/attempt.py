"""Attempts to get a parcel to a server: one more for reading, recorded, errors translated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING

from opstui.backends.ci.web.address import bare, same_origin
from opstui.backends.ci.web.curl import curl
from opstui.backends.ci.web.login import ANONYMOUS, Login
from opstui.backends.ci.web.wire import (
    CONNECT_SECONDS,
    Parcel,
    Raw,
    build,
    exchange,
)
from opstui.backends.web_attempts import Explaining, OversizeError, answered
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    import httpx

    from opstui.backends.protocols import CallLog


class Attempts:
    """The connections to one server, and another set for hosts it sends on to."""

    def __init__(
        self, base: str, product: str, name: str, calls: CallLog,
        transport: httpx.AsyncBaseTransport | None, seconds: float,
    ) -> None:
        self._base = base
        self._product = product
        self._explaining = Explaining(
            product, base, authority="set SSL_CERT_FILE to its authority",
            address="check the network, and that the address is right",
        )
        self._name = name
        self._calls = calls
        self._transport = transport
        self._seconds = seconds
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._opening = asyncio.Lock()

    async def send(
        self, parcel: Parcel, login: Login | None, *, writes: bool, patience: int, command: str,
    ) -> Raw:
        """Send a parcel; `login` None: to a host that may see nothing of this server.

        patience: how many times the usual wait the whole exchange may take.
        command:  what is recorded; made from the parcel when empty.
        Raises OpstuiError, and WriteUnconfirmed for a write that may have arrived.
        """
        client = await self._opened(login is not None)
        if login is not None and login.known and same_origin(parcel.url, self._base):
            parcel = replace(parcel, headers={**parcel.headers, login.header: login.value})
        if not command:
            # Storage addresses carry their own short-lived keys in the query.
            shown = parcel.url if login is not None else bare(parcel.url)
            command = curl(login or ANONYMOUS, parcel.method, shown)
        return await answered(
            lambda: self._once(client, parcel, patience, command), self._explaining,
            writes=writes, given_up=lambda: client.is_closed,
        )

    async def lines(
        self, parcel: Parcel, login: Login, *, quiet: float
    ) -> AsyncGenerator[str, None]:
        """The lines of an answer without an end, until nothing came for `quiet` seconds."""
        client = await self._opened(True)
        import httpx

        headers = dict(parcel.headers)
        if login.known and same_origin(parcel.url, self._base):
            headers[login.header] = login.value
        began, outcome = time.monotonic(), "ended"
        try:
            async with client.stream(
                parcel.method, parcel.url, headers=headers,
                timeout=httpx.Timeout(quiet, connect=CONNECT_SECONDS),
            ) as answer:
                if answer.status_code != 200:
                    outcome = str(answer.status_code)
                    raise OpstuiError(
                        f"{self._product} has no news to listen to (HTTP {outcome})",
                        where=self._base, hint="it is asked from time to time instead",
                    )
                async for line in answer.aiter_lines():
                    yield line
        except httpx.ReadTimeout:
            outcome = "quiet"
        except httpx.HTTPError as error:
            outcome = type(error).__name__
            raise self._explaining.unreachable(error) from error
        finally:
            path = bare(parcel.url).removeprefix(self._base)
            self._calls.record(
                "ci", f"{self._name}: {parcel.method} {path} → {outcome}",
                curl(login, parcel.method, parcel.url), outcome, ok=outcome in ("ended", "quiet"),
                milliseconds=(time.monotonic() - began) * 1000,
            )

    async def close(self) -> None:
        """Close the connections; the next parcel opens new ones."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def _once(
        self, client: httpx.AsyncClient, parcel: Parcel, patience: int, command: str
    ) -> Raw:
        """One attempt, recorded whatever happens to it."""
        import httpx

        began = time.monotonic()
        outcome, ok = "cancelled", False
        try:
            raw = await exchange(client, parcel, patience * self._seconds + CONNECT_SECONDS)
            outcome, ok = str(raw.status), raw.status < 400
            return raw
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OversizeError) as error:
            outcome = "timed out" if "Timeout" in type(error).__name__ else type(error).__name__
            raise
        finally:
            path = bare(parcel.url).removeprefix(self._base)
            self._calls.record(
                "ci", f"{self._name}: {parcel.method} {path} → {outcome}", command, outcome,
                ok=ok, milliseconds=(time.monotonic() - began) * 1000,
            )

    async def _opened(self, ours: bool) -> httpx.AsyncClient:
        """The connections to this server, or the others: those share no cookies and headers."""
        async with self._opening:
            if ours not in self._clients:
                base = self._base if ours else "https://"
                self._clients[ours] = await asyncio.to_thread(
                    build, base, self._seconds, self._transport
                )
            return self._clients[ours]
