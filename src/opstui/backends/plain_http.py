"""One question over HTTP without any library, for the first answers of a start.

The libraries that know all of HTTP take a tenth of a second to import. This knows HTTP/1.0
(RFC 1945): one request a connection, and the answer ends where the connection does. Whatever is
not plain is no answer, and is asked for again through the library, which also explains it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from opstui.backends.asked import Address, Asked

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def request(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """The characters of a request; raises ValueError where a header would break it."""
    if any(mark in text for text in (target, *headers.values()) for mark in "\r\n"):
        raise ValueError("a line end in a header")
    lines = [f"{method} {target} HTTP/1.0", "Connection: close",
             *(f"{name}: {text}" for name, text in headers.items())]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode("utf-8", "surrogateescape") + (body or b"")


async def ask(
    address: Address, question: bytes, *, seconds: float, largest: int,
    asked: Asked | None = None,
) -> bytes | None:
    """The body of an answer with a status of 200 to 299; None for any other and for none.

    question: a `request`. largest: bytes of a body that are taken. asked: what was sent already.
    """
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await _sent(address, question, asked)
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                return await _body(reader, head, largest)
            finally:
                writer.close()
    except (OSError, EOFError, asyncio.LimitOverrunError):  # TimeoutError is an OSError
        return None


async def _sent(address: Address, question: bytes, asked: Asked | None) -> Streams:
    """A connection on which the question was sent."""
    sent = asked.take(address, question) if asked is not None else None
    if sent is not None:
        found = sent.wait() if sent.gone else await asyncio.to_thread(sent.wait)
        if found is not None:
            if isinstance(address, tuple):
                return await asyncio.open_connection(sock=found)
            return await asyncio.open_unix_connection(sock=found)
    if isinstance(address, tuple):
        streams = await asyncio.open_connection(*address)
    else:
        streams = await asyncio.open_unix_connection(address)
    streams[1].write(question)
    return streams


async def _body(reader: asyncio.StreamReader, head: bytes, largest: int) -> bytes | None:
    """What follows the headers, if nothing was done to it on its way."""
    lines = head.decode("latin-1").split("\r\n")
    status = lines[0].split(" ")
    if not status[0].startswith("HTTP/1.") or len(status) < 2 or not status[1].startswith("2"):
        return None
    fields = {name.strip().lower(): text.strip()
              for name, _, text in (line.partition(":") for line in lines[1:])}
    length = fields.get("content-length", "")
    if "transfer-encoding" in fields or fields.get("content-encoding", "identity") != "identity":
        return None
    if length.isdecimal():
        return await reader.readexactly(int(length)) if int(length) <= largest else None
    pieces: list[bytes] = []
    while piece := await reader.read(1 << 16):
        pieces.append(piece)
        largest -= len(piece)
        if largest < 0:
            return None
    return b"".join(pieces)
