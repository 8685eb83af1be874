"""Pulling and pushing through the engine, with its own account of how far it is.

Source: Docker Engine API v1.41, `POST /images/create` and `POST /images/{name}/push`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from urllib.parse import quote

from opstui.backends.docker.connection import Connection
from opstui.backends.docker.progress import Told, told
from opstui.domain.errors import OpstuiError
from opstui.domain.image_reference import Reference
from opstui.domain.transfer import Part

HANG_UP = 5.0
"""Seconds that a stream that was given up may take to be gone."""


class DockerTransfers:
    """Implements `engine_protocols.Transfers` for Docker and for podman's Docker API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def pull(self, at: Reference, auth: str, tell: Callable[[Part], None]) -> str:
        """Pull a tag or digest; returns the digest that the engine got.

        auth: X-Registry-Auth, or empty. Cancelling hangs up, on which the engine gives up too.
        """
        params = {"fromImage": at.name, "tag": at.what}
        return await self._run(f"pull {at.text}", "/images/create", params, auth, tell)

    async def push(self, at: Reference, auth: str, tell: Callable[[Part], None]) -> str:
        """Push a tag that an image has; returns the digest that the registry got."""
        path = f"/images/{quote(at.name, safe='/:')}/push"
        return await self._run(f"push {at.text}", path, {"tag": at.tag}, auth, tell)

    async def _run(
        self, doing: str, path: str, params: dict[str, str], auth: str,
        tell: Callable[[Part], None],
    ) -> str:
        # the engine wants the header even where there is no login: `{}` in base64
        headers = {"X-Registry-Auth": auth or "e30="}
        stream = self._connection.posting(doing, path, params, headers)
        digest = ""
        try:
            async with stream:
                async for one in told(stream):
                    _refuse(one, doing)
                    digest = one.digest or digest
                    if one.part is not None:
                        tell(one.part)
        except OpstuiError as error:
            raise OpstuiError(
                error.what, where=error.where, hint=error.hint or _hint(error.what)
            ) from error
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stream.gone(), HANG_UP)
        return digest


def _refuse(one: Told, doing: str) -> None:
    if one.error:
        raise OpstuiError(f"could not {doing}: {one.error}")


def _hint(said: str) -> str:
    """What to try for what engines say most often."""
    low = said.lower()
    if "no basic auth" in low or "unauthorized" in low or "denied" in low:
        return "docker login to that registry, and look whether you may"
    if "not found" in low or "unknown" in low:
        return "look at the registry's tags: T"
    if "http response to https" in low or "certificate" in low:
        return "the engine wants TLS there: see its insecure-registries and certs.d"
    if "no space left" in low:
        return "make room: x prunes images"
    return ""
