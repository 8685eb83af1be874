"""What lists say that wait for an image to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from opstui.domain.words import size
from opstui.operations.image_inside import Inside
from opstui.ui.paint import Line, line


class Reads(Protocol):
    """A list that looks into an image."""

    @property
    def inside(self) -> Inside:
        """The image that is looked into."""
        ...


def why_not_read(view: Reads, _item: object) -> str:
    """Once is enough; small images are read without being asked for."""
    if view.inside.looked is not None:
        return "its files are read already"
    return "it is being read" if view.inside.agreed else ""


def reading_lines(inside: Inside) -> Sequence[Line] | None:
    """How far the reading is, or what it costs; None once it is done."""
    if inside.looked is not None:
        return None
    whole = size(inside.image.size)
    if not inside.agreed:
        return (
            line(f"its files are not known yet: {whole} have to come through the engine"),
            line(("f", "key"), (" reads them once; names and sizes are kept, nothing is unpacked",
                                "dim")),
        )
    if not inside.count:
        return (line(("the engine packs the image; esc gives it up", "dim")),)
    return (line(f"reading its files: {size(inside.count)} of about {whole}",
                 ("; esc gives it up", "dim")),)
