"""How many cells text takes, and lines made to fit: pure, and without what draws them."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from opstui.domain.text import clean
from opstui.ui.paint import Line, Span


def width_of(line: Line) -> int:
    """How many cells a line takes."""
    return sum(cells(span.text) for span in line)


@lru_cache(maxsize=8192)
def cells(text: str) -> int:
    """How many cells a text takes once it is cleaned."""
    text = clean(text)
    return len(text) if text.isascii() else cell_len(text)


def fit(line: Line, width: int, *, right: bool = False, shift: int = 0) -> Line:
    """The line cropped with an ellipsis or padded to exactly `width` cells.

    shift: cells of a line that is too long which are left out at its start, as far as there is
    something behind them.
    """
    total = width_of(line)
    if total < width:
        pad = Span(" " * (width - total))
        return (pad, *line) if right else (*line, pad)
    if total == width:
        return line
    if shift > 0:
        line = behind(line, min(shift, total - width))
    return crop(line, width) if width_of(line) > width else line


def behind(line: Line, count: int) -> Line:
    """The line without its first `count` cells; an ellipsis stands for them."""
    rest: list[Span] = []
    count += 1
    for span in line:
        size = cells(span.text)
        if size <= count:
            count -= size
            continue
        text, gap = clean(span.text), ""
        while count > 0:
            count -= max(0, cell_len(text[0]))
            text = text[1:]
        if count < 0:  # half of a wide character
            gap, count = " ", 0
        rest.append(Span((gap if rest else "…" + gap) + text, span.style))
    return tuple(rest) or (Span("…"),)


def crop(line: Line, width: int) -> Line:
    """The first `width` cells, the last of them an ellipsis; cuts no wide character in half."""
    if width <= 0:
        return ()
    kept: list[Span] = []
    room = width - 1
    for span in line:
        size = cells(span.text)
        if size > room:
            kept.append(Span(set_cell_size(clean(span.text), room) + "…", span.style))
            return tuple(kept)
        kept.append(span)
        room -= size
    return (*kept, Span("…", "dim"))


def on_ground(line: Line, ground: str) -> Line:
    """The same line over another background."""
    return tuple(Span(span.text, f"{span.style}|{ground}") for span in line) if ground else line
