"""What an image carries for nothing: files that a later layer overwrote or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from opstui.domain.image_files import Mark, Waste
from opstui.domain.page import Page
from opstui.domain.words import plural, size
from opstui.operations.image_inside import Inside, Looked
from opstui.operations.world import World
from opstui.panes.image_reading import reading_lines, why_not_read
from opstui.panes.run_detail import pairs
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View


@dataclass(frozen=True, slots=True)
class WastedFile:
    """A hidden copy with the lines of the history that made and hid it."""

    waste: Waste
    made: int
    hid: int

    @property
    def key(self) -> str:
        """Identity: a path may be wasted in several layers."""
        return f"{self.waste.layer}/{self.waste.path}"


class WasteView(View[WastedFile]):
    """Hidden copies, the largest first."""

    kind: ClassVar[str] = "waste"
    title = "Wasted"
    noun = "wasted file"
    slow = True

    def __init__(self, world: World, inside: Inside) -> None:
        self._world = world
        self.inside = inside

    def columns(self) -> tuple[Column[WastedFile], ...]:
        """Size, path, and the two layers."""
        return (
            Column("size", "Wasted", lambda one: size(one.waste.size), width=7, right=True,
                   sort=lambda one: one.waste.size, best_first=True),
            Column("path", "Path", lambda one: one.waste.path, grow=1, least=24,
                   sort=lambda one: one.waste.path),
            Column("layer", "In", lambda one: Span(f"layer {one.made}", "dim"), width=9, drop=2,
                   sort=lambda one: one.made),
            Column("hid", "Hidden by", _hidden, width=18, drop=1, sort=lambda one: one.hid),
        )

    async def load(self, token: str = "") -> Page[WastedFile]:
        """All of them; reads the image where that was not done yet."""
        looked = await self.inside.recall()
        if looked is None:
            if not self.inside.agreed:
                return Page(())
            looked = await self.inside.look()
        lines = [layer.line or n for n, layer in enumerate(looked.files.layers, 1)]
        return Page(tuple(
            WastedFile(one, lines[one.layer], lines[one.by]) for one in looked.wasted
        ))

    def empty(self) -> Sequence[Line]:
        """How far the reading is, or that nothing is wasted."""
        return reading_lines(self.inside) or (
            line(("nothing is wasted: no layer overwrites or removes a file of another", "dim")),
        )

    def name(self, item: WastedFile) -> str:
        """Its path."""
        return item.waste.path

    def words(self, item: WastedFile) -> str:
        """Its path."""
        return item.waste.path

    def copies(self, item: WastedFile) -> Sequence[tuple[str, str]]:
        """Its path in the image."""
        return (("path", f"/{item.waste.path}"),)

    def details(self, item: WastedFile) -> Sequence[Detail]:
        """Which commands made and hid it, and the image's score."""

        async def load(width: int) -> Sequence[Line]:
            looked = self.inside.looked
            return waste_facts(looked, item) if looked is not None else ()

        return (Detail(f"waste/{self.inside.image.id}/{item.key}", "Wasted", load),)

    @action("f", "Read", item=False, when=why_not_read, footer=False)
    async def read(self, desk: Desk) -> None:
        """Read the files of a large image through the engine; esc gives it up."""
        self.inside.agreed = True
        desk.restart(self.kind)


def waste_facts(looked: Looked, item: WastedFile) -> list[Line]:
    """One hidden copy, then the whole image."""
    waste, layers = item.waste, looked.files.layers
    verb = "removed" if waste.removed else "overwritten"
    return [
        *pairs((
            ("path", f"/{waste.path}"), ("wasted", size(waste.size)),
            ("brought by", f"layer {item.made}: {layers[waste.layer].command}"),
            (f"{verb} by", f"layer {item.hid}: {layers[waste.by].command}"),
        )),
        line(), line(("The image", "title")), *score_lines(looked),
    ]


def score_lines(looked: Looked) -> list[Line]:
    """How much of the image is wasted."""
    total = sum(layer.size for layer in looked.files.layers)
    wasted = sum(one.size for one in looked.wasted)
    return pairs((
        ("efficiency", f"{looked.efficiency:.1%} of {size(total)} can be seen in the end"),
        ("wasted", f"{size(wasted)} in {plural(len(looked.wasted), 'file')}" if wasted
         else "nothing"),
    ))


def _hidden(item: WastedFile) -> Line:
    mark = Mark.REMOVED if item.waste.removed else Mark.CHANGED
    return (Span(f"{mark.value} ", mark.role), Span(f"layer {item.hid}", "dim"))
