"""The files of images, streamed from the engine and remembered by the image's id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from opstui.backends.docker.saved import read_saved
from opstui.backends.docker.threads import in_thread
from opstui.backends.image_cache import ImageCache
from opstui.domain.errors import OpstuiError
from opstui.domain.image import Image
from opstui.domain.image_files import ImageFiles

if TYPE_CHECKING:
    import requests

    from opstui.backends.docker.client import Client
    from opstui.backends.docker.connection import Connection

PACKING = 900.0
"""Seconds that an engine may pack an image before it sends the first byte of it."""
KEPT = 3
"""Images whose files stay in memory."""


class DockerContents:
    """Implements `image_protocols.Contents` by `GET /images/{id}/get`, Docker Engine API v1.41."""

    def __init__(self, connection: Connection, cache: ImageCache) -> None:
        self._connection = connection
        self._cache = cache
        self._kept: dict[str, ImageFiles] = {}

    async def known(self, image: Image) -> ImageFiles | None:
        """What was read earlier, by this opstui or another one."""
        if image.id not in self._kept:
            found = await in_thread(lambda: self._cache.files(image.id))
            if found is None:
                return None
            self._keep(found)
        return self._kept[image.id]

    async def read(self, image: Image, told: Callable[[int], None]) -> ImageFiles:
        """All of it through the engine; nothing is written but what was found in the end."""
        if (files := await self.known(image)) is not None:
            return files
        flow = Flow(told)

        def work(client: Client) -> ImageFiles:
            flow.open(client.open_stream(f"/images/{image.id}/get", {}, seconds=PACKING))
            with flow:
                return read_saved(flow, image.id)

        try:
            files = await self._connection.ask(
                f"read the files of {image.name}", work, gone=image.name
            )
        except asyncio.CancelledError:
            flow.cut()
            raise
        self._keep(files)
        await in_thread(lambda: self._cache.keep_files(files))
        return files

    def _keep(self, files: ImageFiles) -> None:
        self._kept.pop(files.image, None)
        self._kept[files.image] = files
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]


class Flow:
    """The engine's answer as a stream that can be cut from another thread."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told = told
        self._response: requests.Response | None = None
        self._cut = False
        self._count = 0

    def open(self, response: requests.Response) -> None:
        """Take an answer whose beginning is there."""
        self._response = response
        if self._cut:
            self.cut()

    def __enter__(self) -> Flow:
        return self

    def __exit__(self, *_: object) -> None:
        if self._response is not None:
            self._response.close()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; OpstuiError once it was cut."""
        from opstui.backends.docker.failures import LIBRARY_ERRORS

        assert self._response is not None
        try:
            data: bytes = self._response.raw.read(size if size >= 0 else None)
        except LIBRARY_ERRORS as error:
            if self._cut:
                raise OpstuiError("reading the image was given up") from error
            raise
        if self._cut:
            raise OpstuiError("reading the image was given up")
        self._count += len(data)
        self._told(self._count)
        return data

    def cut(self) -> None:
        """Hang up; the thread that reads ends within milliseconds."""
        from opstui.backends.docker.client import hang_up

        self._cut = True
        if self._response is not None:
            hang_up(self._response)


async def variables(connection: Connection) -> dict[str, str]:
    """What leads other programs to the same engine, as the docker command line reads it."""
    address = await connection.address()
    told = {"DOCKER_HOST": address.url}
    if address.certificates is not None:
        told["DOCKER_CERT_PATH"] = str(address.certificates.cert.parent)
        if address.certificates.verify:
            told["DOCKER_TLS_VERIFY"] = "1"
    return told
