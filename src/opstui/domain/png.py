"""PNG pictures made small, by the standard library alone.

The format: https://www.w3.org/TR/png-3/. Every colour type and depth; interlaced ones are
refused. A pixel of the small picture is the mean of those it stands for, so that thin lines of a
plot stay visible; transparent ones are laid on white.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 4_000_000
"""Larger pictures are refused: a plot is 0.3 million."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}

Pixel = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first chunk says."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    @property
    def bits(self) -> int:
        """Bits of a pixel."""
        return self.depth * _CHANNELS[self.colour]

    @property
    def stride(self) -> int:
        """Bytes of a row without its filter's byte."""
        return (self.width * self.bits + 7) // 8


def header(data: bytes) -> Header:
    """The size and kind of a picture, from its first 33 bytes; ValueError for no PNG."""
    if len(data) < 33 or data[:8] != SIGNATURE or data[12:16] != b"IHDR":
        raise ValueError("not a PNG picture")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    depth, colour, packing, filtering, interlaced = data[24:29]
    if not width or not height or depth not in _DEPTHS.get(colour, ()) or packing or filtering:
        raise ValueError("a damaged PNG picture")
    return Header(width, height, depth, colour, bool(interlaced))


def small(data: bytes, width: int, height: int) -> list[list[Pixel]]:
    """The picture with at most this many pixels each way, its proportions kept; it is never made
    larger. ValueError says why it can't be shown."""
    head = header(data)
    if head.interlaced:
        raise ValueError("an interlaced PNG picture")
    if head.width * head.height > MOST_PIXELS:
        raise ValueError(f"a PNG picture of {head.width}×{head.height}, too large to show")
    scale = max(1.0, head.width / max(1, width), head.height / max(1, height))
    columns, rows = max(1, int(head.width / scale)), max(1, int(head.height / scale))
    packed, palette, clear = _chunks(data)
    raw = _unpacked(packed, (head.stride + 1) * head.height)
    found: list[list[Pixel]] = []
    sums: list[list[int]] = []
    edges = [n * head.width // columns for n in range(columns + 1)]
    for y, line in enumerate(_lines(head, raw)):
        sums.append(_summed(_channels(head, line, palette, clear), edges))
        if (y + 1) * rows // head.height > len(found):
            found.append(_mean(sums, edges))
            sums = []
    return found


def _chunks(data: bytes) -> tuple[bytes, bytes, bytes]:
    """The packed picture, its palette, and what is transparent."""
    packed: list[bytes] = []
    palette = clear = b""
    at = 8
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        if kind == b"IDAT":
            packed.append(body)
        elif kind == b"PLTE":
            palette = body
        elif kind == b"tRNS":
            clear = body
        elif kind == b"IEND":
            break
        at += 12 + size
    return b"".join(packed), palette, clear


def _unpacked(packed: bytes, size: int) -> bytes:
    try:
        raw = zlib.decompressobj().decompress(packed, size)
    except zlib.error as error:
        raise ValueError("a damaged PNG picture") from error
    if len(raw) < size:
        raise ValueError("a PNG picture that is cut off")
    return raw


def _lines(head: Header, raw: bytes) -> Iterator[bytes]:
    """The rows' bytes with the filters undone (section 9 of the format)."""
    step = max(1, head.bits // 8)
    above = bytes(head.stride)
    for at in range(0, len(raw), head.stride + 1):
        line = raw[at + 1 : at + 1 + head.stride]
        kind = raw[at]
        if kind == 1:
            line = _sub(line, step)
        elif kind == 2:
            line = _up(line, above)
        elif kind in (3, 4):
            line = _average(line, above, step) if kind == 3 else _paeth(line, above, step)
        elif kind:
            raise ValueError("a damaged PNG picture")
        yield line
        above = line


def _sub(line: bytes, step: int) -> bytes:
    found = bytearray(line)
    for n in range(min(step, len(line))):
        found[n::step] = bytes(value & 255 for value in accumulate(line[n::step]))
    return bytes(found)


def _up(line: bytes, above: bytes) -> bytes:
    """Bytes added in one go: the highest bits apart, so that nothing is carried across."""
    size = len(line)
    low, high = (int.from_bytes(bytes((mask,)) * size, "big") for mask in (0x7F, 0x80))
    a, b = int.from_bytes(line, "big"), int.from_bytes(above, "big")
    return (((a & low) + (b & low)) ^ ((a ^ b) & high)).to_bytes(size, "big")


def _average(line: bytes, above: bytes, step: int) -> bytes:
    found = bytearray(line)
    for n, up in enumerate(above):
        left = found[n - step] if n >= step else 0
        found[n] = (found[n] + (left + up >> 1)) & 255
    return bytes(found)


def _paeth(line: bytes, above: bytes, step: int) -> bytes:
    found = bytearray(line)
    for n in range(min(step, len(line))):
        found[n] = (found[n] + above[n]) & 255
    for n in range(step, len(line)):
        left, up, corner = found[n - step], above[n], above[n - step]
        from_left, from_up = abs(up - corner), abs(left - corner)
        from_corner = abs(left + up - 2 * corner)
        if from_left <= from_up and from_left <= from_corner:
            near = left
        else:
            near = up if from_up <= from_corner else corner
        found[n] = (found[n] + near) & 255
    return bytes(found)


def _channels(
    head: Header, line: bytes, palette: bytes, clear: bytes
) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Red, green and blue of a row, on white."""
    if head.depth == 16:
        line = line[::2]
    elif head.depth < 8:
        line = _spread(head, line)
    if head.colour == 3:
        table = palette.ljust(768, b"\0")
        alpha = clear.ljust(256, b"\xff")
        red, green, blue = (line.translate(table[n:768:3]) for n in range(3))
        over = line.translate(alpha[:256])
    elif head.colour in (0, 4):
        step = _CHANNELS[head.colour]
        red = green = blue = line[::step]
        over = line[1::2] if step == 2 else b""
    else:
        step = _CHANNELS[head.colour]
        red, green, blue = line[::step], line[1::step], line[2::step]
        over = line[3::4] if step == 4 else b""
    if not over or over.count(255) == len(over):
        return red, green, blue
    on_white = tuple(
        [255 - (255 - value) * alpha // 255 for value, alpha in zip(channel, over, strict=True)]
        for channel in (red, green, blue)
    )
    return on_white[0], on_white[1], on_white[2]


def _spread(head: Header, line: bytes) -> bytes:
    """One byte for a pixel of 1, 2 or 4 bits: its place in the palette, or its grey."""
    depth = head.depth
    most = (1 << depth) - 1
    factor = 1 if head.colour == 3 else 255 // most
    shifts = range(8 - depth, -1, -depth)
    return bytes(
        ((byte >> shift) & most) * factor for byte in line for shift in shifts
    )[: head.width]


def _summed(
    channels: tuple[Sequence[int], Sequence[int], Sequence[int]], edges: list[int]
) -> list[int]:
    """The sums between the edges, channel by channel."""
    return [
        sum(channel[first:last]) for channel in channels
        for first, last in pairwise(edges)
    ]


def _mean(sums: list[list[int]], edges: list[int]) -> list[Pixel]:
    columns = len(edges) - 1
    totals = [sum(values) for values in zip(*sums, strict=True)]
    counts = [(last - first) * len(sums) for first, last in pairwise(edges)]
    red, green, blue = (
        [total // count for total, count in zip(
            totals[n * columns : (n + 1) * columns], counts, strict=True
        )] for n in range(3)
    )
    return list(zip(red, green, blue, strict=True))
