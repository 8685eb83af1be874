"""A file of a server as it comes, however large."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING

from opstui.backends.mlflow.curl import curl
from opstui.backends.mlflow.environment import Access
from opstui.backends.mlflow.refusals import refused
from opstui.domain.errors import OpstuiError

if TYPE_CHECKING:
    import httpx

    from opstui.backends.protocols import CallLog

EXPLAINED = 64 << 10
"""Bytes of a refusal that are read."""


async def pieces(
    client: httpx.AsyncClient, access: Access, calls: CallLog, path: str, query: Mapping[str, str],
) -> AsyncGenerator[bytes, None]:
    """The bytes of a file; asked for once, and recorded when it ends or is given up.

    Raises OpstuiError when the server says no, or the connection breaks in the middle.
    """
    import httpx

    started, outcome, ok, got = time.monotonic(), "given up", False, 0
    try:
        async with client.stream("GET", access.base + path, params=query) as answer:
            outcome = str(answer.status_code)
            if not answer.is_success:
                said = b""
                async for piece in answer.aiter_bytes():
                    said += piece
                    if len(said) > EXPLAINED:
                        break
                raise refused(
                    access, answer.status_code, answer.headers.get("content-type", ""), said, path
                )
            ok = True
            async for piece in answer.aiter_bytes():
                got += len(piece)
                yield piece
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        outcome, ok = type(error).__name__, False
        raise OpstuiError(
            f"the file stopped coming after {got:,} bytes: {error or outcome}", where=access.base,
            hint="try again",
        ) from error
    finally:
        calls.record(
            "mlflow", f"GET {path} → {outcome}", curl(access, "GET", path, query, None), outcome,
            ok=ok, milliseconds=(time.monotonic() - started) * 1000,
        )
