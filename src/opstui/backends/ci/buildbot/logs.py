"""Logs of a build and of its steps, by bytes.

A step may have several logs, a build has those of all its steps: they are shown one after the
other, each under a heading. What comes after a log that still grows waits for it, so that
nothing is ever put in before what was read already.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from opstui.backends.ci.buildbot.ledger import Fetch, Ledger
from opstui.backends.ci.web.door import Door
from opstui.backends.json_object import Json
from opstui.domain.ci import LogChunk

MOST_LEDGERS = 500
HTML, STDIO = "h", "s"
"""Types of logs; the third is `t`, plain text."""
LAST_LINES = 6
"""Among so many stands the exit code of a step's last command."""
EXIT = "hprogram finished with exit code "


@dataclass(frozen=True, slots=True)
class Piece:
    """One log of one step."""

    id: int
    heading: bytes
    prefixed: bool
    lines: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """Logs in the order they are shown, up to the first that still grows."""

    pieces: tuple[Piece, ...]
    complete: bool


class Logs:
    """Reads the logs of one master."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._ledgers: dict[tuple[int, bytes], Ledger] = {}
        self._finished: dict[int, tuple[Json, ...]] = {}
        self._codes: dict[str, int | None] = {}

    async def of_step(self, step: str) -> Shelf:
        """The logs of one step."""
        answer = await self._door.get(f"/api/v2/steps/{step}")
        found = next(answer.json().objects("steps"))
        return _shelf([(found, await self._listed(found))], alone=True, complete=True)

    async def of_build(self, build: int, complete: bool) -> Shelf:
        """The logs of all steps of a build; `complete`: it has ended."""
        answer = await self._door.get(f"/api/v2/builds/{build}/steps")
        steps = sorted(answer.json().objects("steps"), key=lambda one: one.whole("number"))
        told = [(step, await self._listed(step)) for step in steps]
        return _shelf(told, alone=False, complete=complete)

    async def read(self, shelf: Shelf, offset: int, limit: int) -> LogChunk:
        """At most `limit` bytes from an offset; a negative one counts from the end."""
        if offset < 0:
            sizes = [await self._ledger(one).walk(self._fetch(one), one.lines)
                     for one in shelf.pieces]
            offset = max(0, sum(sizes) + offset)
        data, began = b"", 0
        for piece in shelf.pieces:
            ledger = self._ledger(piece)
            data += await ledger.read(
                self._fetch(piece), piece.lines, offset + len(data) - began, limit - len(data)
            )
            if len(data) >= limit:
                return LogChunk(data, offset + len(data), False)
            began += ledger.size
        return LogChunk(data, offset + len(data), shelf.complete)

    async def exit_code(self, step: str) -> int | None:
        """What the last command of a step that has ended said, which stands in its log only."""
        if step not in self._codes:
            _bounded(self._codes)
            self._codes[step] = await self._code(step)
        return self._codes[step]

    async def _code(self, step: str) -> int | None:
        for log in await self._listed_of(step):
            if log.text("type") == STDIO:
                lines = log.whole("num_lines")
                first = max(0, lines - LAST_LINES)
                text = await self._lines(log.whole("logid"), first, LAST_LINES)
                for line in reversed(text.split("\n")):
                    code = line.removeprefix(EXIT)
                    if code != line and code.lstrip("-").isdecimal():
                        return int(code)
        return None

    async def _listed(self, step: Json) -> tuple[Json, ...]:
        """A step's logs; those of a step that has ended are asked for once."""
        number = step.whole("stepid")
        if number not in self._finished:
            logs = await self._listed_of(str(number))
            if not (step.truth("complete") and all(one.truth("complete") for one in logs)):
                return logs
            _bounded(self._finished)
            self._finished[number] = logs
        return self._finished[number]

    async def _listed_of(self, step: str) -> tuple[Json, ...]:
        answer = await self._door.get(f"/api/v2/steps/{step}/logs")
        logs = [one for one in answer.json().objects("logs") if one.text("type") != HTML]
        return tuple(sorted(logs, key=lambda one: one.whole("logid")))

    def _ledger(self, piece: Piece) -> Ledger:
        key = piece.id, piece.heading
        if key not in self._ledgers:
            _bounded(self._ledgers)
            self._ledgers[key] = Ledger(prefixed=piece.prefixed, heading=piece.heading)
        return self._ledgers[key]

    def _fetch(self, piece: Piece) -> Fetch:
        def fetch(line: int, count: int) -> Awaitable[str]:
            return self._lines(piece.id, line, count)
        return fetch

    async def _lines(self, log: int, line: int, count: int) -> str:
        answer = await self._door.get(
            f"/api/v2/logs/{log}/contents", {"offset": line, "limit": count}
        )
        return "".join(one.text("content") for one in answer.json().objects("logchunks"))


def _shelf(told: list[tuple[Json, tuple[Json, ...]]], *, alone: bool, complete: bool) -> Shelf:
    pieces: list[Piece] = []
    for step, logs in told:
        for number, log in enumerate(logs):
            title = f"--- {log.text('name')} ---" if number else f"=== {step.text('name')} ==="
            heading = b"" if alone and not number else f"{title}\n".encode("utf-8", "replace")
            pieces.append(Piece(
                log.whole("logid"), heading, log.text("type") == STDIO, log.whole("num_lines"),
                log.truth("complete"),
            ))
            if not pieces[-1].complete:
                return Shelf(tuple(pieces), False)
        if not step.truth("complete"):
            return Shelf(tuple(pieces), False)
    return Shelf(tuple(pieces), complete)


def _bounded(kept: dict[Any, Any]) -> None:
    if len(kept) >= MOST_LEDGERS:
        kept.clear()
