"""A search that takes longer than a key may be held up goes on beside the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from opstui.domain.needle import Finder
from opstui.ui.document import Document

COUNTS = 0.2
"""Seconds between pictures of how many were found by now."""


async def go_on(
    document: Document, finder: Finder, draw: Callable[[], None], forward: bool, arrived: bool
) -> None:
    """Look to the end of the text, and show the next line that is found as soon as it is known.

    arrived: it is shown already, so only the rest is to be counted.
    """
    drawn, more = monotonic(), True
    while more:
        more = finder.step()
        if not arrived:
            target = document.next_of(finder, forward=forward, done=not more)
            if target is not None:
                arrived = True
                document.show(target)
                draw()
        elif monotonic() - drawn > COUNTS:
            drawn = monotonic()
            draw()
        await asyncio.sleep(0)
    draw()
