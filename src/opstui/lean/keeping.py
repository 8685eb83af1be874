"""Making a frame's file from what the terminal shows, and cells from a frame's file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from opstui.lean.cells import Cell
from opstui.lean.front import Front
from opstui.lean.lastframe import LARGEST, NOTE, LastFrame, pack
from opstui.lean.shades import looks_alike

MOST = 60
"""Files that are kept in a folder of frames; the ones used longest ago go."""


def taken_from(
    front: Front, identity: str, palette: Mapping[str, str] | None = None
) -> LastFrame:
    """What the terminal shows, as a frame.

    palette: SGR parameters by whatever names, for who draws on before the styles are there.
    """
    copy = Front(front.width, front.height, erases=front.erases, scrolls=False)
    copy.rows = _with_plain_blanks(front.rows)
    kept = {"rows": [_runs(row) for row in front.rows], "palette": dict(palette or {})}
    return LastFrame(
        identity, front.width, front.height, _gap(front.rows[0]),
        copy.whole().encode(), json.dumps(kept).encode(),
    )


def palette_of(frame: LastFrame) -> dict[str, str]:
    """The palette that was kept with it."""
    palette: dict[str, str] = json.loads(frame.cells)["palette"]
    return palette


def rows_of(frame: LastFrame) -> list[list[Cell]]:
    """The cells of a painted frame, its mark included; raises ValueError where it has none."""
    rows: list[list[Cell]] = []
    for runs in json.loads(frame.cells)["rows"]:
        row: list[Cell] = []
        for sgr, texts in runs:
            row += [None if text is None else (text, sgr) for text in texts]
        rows.append(row)
    if len(rows) != frame.height or any(len(row) != frame.width for row in rows):
        raise ValueError("not the cells of this frame")
    if frame.note is not None:
        x, text, sgr = frame.note
        rows[0][x : x + len(text)] = [(character, sgr) for character in text]
    return rows


def store(frame: LastFrame, path: Path) -> None:
    """Write the file at once or not at all; a cache that can't be written is not missed."""
    data = pack(frame)
    if len(data) > LARGEST:
        return
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        new.replace(path)
        _thin_out(path.parent)


def renew(path: Path) -> bool:
    """The frame in this file is on the screen still; False where there is no such file."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def _thin_out(folder: Path) -> None:
    with os.scandir(folder) as entries:
        files = sorted(((entry.stat().st_mtime, entry.path) for entry in entries), reverse=True)
    for _, path in files[MOST:]:
        Path(path).unlink(missing_ok=True)


def _with_plain_blanks(rows: list[list[Cell]]) -> list[list[Cell]]:
    """The same to the eye in fewer characters: a blank has whatever foreground comes before it."""
    sgr = ""
    drawn: list[list[Cell]] = []
    for row in rows:
        new: list[Cell] = []
        for cell in row:
            if cell is not None and cell[0] == " " and looks_alike(sgr, cell[1]):
                cell = (" ", sgr)
            if cell is not None:
                sgr = cell[1]
            new.append(cell)
        drawn.append(new)
    return drawn


def _runs(row: list[Cell]) -> list[tuple[str, str | list[str | None]]]:
    """Stretches of one colour; plain characters as one text."""
    runs: list[tuple[str, str | list[str | None]]] = []
    known = ""
    filled: list[tuple[str, str | None]] = []
    for cell in row:
        known = known if cell is None else cell[1]
        filled.append((known, None if cell is None else cell[0]))
    for sgr, group in groupby(filled, key=lambda pair: pair[0]):
        texts = [text for _, text in group]
        plain = all(text is not None and len(text) == 1 for text in texts)
        runs.append((sgr, "".join(text or "" for text in texts) if plain else texts))
    return runs


def _gap(row: list[Cell]) -> tuple[int, int, str]:
    """The longest blank stretch of a line; where it is too short, the line's end."""
    best, x = (0, 0, ""), 0
    for cell, group in groupby(row):
        length = len(list(group))
        if cell is not None and cell[0] == " " and length > best[1]:
            best = (x, length, cell[1])
        x += length
    if best[1] > NOTE:
        return best
    start = max(0, len(row) - NOTE)
    start += row[start] is None
    return (start, len(row) - start, "")
