"""Helpers: a connection to a real server, and tiny servers that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from opstui.backends.calls import RecentCalls
from opstui.backends.mlflow.connection import MlflowConnection
from opstui.domain.local_mlflow import LocalPhase, LocalState


class NoLocal:
    """An embedded server that stands in one phase."""

    def __init__(self, phase: LocalPhase = LocalPhase.OFF, address: str = "") -> None:
        self._state = LocalState(phase, address, "it broke" if phase is LocalPhase.FAILED else "")

    def state(self) -> LocalState:
        return self._state


@asynccontextmanager
async def connected(
    uri: str, environ: Mapping[str, str] | None = None, *, calls: RecentCalls | None = None,
    local: NoLocal | None = None, registry_uri: str = "",
) -> AsyncIterator[MlflowConnection]:
    """A connection that is closed at the end."""
    connection = MlflowConnection(
        calls or RecentCalls(), environ=environ or {}, uri=uri, registry_uri=registry_uri,
        local=local or NoLocal(),
    )
    try:
        yield connection
    finally:
        await connection.close()


Handler = Callable[[str, dict[str, str], bytes], Awaitable[bytes | None]]


def answer(
    body: bytes | str = b"{}", status: str = "200 OK", kind: str = "application/json",
    **headers: str,
) -> bytes:
    """A raw HTTP answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on a free port; the handler gets request line, headers and body.

    It answers the bytes that the handler returns; None drops the connection without an answer.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *rest = head.strip().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in rest)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                reply = await handler(first, dict(line.split(": ", 1) for line in rest), body)
                if reply is None:
                    writer.transport.abort()
                    return
                writer.write(reply)
                await writer.drain()
                if b"Connection: close" in reply or not reply.startswith(b"HTTP"):
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(talk(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
