"""Frames as cells: one (text, SGR parameters) pair for each column of the terminal.

A blank that is nothing but its background has no other parameters than that: what looks the same
is the same cell, and is not written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:  # cells are made before anything heavy is imported, too
    from rich.color import ColorSystem
    from rich.segment import Segment
    from rich.style import Style
    from textual.strip import Strip

Cell = tuple[str, str] | None
"""A character with what is combined onto it, and its SGR parameters; None is the right half of
a wide character."""

BLANK: Cell = (" ", "")
STEPS = ("0", "95", "135", "175", "215", "255")
"""Of the palette's colour cube."""
MOST = 512
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
    return in_palette(rendered[start + 2 : end]) if 0 <= start < end else ""


def in_palette(sgr: str) -> str:
    """The same colours by number where the fixed part of the palette has them: half as long.

    Colours 16 to 255 are a cube of six steps and 24 greys: 256colres.pl of xterm.
    """
    if ";2;" not in sgr:
        return sgr
    found: list[str] = []
    codes = iter(sgr.split(";"))
    for code in codes:
        found.append(code)
        if code in ("38", "48"):
            kind = next(codes, "")
            numbers = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            place = _place(*numbers) if kind == "2" else None
            found += [kind, *numbers] if place is None else ["5", str(place)]
    return ";".join(found)


def _place(red: str, green: str, blue: str) -> int | None:
    if red == green == blue and int(red) % 10 == 8 and int(red) < 248:
        return 232 + int(red) // 10
    if not all(part in STEPS for part in (red, green, blue)):
        return None
    return 16 + 36 * STEPS.index(red) + 6 * STEPS.index(green) + STEPS.index(blue)


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
        blank = blank_in(sgr)
        if text.isascii():
            found = [blank if character == " " else (character, sgr) for character in text]
            inks.keep(segment, found)
            out += found
            continue
        for character in text:
            width = cell_len(character)
            if character == " ":
                out.append(blank)
            elif width == 1:
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


@lru_cache(maxsize=4096)
def blank_in(sgr: str) -> Cell:
    """A blank of that style."""
    if not sgr or not only_background(sgr):
        return (" ", sgr)
    return (" ", background(sgr))


def background(sgr: str) -> str:
    """The parameters that set the background, or none."""
    ground = ""
    codes = iter(sgr.split(";"))
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes, "")
            numbers = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            ground = ";".join((code, kind, *numbers)) if code == "48" else ground
        elif (len(code) == 2 and code[0] == "4") or (len(code) == 3 and code.startswith("10")):
            ground = code
    return ground


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
