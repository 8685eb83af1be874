"""The first questions of a start: sent ahead, understood where they are plain, else left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from opstui.backends.asked import Address, Asked
from opstui.backends.plain_http import ask, request

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"


class Server:
    """Answers everybody the same, or nobody, and counts them."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.talks: set[asyncio.Task[None] | None] = set()
        self.heard: list[bytes] = []
        self.address: Address = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.talks.add(asyncio.current_task())
        try:
            self.heard.append(await reader.readuntil(b"\r\n\r\n"))
            if self.answer is None:
                await reader.read()
            else:
                writer.write(self.answer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def serving(answer: bytes | None, path: Path | None = None) -> AsyncIterator[Server]:
    """A server on a port, or on a unix socket."""
    server = Server(answer)
    if path is None:
        listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
        server.address = ("127.0.0.1", listening.sockets[0].getsockname()[1])
    else:
        listening = await asyncio.start_unix_server(server.talk, path)
        server.address = str(path)
    async with listening:
        yield server
        await asyncio.gather(*filter(None, server.talks), return_exceptions=True)


QUESTION = request("GET", "/list", {"Host": "here"}, None)


async def answered(answer: bytes) -> bytes | None:
    """What is understood of an answer."""
    async with serving(answer) as server:
        return await ask(server.address, QUESTION, seconds=5, largest=100)


async def test_plain_answer_is_its_body() -> None:
    assert await answered(GOOD) == b"fine"
    assert await answered(b"HTTP/1.0 200 OK\r\n\r\nuntil the end") == b"until the end"


@pytest.mark.parametrize("answer", [
    b"", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nfine",
    b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b"x" * 999,
    b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 999,
])
async def test_whatever_is_not_plain_is_left_to_who_understands_it(answer: bytes) -> None:
    assert await answered(answer) is None


async def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    assert await ask(str(tmp_path / "none.sock"), QUESTION, seconds=5, largest=100) is None
    assert await ask(("127.0.0.1", 1), QUESTION, seconds=5, largest=100) is None


async def test_silence_is_no_answer() -> None:
    async with serving(None) as server:
        assert await ask(server.address, QUESTION, seconds=0.05, largest=100) is None


@pytest.mark.parametrize("unix", [True, False])
async def test_what_was_asked_ahead_is_asked_once(tmp_path: Path, unix: bool) -> None:
    asked = Asked()
    async with serving(GOOD, tmp_path / "s" if unix else None) as server:
        asked.send(server.address, QUESTION)
        for _ in range(2):
            assert await ask(
                server.address, QUESTION, seconds=5, largest=100, asked=asked
            ) == b"fine"
        assert server.heard == [QUESTION, QUESTION]  # the second one was asked anew
    asked.close()


async def test_another_question_gets_a_connection_of_its_own() -> None:
    asked, other = Asked(), request("GET", "/other", {"Host": "here"}, None)
    async with serving(GOOD) as server:
        asked.send(server.address, QUESTION)
        assert await ask(server.address, other, seconds=5, largest=100, asked=asked) == b"fine"
        assert other in server.heard
        sent = asked.take(server.address, QUESTION)
        assert sent is not None
        assert await asyncio.to_thread(sent.wait) is not None
        sent.close()


async def test_what_could_not_be_sent_ahead_is_asked_again(tmp_path: Path) -> None:
    asked, path = Asked(), tmp_path / "s"
    asked.send(str(path), QUESTION)
    sent = asked.take(str(path), QUESTION)
    assert sent is not None
    assert await asyncio.to_thread(sent.wait) is None
    asked.send(str(path), QUESTION)
    async with serving(GOOD, path) as server:
        assert await ask(str(path), QUESTION, seconds=5, largest=100, asked=asked) == b"fine"
        assert server.heard == [QUESTION]


def test_header_cannot_smuggle_another_one_in() -> None:
    with pytest.raises(ValueError, match="line end"):
        request("GET", "/", {"Authorization": "Bearer a\r\nX: y"}, None)
