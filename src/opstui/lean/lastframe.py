"""The last frame as a file: what it is the frame of, the characters that paint it, its cells.

Reading imports almost nothing. A file that is damaged, of somebody else or of something else is
no frame. The characters come first, and the cells only once somebody wants to draw on.
"""

from __future__ import annotations

import os
import stat
from zlib import crc32

MAGIC = "frame-2"
LARGEST = 1_000_000
"""Bytes; no terminal needs more."""
FAINT = "2"
NOTE = 24
"""Cells; a gap is either longer, or filled wholly so that no wide character is cut."""


class LastFrame:
    """A frame that was shown earlier.

    gap: column, cells and colours of where a note fits into the first line.
    """

    __slots__ = ("at", "cells", "gap", "height", "identity", "note", "picture", "width")

    def __init__(
        self, identity: str, width: int, height: int, gap: tuple[int, int, str],
        picture: bytes, cells: bytes,
    ) -> None:
        self.identity = identity
        """What it is the frame of, and what it depends on."""
        self.width, self.height = width, height
        self.at = 0.0
        """When it was on a screen, in seconds since 1970: its file's time."""
        self.gap = gap
        self.picture = picture
        self.cells = cells
        self.note: tuple[int, str, str] | None = None
        """Column, text and colours of what was written into the first line since."""

    def mark(self, text: str) -> bytes:
        """The picture with an ASCII text of less than `NOTE` characters in its first line."""
        column, room, colours = self.gap
        text = f"{text}  " if room > NOTE else text
        text = text[:room].rjust(min(room, NOTE))
        x = column + room - len(text)
        sgr = f"{colours};{FAINT}" if colours else FAINT
        self.note = (x, text, sgr)
        return self.picture + f"\x1b[1;{x + 1}H\x1b[0;{sgr}m{text}\x1b[m".encode()


def read(path: str, identity: str) -> LastFrame | None:
    """The frame in a file of our own, if it is what it should be."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        facts = os.fstat(file)
        trusted = facts.st_uid == os.getuid() and not facts.st_mode & 0o077
        if not (stat.S_ISREG(facts.st_mode) and trusted and facts.st_size <= LARGEST):
            return None
        data = os.read(file, LARGEST)
    except OSError:
        return None
    finally:
        os.close(file)
    frame = unpack(data)
    if frame is None or frame.identity != identity:
        return None
    frame.at = facts.st_mtime
    return frame


def pack(frame: LastFrame) -> bytes:
    """The file's bytes."""
    x, room, colours = frame.gap
    identity = frame.identity.encode("utf-8", "surrogateescape")
    facts = (frame.width, frame.height, x, room, colours or "-",
             len(identity), len(frame.picture), len(frame.cells))
    body = " ".join(str(fact) for fact in facts).encode() + b"\n"
    body += identity + frame.picture + frame.cells
    return f"{MAGIC} {crc32(body):08x}\n".encode() + body


def unpack(data: bytes) -> LastFrame | None:
    """The frame of a file's bytes; None where they are damaged."""
    head, _, body = data.partition(b"\n")
    if head != f"{MAGIC} {crc32(body):08x}".encode():
        return None
    line, _, rest = body.partition(b"\n")
    words = line.decode("ascii", "replace").split(" ")
    try:
        width, height, x, room = (int(word) for word in words[:4])
        a, b, c = (int(word) for word in words[5:])
    except ValueError:
        return None
    if len(rest) != a + b + c:
        return None
    colours = "" if words[4] == "-" else words[4]
    return LastFrame(
        rest[:a].decode("utf-8", "surrogateescape"), width, height, (x, room, colours),
        rest[a : a + b], rest[a + b :],
    )
