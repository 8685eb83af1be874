"""Docker's framing of a container's two outputs in one stream.

Eight bytes before each piece: which output, three zeros, the length, big-endian. Source:
Docker Engine API, "Attach to a container", stream format. A container with a terminal has
no frames.
"""

from __future__ import annotations

HEADER = 8


class Frames:
    """Takes the stream in any portions and gives what the container wrote, without headers."""

    def __init__(self) -> None:
        self._header = b""
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        """The payload in `data`; a frame may go on in the next portion."""
        written = bytearray()
        at = 0
        while at < len(data):
            if self._left == 0:
                need = HEADER - len(self._header)
                self._header += data[at : at + need]
                at += need
                if len(self._header) == HEADER:
                    self._left = int.from_bytes(self._header[4:], "big")
                    self._header = b""
                continue
            piece = data[at : at + self._left]
            written += piece
            self._left -= len(piece)
            at += len(piece)
        return bytes(written)
