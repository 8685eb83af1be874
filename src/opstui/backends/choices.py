"""Columns that the person chose, in one small file; what can't be read counts as not chosen."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

PLACES = 200
"""Places that are remembered, those chosen last."""
LARGEST = 1 << 20
"""Bytes beyond which the file is none of ours."""


class FileChoices:
    """Keeps choices by place. Implements `protocols.Choices`.

    A file that is damaged, or a folder that can't be written, only means that nothing is
    remembered: no list is held up by that.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()
        self._kept: dict[str, tuple[str, ...] | None] = {}
        """What was chosen since the start, where the file could not take it."""

    async def columns(self, place: str) -> tuple[str, ...] | None:
        """The columns chosen for a place; None where there are none."""
        if place in self._kept:
            return self._kept[place]
        return (await asyncio.to_thread(self._read)).get(place)

    async def keep_columns(self, place: str, columns: Sequence[str] | None) -> None:
        """Remember the columns for a place; None forgets them."""
        self._kept[place] = None if columns is None else tuple(columns)
        async with self._turn:
            await asyncio.to_thread(self._write, place, self._kept[place])

    def _read(self) -> dict[str, tuple[str, ...]]:
        try:
            if self._path.stat().st_size > LARGEST:
                return {}
            told = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        columns = told.get("columns") if isinstance(told, dict) else None
        if not isinstance(columns, dict):
            return {}
        return {
            place: tuple(chosen) for place, chosen in columns.items()
            if isinstance(chosen, list) and all(isinstance(one, str) for one in chosen)
        }

    def _write(self, place: str, columns: tuple[str, ...] | None) -> None:
        """Other opstuis may have written meanwhile: theirs stay."""
        known = self._read()
        known.pop(place, None)
        if columns is not None:
            known[place] = columns
        kept = dict(list(known.items())[-PLACES:])
        temporary = ""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(
                "w", dir=self._path.parent, prefix=".columns", encoding="utf-8", delete=False,
            ) as file:
                temporary = file.name
                json.dump({"columns": kept}, file, ensure_ascii=False, indent=1)
            os.replace(temporary, self._path)  # noqa: PTH105
        except OSError:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
