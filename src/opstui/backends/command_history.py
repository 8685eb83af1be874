"""The commands that a person typed, one a line in a small file of the state folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

from opstui.backends.small_file import read_small, replace_small
from opstui.domain.secrets import mask

MOST = 500
"""Lines that are kept, those typed last."""
LONGEST = 500
"""Characters of a line; a longer one was pasted by mistake."""


class FileHistory:
    """Keeps what was typed. Implements `terminal_protocols.CommandHistory`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()

    async def read(self) -> tuple[str, ...]:
        """All that is kept; none where the file can't be read."""
        return await asyncio.to_thread(self._read)

    async def add(self, text: str) -> None:
        """Keep one more, in the place of an equal one; what looks like a secret is not kept."""
        if mask(text) != text or len(text) > LONGEST or not text.isprintable():
            return
        async with self._turn:
            await asyncio.to_thread(self._add, text)

    def _read(self) -> tuple[str, ...]:
        text = read_small(self._path) or ""
        return tuple(line for line in text.splitlines() if line and line.isprintable())[-MOST:]

    def _add(self, text: str) -> None:
        """Other opstuis may have written meanwhile: theirs stay."""
        kept = [one for one in self._read() if one != text][-(MOST - 1):]
        replace_small(self._path, "\n".join([*kept, text]) + "\n")
