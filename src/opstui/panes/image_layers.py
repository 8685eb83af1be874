"""The layers of an image: what made each, how the image grew, what each did to files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from opstui.domain.image import Image
from opstui.domain.image_files import Change, Kind, Mark
from opstui.domain.image_layers import LayerLine, told
from opstui.domain.page import Page
from opstui.domain.words import plural, size
from opstui.operations.image_inside import Inside, LayerSums
from opstui.operations.world import World
from opstui.panes.image_files import FilesView
from opstui.panes.image_waste import WasteView
from opstui.panes.run_detail import pairs
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

TOLD = 12
"""Files of a layer that the details name, the largest ones."""
BAR = 10
"""Cells of the bar that shows a layer's share."""


class LayersView(View[LayerLine]):
    """The lines of an image's history, oldest first, as they stood in the Dockerfile."""

    kind: ClassVar[str] = "layers"
    title = "Layers"
    noun = "layer"

    def __init__(self, world: World, image: Image, inside: Inside | None = None) -> None:
        self._world = world
        self.image = image
        self.inside = inside or Inside(world.contents, image)

    def columns(self) -> tuple[Column[LayerLine], ...]:
        """Command and size always; what it did to files once that was read."""
        return (
            Column("number", "#", lambda one: Span(f"{one.number}", "dim"), width=3, right=True,
                   sort=lambda one: one.number),
            Column("size", "Size", lambda one: _bytes(one.size), width=7, right=True,
                   sort=lambda one: one.size, best_first=True),
            Column("total", "Total", lambda one: Span(size(one.total), "dim"), width=7,
                   right=True, drop=2),
            Column("share", "Share", self._share, width=BAR + 5, right=True, drop=4,
                   sort=lambda one: one.share, best_first=True),
            *((Column[LayerLine]("did", "Files", self._did, width=16, drop=3),
               Column[LayerLine]("wasted", "Wasted", self._wasted, width=7, right=True, drop=5,
                                 sort=self._wasted_bytes, best_first=True))
              if self.inside.looked is not None else ()),
            Column("command", "Command", _command, grow=1, least=16),
        )

    def _share(self, item: LayerLine) -> Line:
        if not item.size:
            return ()
        full = "#" if self._world.ascii_only else "━"
        bar = full * round(item.share * BAR)
        return (Span(f"{bar:<{BAR}} ", "accent"), Span(f"{item.share:4.0%}", "dim"))

    def sums(self, item: LayerLine) -> LayerSums | None:
        """What it did to files; None where that is not known, or it has none."""
        looked = self.inside.looked
        place = looked.files.layer_of_line(item.number) if looked is not None else None
        return looked.sums[place] if looked is not None and place is not None else None

    def _did(self, item: LayerLine) -> Line:
        sums = self.sums(item)
        return counted(sums) if sums is not None else ()

    def _wasted(self, item: LayerLine) -> Span:
        count = self._wasted_bytes(item)
        return Span(size(count) if count else "", "warn")

    def _wasted_bytes(self, item: LayerLine) -> int:
        sums = self.sums(item)
        return sums.wasted if sums is not None else 0

    async def load(self, token: str = "") -> Page[LayerLine]:
        """The history, which the engine knows; files only where they were read before."""
        lines = told(await self._world.engine.layers(self.image))
        await self.inside.recall()
        return Page(lines)

    def name(self, item: LayerLine) -> str:
        """Its number."""
        return f"layer {item.number}"

    def words(self, item: LayerLine) -> str:
        """Its command."""
        return item.command

    def child(self, item: LayerLine) -> View[Any] | None:
        """The files that it added, changed and removed."""
        return FilesView(self._world, self.inside, item)

    def copies(self, item: LayerLine) -> Sequence[tuple[str, str]]:
        """Its command and digest."""
        looked = self.inside.looked
        place = looked.files.layer_of_line(item.number) if looked is not None else None
        found = looked.files.layers[place].digest if looked and place is not None else ""
        return tuple(one for one in (("command", item.command), ("digest", found)) if one[1])

    def details(self, item: LayerLine) -> Sequence[Detail]:
        """The command in full, and what it did to files as far as known."""

        async def load(width: int) -> Sequence[Line]:
            return self._facts(item)

        looked = "read" if self.inside.looked is not None else ""
        return (Detail(f"layer/{self.image.id}/{item.number}/{looked}", "Layer", load),)

    def _facts(self, item: LayerLine) -> list[Line]:
        looked = self.inside.looked
        place = looked.files.layer_of_line(item.number) if looked is not None else None
        shown = pairs((
            ("command", item.command or "not recorded"),
            ("size", f"{size(item.size)}, {item.share:.1%} of {size(self.image.size)}"),
            ("running total", size(item.total)),
            ("made", f"{item.created:%Y-%m-%d %H:%M} UTC" if item.created else ""),
            ("digest", looked.files.layers[place].digest if looked and place is not None else ""),
        ))
        if looked is None:
            return [*shown, line(), line(
                ("enter", "key"), (f" reads the files: {size(self.image.size)} through the engine",
                                   "dim"))]
        if place is None:
            return [*shown, line(), line(("it has no files: it only sets how the image runs",
                                          "dim"))]
        shown += pairs((("wasted", _waste_note(looked.sums[place])),))
        return [*shown, *change_lines(looked.stack.changes[place])]

    @action("f", "All files", item=False)
    async def files(self, desk: Desk) -> None:
        """Show the files of the whole image as they are in the end, each with its layer."""
        desk.open(FilesView(self._world, self.inside), "files")

    @action("w", "Wasted", item=False)
    async def wasted(self, desk: Desk) -> None:
        """Show files that a later layer overwrote or removed: bytes that only cost a pull."""
        desk.open(WasteView(self._world, self.inside), "wasted")


def counted(sums: LayerSums) -> Line:
    """`+12 ~3 -1`."""
    told = ((Mark.ADDED, sums.added), (Mark.CHANGED, sums.changed), (Mark.REMOVED, sums.removed))
    spans: list[Span] = []
    for mark, count in told:
        if count:
            spans += [Span(" ")] if spans else []
            spans.append(Span(f"{mark.value}{count}", mark.role))
    return tuple(spans) or (Span("no files", "dim"),)


def change_lines(changes: Sequence[Change]) -> list[Line]:
    """The largest of what was added, changed and removed, under a title each."""
    shown: list[Line] = []
    for mark in (Mark.ADDED, Mark.CHANGED, Mark.REMOVED):
        found = [one for one in changes if one.mark is mark and one.entry.kind is not Kind.FOLDER]
        if not found:
            continue
        whole = sum(one.size for one in found)
        title = f"{mark.word.capitalize()}  "
        shown += [line(), line((title, "title"), (f"{plural(len(found), 'file')}, {size(whole)}",
                                                  "dim"))]
        for one in sorted(found, key=lambda one: (-one.size, one.entry.path))[:TOLD]:
            shown.append(line((f"{mark.value} ", mark.role), (f"{size(one.size):>7}  ", "dim"),
                              one.entry.path))
        if len(found) > TOLD:
            shown.append(line((f"  and {plural(len(found) - TOLD, 'more file')}", "dim")))
    return shown


def _waste_note(sums: LayerSums) -> str:
    return f"{size(sums.wasted)}, overwritten or removed by later layers" if sums.wasted else ""


def _bytes(count: int) -> Span:
    return Span(size(count), "plain" if count else "dim")


def _command(item: LayerLine) -> Span:
    role = "plain" if item.size else "dim"
    return Span(item.command or "no command recorded", role if item.command else "dim")
