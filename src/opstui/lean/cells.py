"""Frames as cells: one (text, SGR parameters) pair for each column of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Cell = tuple[str, str] | None
"""A character with what is combined onto it, and its SGR parameters; None is the right half of
a wide character."""

BLANK: Cell = (" ", "")
MOST = 4096
"""Segments whose cells are remembered."""


class Inks:
    """SGR parameters of styles, worked out once a style."""

    def __init__(self, system: ColorSystem) -> None:
        self.system = system
        self._known: dict[Style, str] = {}
        self.known: dict[Segment, Sequence[Cell]] = {}
        """Segments whose cells depend on nothing before them."""

        self._strips: dict[int, tuple[Strip, list[Cell]]] = {}

    def cells(self, strip: Strip) -> list[Cell]:
        """A strip's cells; the same object costs nothing the next time."""
        known = self._strips.get(id(strip))
        if known is None:
            if len(self._strips) >= MOST:
                self._strips.clear()
            known = self._strips[id(strip)] = (strip, cells(strip, self))
        return known[1]

    def keep(self, segment: Segment, cells: Sequence[Cell]) -> None:
        """Remember a segment's cells; too many of them start over."""
        if len(self.known) >= MOST:
            self.known.clear()
        self.known[segment] = cells

    def of(self, style: Style | None) -> str:
        """The parameters, such as `1;38;5;4`; empty for the terminal's defaults."""
        if style is None:
            return ""
        known = self._known.get(style)
        if known is None:
            known = self._known[style] = _parameters(style, self.system)
        return known


def _parameters(style: Style, system: ColorSystem) -> str:
    rendered = style.render("x", color_system=system)
    start, end = rendered.find("\x1b["), rendered.find("mx")
    return rendered[start + 2 : end] if 0 <= start < end else ""


def cells(segments: Iterable[Segment], inks: Inks) -> list[Cell]:
    """Segments as cells. Characters without width join the one before them."""
    out: list[Cell] = []
    known = inks.known
    for segment in segments:
        cached = known.get(segment)
        if cached is not None:
            out += cached
            continue
        text, style, control = segment
        if control or not text:
            continue
        sgr = inks.of(style)
        if text.isascii():
            plain = [(character, sgr) for character in text]
            inks.keep(segment, plain)
            out += plain
            continue
        for character in text:
            width = cell_len(character)
            if width == 1:
                out.append((character, sgr))
            elif width == 2:
                out += [(character, sgr), None]
            elif out:
                _combine(out, character)
    return out


def _combine(out: list[Cell], character: str) -> None:
    index = -1 if out[-1] is not None else -2
    last = out[index]
    if last is not None:
        out[index] = (last[0] + character, last[1])


def only_background(sgr: str) -> bool:
    """Whether a blank in this style is nothing but its background: it can be erased to."""
    codes = iter(sgr.split(";"))
    for code in codes:
        if code in ("38", "48"):
            for _ in range(3 if next(codes, "") == "2" else 1):
                next(codes, "")
        elif code in ("4", "5", "7", "9", "21", "53"):
            return False
    return True


def plain(sgr: str) -> bool:
    """Whether the style leaves the terminal's own background."""
    codes = iter(sgr.split(";"))
    for code in codes:
        if code == "38":
            for _ in range(3 if next(codes, "") == "2" else 1):
                next(codes, "")
        elif code.startswith(("4", "10")) or code == "7":
            return False
    return True
