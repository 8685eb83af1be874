"""Reading a log into a document, with few pictures where it comes quickly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from opstui.domain.errors import OpstuiError
from opstui.ui.document import Document
from opstui.ui.log_feed import Log
from opstui.ui.paint import line

FRAMES = 0.05
"""Seconds between pictures while it comes quickly."""
AT_ONCE = 1 << 18
"""Bytes whose lines are looked for before the next key is."""


async def take_in(
    log: Log, document: Document, most: int, draw: Callable[[], None],
    soon: Callable[[float, Callable[[], None]], object],
) -> None:
    """Read a log to its end; what was shown before stays until the first piece is there.

    most: bytes to keep of its end. soon: calls something after some seconds.
    """
    from opstui.domain.log_text import LogText  # not before there is a log to read
    from opstui.ui.log_lines import LogLines

    text = LogLines(log.text if log.text is not None else LogText(most), most)
    text.sift(document.sifting)
    text.go_on()
    drawn = 0.0

    def show(*, now: bool = False) -> None:
        nonlocal drawn
        if document.text is not text:
            text.stamps = document.log.stamps if document.log is not None else False
            document.text = text
            document.look_anew()
        if now or monotonic() - drawn > FRAMES:
            draw()
        elif drawn < monotonic():
            soon(FRAMES, draw)
            drawn = monotonic() + FRAMES
            return
        drawn = max(drawn, monotonic())

    if log.text is not None:
        if log.at is not None:
            document.show(log.at, above=8)
        show(now=True)
    try:
        async for piece in log.pieces():
            for start in range(0, len(piece.data), AT_ONCE):
                document.dropped(text.append(piece.data[start : start + AT_ONCE]))
                await asyncio.sleep(0)
            if piece.note is not None:
                text.note(piece.note)
            if piece.live and not document.live:
                document.live = True
                document.following = document.following or (document.top == 0 and log.at is None)
            show(now=piece.live)
        if log.still:
            text.note(line((log.still, "dim")))
    except OpstuiError as error:
        text.note(line((str(error), "warn")))
        document.wrap = True
    finally:
        document.live = False
        document.following = False
    document.complete = True
    text.end()
    show(now=True)
