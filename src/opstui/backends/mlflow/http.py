"""The one door to an MLflow server: sends, retries what may be retried, records, explains."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from opstui.backends import plain_http
from opstui.backends.json_object import Json
from opstui.backends.mlflow.curl import curl
from opstui.backends.mlflow.decode import PRODUCT, not_mlflow
from opstui.backends.mlflow.environment import Access, stripped
from opstui.backends.mlflow.plain import Question, any_proxy, headers, written
from opstui.backends.mlflow.refusals import RefusalError, refused
from opstui.backends.web_attempts import Explaining, OversizeError, answered, unconfirmed
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    import ssl

    import httpx

    from opstui.backends.asked import Asked
    from opstui.backends.protocols import CallLog

CONNECT_SECONDS = 3.0
START_SECONDS = 2.0
"""In the first seconds of a door, reading gets by without httpx where it can."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts to which a new connection for each question costs nothing worth a library."""
LARGEST_ANSWER = 32 << 20
"""Bytes; a page of 1000 large runs is 3.5 MB."""
IDLE_SECONDS = 3.0
"""Idle connections are dropped before uvicorn (5 s) drops them, so that no write meets a reset."""

Query = Mapping[str, str | int | Sequence[str]]
"""A sequence is the same name given several times."""
Body = Mapping[str, object]


class Door:
    """One server. Reading is tried twice on a lost connection, writing is sent once, ever."""

    def __init__(
        self, access: Access, calls: CallLog, *, transport: httpx.AsyncBaseTransport | None = None,
        asked: Asked | None = None,
    ) -> None:
        self.access = access
        self._calls = calls
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._began = time.monotonic()
        self._asked = asked
        self.lists_unset_tags = True
        """Whether its filters know IS NULL, as far as is known."""

    @property
    def base(self) -> str:
        """The address without secrets."""
        return self.access.base

    async def read(self, method: str, path: str, query: Query | None = None,
                   body: Body | None = None) -> Json:
        """Ask for something; sent once more when the connection was lost."""
        return self._parsed(await self._send(method, path, query or {}, body, writes=False))

    async def read_text(self, path: str) -> str:
        """Ask for a plain text, such as `/version`."""
        return (await self.read_bytes(path, {})).decode("utf-8", "replace").strip()

    async def read_bytes(self, path: str, query: Query) -> bytes:
        """Ask for something that is no JSON, such as an artifact."""
        return await self._send("GET", path, query, None, writes=False)

    async def write(self, method: str, path: str, body: Body) -> Json:
        """Change something. WriteUnconfirmed when it was sent and no answer came back."""
        try:
            content = await self._send(method, path, {}, body, writes=True)
        except RefusalError as error:
            # A gateway that gave up says nothing about what the server behind it still does.
            raise (unconfirmed(error) if error.status in (502, 503, 504) else error) from error
        try:
            return self._parsed(content)
        except OpstuiError as error:
            raise unconfirmed(error) from error

    async def stream(self, path: str, query: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
        """A file's bytes as they come, however large; never asked for twice."""
        from opstui.backends.mlflow.streaming import pieces

        stream = pieces(await self._opened(), self.access, self._calls, path, query)
        async with aclosing(stream) as found:
            async for piece in found:
                yield piece

    async def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _send(
        self, method: str, path: str, query: Query, body: Body | None, *, writes: bool
    ) -> bytes:
        if not writes and self._gets_by:
            content = await self._plainly(method, path, query, body)
            if content is not None:
                return content
        client = await self._opened()  # loads httpx in a thread
        return await answered(
            lambda: self._once(client, method, path, query, body), self._explaining, writes=writes
        )

    @property
    def _explaining(self) -> Explaining:
        return Explaining(
            PRODUCT, self.base,
            authority="set MLFLOW_TRACKING_SERVER_CERT_PATH to its authority",
            address="check that the server runs and that the address is right",
            within=f"within {self.access.seconds:g} s",
            connected_within=f"within {CONNECT_SECONDS:.0f} s",
            again="refresh to try again", look="read it again before trying again",
        )

    @property
    def _gets_by(self) -> bool:
        """Whether httpx was not needed yet, and would hold up the first answers or is no use."""
        parts = urlsplit(self.base)
        return (
            self._client is None and self._transport is None and parts.scheme == "http"
            and (time.monotonic() - self._began < START_SECONDS or parts.hostname in HERE)
            and not (self.access.proxies and any_proxy(os.environ))
        )

    async def _plainly(
        self, method: str, path: str, query: Query, body: Body | None
    ) -> bytes | None:
        """The answer without httpx; None where it takes more than that."""
        started = time.monotonic()
        try:
            address, question = written(self.access, Question(method, path, query, body))
        except ValueError:
            return None
        seconds = min(self.access.seconds, START_SECONDS)
        outcome = "cancelled"
        try:
            found = await plain_http.ask(
                address, question, seconds=seconds, largest=LARGEST_ANSWER, asked=self._asked
            )
            outcome = "" if found is None else "200"
        finally:
            if outcome:
                self._calls.record(
                    "mlflow", f"{method} {path} → {outcome}",
                    curl(self.access, method, path, query, body), outcome, ok=outcome == "200",
                    milliseconds=(time.monotonic() - started) * 1000,
                )
        return found

    async def _once(
        self, client: httpx.AsyncClient, method: str, path: str, query: Query, body: Body | None
    ) -> bytes:
        """One attempt, recorded whatever happens to it."""
        import httpx

        started = time.monotonic()
        outcome, ok = "cancelled", False
        try:
            async with asyncio.timeout(2 * self.access.seconds + CONNECT_SECONDS):
                status, kind, content = await self._exchange(client, method, path, query, body)
            outcome, ok = str(status), 200 <= status < 300
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OversizeError) as error:
            outcome = "timed out" if _late(error) else type(error).__name__
            raise
        finally:
            self._calls.record(
                "mlflow", f"{method} {path} → {outcome}",
                curl(self.access, method, path, query, body), outcome, ok=ok,
                milliseconds=(time.monotonic() - started) * 1000,
            )
        if ok:
            return content
        raise refused(self.access, status, kind, content, path)

    async def _exchange(
        self, client: httpx.AsyncClient, method: str, path: str, query: Query, body: Body | None
    ) -> tuple[int, str, bytes]:
        """Status, content type (for a redirect: its target) and body, the body bounded."""
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        async with client.stream(
            method, self.base + path, params=query or None, content=content, headers=headers
        ) as answer:
            pieces, size = [], 0
            async for piece in answer.aiter_bytes():
                size += len(piece)
                if size > LARGEST_ANSWER:
                    raise OversizeError(f"more than {LARGEST_ANSWER >> 20} MB")
                pieces.append(piece)
            kind = answer.headers.get("content-type", "")
            if answer.is_redirect:
                kind = stripped(answer.headers.get("location", ""))
            return answer.status_code, kind, b"".join(pieces)

    def _parsed(self, content: bytes) -> Json:
        try:
            value = json.loads(content or b"{}")
        except (ValueError, RecursionError) as error:
            raise not_mlflow("not JSON", self.base) from error
        if not isinstance(value, dict):
            raise not_mlflow("not an object", self.base)
        return Json(cast(Mapping[str, object], value), self.base, PRODUCT)

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                # Loading the certificate authorities takes tens of milliseconds.
                self._client = await asyncio.to_thread(self._build)
            return self._client

    def _build(self) -> httpx.AsyncClient:
        import ssl

        import httpx

        try:
            return httpx.AsyncClient(
                headers=headers(self.access), verify=tls(self.access), follow_redirects=False,
                trust_env=self.access.proxies, transport=self._transport,
                timeout=httpx.Timeout(self.access.seconds, connect=CONNECT_SECONDS),
                limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            )
        except (OSError, ssl.SSLError) as error:
            raise OpstuiError(
                f"a certificate for MLflow cannot be loaded: {error}", where=self.base,
                hint="check MLFLOW_TRACKING_SERVER_CERT_PATH, MLFLOW_TRACKING_CLIENT_CERT_PATH "
                "and REQUESTS_CA_BUNDLE",
            ) from error
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise OpstuiError(
                f"the proxy for MLflow cannot be used: {error}", where=self.base,
                hint="check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY",
            ) from error


def _late(error: Exception) -> bool:
    return "Timeout" in type(error).__name__


def tls(access: Access) -> ssl.SSLContext | bool:
    """What httpx shall verify: `requests` reads REQUESTS_CA_BUNDLE, httpx does not."""
    import ssl
    from pathlib import Path

    import httpx

    if access.base.startswith("http://") and not access.proxies:
        return False
    context = httpx.create_ssl_context(verify=not access.insecure)
    if access.authorities:
        folder = Path(access.authorities).is_dir()
        context = ssl.create_default_context(
            cafile=None if folder else access.authorities,
            capath=access.authorities if folder else None,
        )
    if access.client_certificate:
        context.load_cert_chain(access.client_certificate)
    return context
