"""Styled text as plain values: a span is (text, style), a line is a tuple of spans.

Plain tuples can be compared, so a row is repainted only where it changed, and a style is a
name that the theme resolves at drawing time. Nothing here is markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from opstui.domain.status import Status
from opstui.domain.text import clean, styled_pieces

GLYPHS = str.maketrans("·›…→←↑↓↕×“”‘’–—−○●•▌─│╭╮╰╯├┤┼╱╲", "->~><^v:x\"\"''---o**>-|+++++++/\\")
"""What stands for a glyph on a terminal that can't show it."""


class Span(NamedTuple):
    """A stretch of text in one style.

    style: a role of the theme ("plain", "dim", "accent", "good", "bad", "warn", "busy",
    "title", "key", "added", "removed", "hunk", "link", "chart1".."chart6"), or "sgr:31;1" for
    colours that a log brought along.
    """

    text: str
    style: str = "plain"


Line = tuple[Span, ...]
"""One line of a view or one cell of a row."""


def line(*parts: str | Span | tuple[str, str]) -> Line:
    """A line of spans; bare strings are plain: `line("a ", ("b", "bad"))`."""
    return tuple(Span(part) if isinstance(part, str) else Span(*part) for part in parts)


def lines(text: str, style: str = "plain") -> list[Line]:
    """Every line of a text in one style."""
    return [(Span(piece, style),) for piece in text.splitlines()]


def ansi(text: str) -> Line:
    """One line of program output with its SGR colours kept and everything else removed."""
    return tuple(
        Span(piece, f"sgr:{sgr}" if sgr else "plain") for piece, sgr in styled_pieces(text)
    )


def text_of(spans: Iterable[Span]) -> str:
    """The bare text."""
    return "".join(span.text for span in spans)


def glyph(status: Status, *, ascii_only: bool = False) -> Span:
    """A state as one coloured character."""
    return Span(status.letter if ascii_only else status.glyph, status.role)


def drawable(text: str, *, ascii_only: bool) -> str:
    """Text as it may be drawn: cleaned, and without opstui's own glyphs where only ASCII can be
    shown. Each keeps its width."""
    text = clean(text)
    return text.translate(GLYPHS) if ascii_only and not text.isascii() else text
