"""Which part of a log is read, and which of its lines are shown."""

from __future__ import annotations

import asyncio
from functools import partial
from time import monotonic

from opstui.ui.desk import Detail
from opstui.ui.document import Document
from opstui.ui.document_view import AT_ONCE
from opstui.ui.log_area import LogArea
from opstui.ui.log_lines import LogLines
from opstui.ui.log_sift import Sifting
from opstui.ui.work import start_work


def read_other(area: LogArea, detail: Detail) -> None:
    """Read another part of the same log, with the same lines shown."""
    sifting = area.document.sifting
    area.picked = None
    area.show(area.heading, (detail,))
    area.settle()
    area.document.sifting = sifting
    area.read()


def sift(area: LogArea, sifting: Sifting | None) -> None:
    """Show only some lines, or all again; in a long log they are found beside the keys."""
    document = area.document
    document.sifting, area.picked = sifting, None
    if document.log is not None:
        start_work(area, partial(_sift, area, document, document.log), "sift", exclusive=True)


async def _sift(area: LogArea, document: Document, lines: LogLines) -> None:
    lines.sift(document.sifting)
    document.mark, document.top, document.skip = -1, 0, 0
    document.errors = None
    document.look_anew()
    drawn = monotonic()
    while lines.go_on():
        if monotonic() - drawn > AT_ONCE:
            area.redraw()
            await asyncio.sleep(0)
            drawn = monotonic()
    area.redraw()
