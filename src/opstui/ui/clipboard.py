"""Copying over SSH: OSC 52, wrapped where a multiplexer stands between us and the terminal."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from opstui.domain.errors import OpstuiError

MOST = 74_994
"""Bytes that terminals take at least, xterm's limit for OSC 52."""
SCREEN_CHUNK = 76
"""GNU screen drops longer device control strings."""


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """The characters to write to the terminal; raises OpstuiError where it is too much.

    tmux passes a wrapped sequence on only with `allow-passthrough`, and takes a bare one only
    with `set-clipboard on`: both are sent, whichever is not wanted is ignored.
    """
    data = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(data) > MOST:
        raise OpstuiError(
            f"{len(text)} characters are too many for the terminal's clipboard",
            hint="select a part of it",
        )
    bare = f"\x1b]52;c;{data}\x07"
    if environ.get("TMUX"):
        return f"\x1bPtmux;{bare.replace(chr(27), chr(27) * 2)}\x1b\\{bare}"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        pieces = [bare[n : n + SCREEN_CHUNK] for n in range(0, len(bare), SCREEN_CHUNK)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return bare
