"""Logs of Jenkins by bytes.

`progressiveText` counts in bytes of the file on its disk, which holds hidden notes that it leaves
out of the answer. Offsets here are those of the text as it is shown: it is kept as it comes, and
only what is new is asked for.

https://www.jenkins.io/doc/book/using/remote-access-api/ tells of X-Text-Size and X-More-Data.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from opstui.backends.ci.web.door import Door

MOST = 64 << 20
"""Bytes of one log that are kept; what comes after is not shown."""
MOST_KEPT = 128 << 20
"""Bytes of all logs that are kept."""
CUT = b"\n... the log goes on, opstui keeps only its first 64 MB ...\n"


@dataclass(slots=True)
class Tape:
    """One log, as far as it was read."""

    data: bytearray = field(default_factory=bytearray)
    next: int = 0
    """Where Jenkins goes on, in its own count."""
    complete: bool = False
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Tapes:
    """The logs of one Jenkins that were read lately."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._tapes: dict[str, Tape] = {}

    async def read(self, url: str) -> Tape:
        """The log at an address below which `progressiveText` is, up to now."""
        tape = self._tapes.pop(url, None) or Tape()
        self._tapes[url] = tape  # the last one is the youngest
        async with tape.reading:
            if not tape.complete:
                await self._go_on(url, tape)
        while len(self._tapes) > 1 and self._size() > MOST_KEPT:
            del self._tapes[next(iter(self._tapes))]
        return tape

    def _size(self) -> int:
        return sum(len(one.data) for one in self._tapes.values())

    async def _go_on(self, url: str, tape: Tape) -> None:
        room = MOST - len(tape.data)
        found = await self._door.text(
            f"{url}progressiveText", {"start": tape.next}, most=room
        )
        size = _whole(found.headers.get("x-text-size", ""))
        if size is not None and size < tape.next:  # the file was replaced: from the beginning
            tape.data, tape.next = bytearray(), 0
        tape.data += found.data
        tape.next = tape.next + len(found.data) if size is None else size
        tape.complete = found.headers.get("x-more-data", "").lower() != "true"
        if found.cut or len(tape.data) >= MOST:
            tape.data += CUT
            tape.complete = True


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
