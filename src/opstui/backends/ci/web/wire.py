"""One exchange with a server over httpx: bounded in size and time, never following by itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.backends.web_attempts import OversizeError
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    import ssl

    import httpx

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 4.0
"""Idle connections are dropped before common servers drop them (5 s)."""
MOST_CONNECTIONS = 6


@dataclass(frozen=True, slots=True)
class Raw:
    """Status, headers and body as they came."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent, once."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None
    most: int = 32 << 20
    """Bytes of the answer's body."""
    whole: bool = True
    """More than that is an error; otherwise it is cut off there."""


async def exchange(client: httpx.AsyncClient, parcel: Parcel, seconds: float) -> Raw:
    """Send it and read the answer; raises httpx's errors, TimeoutError and OversizeError."""
    pieces: list[bytes] = []
    size, cut = 0, False
    async with (
        asyncio.timeout(seconds),
        client.stream(
            parcel.method, parcel.url, headers=dict(parcel.headers), content=parcel.content
        ) as answer,
    ):
        async for piece in answer.aiter_bytes():
            size += len(piece)
            pieces.append(piece)
            if size > parcel.most:
                if parcel.whole:
                    raise OversizeError(f"more than {parcel.most >> 20} MB")
                cut = True
                break
        body = b"".join(pieces)
        return Raw(answer.status_code, answer.headers, body[: parcel.most], cut)


def build(
    base: str, seconds: float, transport: httpx.AsyncBaseTransport | None,
) -> httpx.AsyncClient:
    """A client for one server; blocks while it loads certificate authorities.

    Raises OpstuiError for certificates and proxies that can't be used.
    """
    import ssl

    import httpx

    try:
        return httpx.AsyncClient(
            headers={"User-Agent": "opstui"}, verify=tls(base), transport=transport,
            follow_redirects=False, trust_env=True,
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            limits=httpx.Limits(
                max_connections=MOST_CONNECTIONS, keepalive_expiry=IDLE_SECONDS
            ),
        )
    except (OSError, ssl.SSLError) as error:
        raise OpstuiError(
            f"the certificate authorities can't be loaded: {error}", where=base,
            hint="check SSL_CERT_FILE, SSL_CERT_DIR and REQUESTS_CA_BUNDLE",
        ) from error
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise OpstuiError(
            f"the proxy can't be used: {error}", where=base,
            hint="check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY",
        ) from error


def tls(base: str) -> ssl.SSLContext | bool:
    """The system's authorities, as git and curl use them, with httpx's own beside them.

    A company's own authority is in the system's store, which httpx alone does not look into.
    """
    import ssl

    if base.startswith("http://"):
        return False
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if bundle:
        folder = Path(bundle).is_dir()
        return ssl.create_default_context(
            cafile=None if folder else bundle, capath=bundle if folder else None
        )
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context
