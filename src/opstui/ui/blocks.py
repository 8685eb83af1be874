"""A picture in character cells: the upper half of each is one pixel, its ground the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from opstui.ui.paint import Line, Span

Pixel = tuple[int, int, int]
_LEVELS = (0, 95, 135, 175, 215, 255)
"""The steps of the 256-colour cube; every terminal has the same ones."""
_SHADES = "@%#*+=-:. "


def blocks(rows: Sequence[Sequence[Pixel]], *, ascii_only: bool = False) -> list[Line]:
    """Two rows of pixels a line, in the 256 colours; without colours and blocks in plain signs."""
    found: list[Line] = []
    for n in range(0, len(rows), 2):
        upper = rows[n]
        lower = rows[n + 1] if n + 1 < len(rows) else upper
        if ascii_only:
            found.append((Span("".join(
                _SHADES[_light(a, b) * len(_SHADES) // 256] for a, b in zip(upper, lower,
                                                                           strict=True)
            )),))
        else:
            found.append(_joined([
                f"sgr:38;5;{colour(a)};48;5;{colour(b)}" for a, b in zip(upper, lower, strict=True)
            ]))
    return found


def _joined(styles: Sequence[str]) -> Line:
    """Cells of one style that stand together are one span."""
    spans: list[Span] = []
    start = 0
    for n in range(1, len(styles) + 1):
        if n == len(styles) or styles[n] != styles[start]:
            spans.append(Span("▀" * (n - start), styles[start]))
            start = n
    return tuple(spans)


@lru_cache(maxsize=4096)
def colour(pixel: Pixel) -> int:
    """The number of the nearest of the 256 colours, of the cube or the greys."""
    steps = [min(range(6), key=lambda n: abs(_LEVELS[n] - value)) for value in pixel]
    cube = tuple(_LEVELS[n] for n in steps)
    shade = max(0, min(23, round((sum(pixel) / 3 - 8) / 10)))
    grey = (8 + 10 * shade,) * 3
    if _far(grey, pixel) < _far(cube, pixel):
        return 232 + shade
    return 16 + 36 * steps[0] + 6 * steps[1] + steps[2]


def _far(one: Sequence[int], other: Sequence[int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _light(one: Pixel, other: Pixel) -> int:
    return (sum(one) + sum(other)) // 6
