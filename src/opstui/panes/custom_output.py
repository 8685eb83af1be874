"""Where what a command prints goes: a view that follows it, a notice, nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from opstui.backends.terminal_protocols import Running
from opstui.domain.custom_command import CustomCommand
from opstui.domain.text import clean
from opstui.ui.desk import Desk, Detail, Question, no_lines
from opstui.ui.handing_over import ending
from opstui.ui.log_feed import Log, Piece
from opstui.ui.paint import line

LAST = 4096
"""Bytes that are kept for the last line."""


class Output:
    """Reads a program to its end whether or not anybody looks; pieces go to the one who does."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.last = b""
        self._pieces: asyncio.Queue[bytes] | None = asyncio.Queue()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while data := await self.running.read():
            self.last = (self.last + data)[-LAST:]
            if self._pieces is not None:
                self._pieces.put_nowait(data)
        await self.running.wait()
        if self._pieces is not None:
            self._pieces.put_nowait(b"")

    async def pieces(self) -> AsyncIterator[Piece]:
        """What it writes, until its end or until nobody looks any more."""
        pieces = self._pieces
        assert pieces is not None
        yield Piece(live=True)
        while data := await pieces.get():
            yield Piece(data)
        code = await self.running.wait()
        how = ending(code) if code else "is done"
        yield Piece(note=line((f"it {how}", "warn" if code else "good")))

    def unwatched(self) -> None:
        """Nobody looks any more: forget what comes."""
        self._pieces = None

    async def end(self) -> int:
        """Wait for its end; the exit code. Stopped where the waiting is given up."""
        try:
            await asyncio.shield(self._reader)
        except asyncio.CancelledError:
            with suppress(asyncio.CancelledError):
                await self.running.stop()
            raise
        return await self.running.wait()

    @property
    def last_line(self) -> str:
        """The last line that it wrote."""
        rows = [row.strip() for row in self.last.decode("utf-8", "replace").splitlines()]
        return clean(next((row for row in reversed(rows) if row), ""))[:200]


async def show(command: CustomCommand, running: Running, desk: Desk) -> int:
    """Let a program run to its end as its settings say; its exit code."""
    output = Output(running)
    if command.output == "view":
        await desk.read(command.title, Detail(
            f"command/{id(output)}", command.title, no_lines,
            log=Log(output.pieces, name=command.name),
        ))
        output.unwatched()
        if not running.ended:
            if await desk.confirm(Question(
                title="Stop it", object=command.title,
                effect="It is still running. Yes ends it and all that it started; without it, it "
                "goes on, and its end is told.",
                place=command.text, yes="Stop", danger=True,
            )):
                await running.stop()
                desk.say(f"{command.title} was stopped", kind="warning")
                return await output.end()
            desk.ring(f"{command.title} {_how(await output.end())}")
        return await output.end()
    code = await output.end()
    if code or command.output == "notice":
        said = f": {output.last_line}" if output.last_line else ""
        desk.say(f"{command.title} {_how(code)}{said}", kind="warning" if code else "information")
    return code


def _how(code: int) -> str:
    return ending(code) if code else "is done"
