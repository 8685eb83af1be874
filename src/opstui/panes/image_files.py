"""Files in an image: what a layer did to them, or all of them, as folders that unfold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import ClassVar

from opstui.domain.file_tree import FileNode, of_image, of_layer
from opstui.domain.image_files import Mark
from opstui.domain.image_layers import LayerLine
from opstui.domain.page import Page
from opstui.domain.words import size
from opstui.operations.image_inside import Inside, Looked
from opstui.operations.world import World
from opstui.panes.image_file_facts import file_lines
from opstui.panes.image_reading import reading_lines, why_not_read
from opstui.ui.action import action
from opstui.ui.column import Column
from opstui.ui.desk import Desk, Detail
from opstui.ui.order import filtered
from opstui.ui.paint import Line, Span, line
from opstui.ui.view import View

FEW = 12
"""Files of a tree that is shown unfolded at once."""
MOST = 5000
"""Rows that a filter shows at most."""


class FilesView(View[FileNode]):
    """What one line of the history did to files; all files of the image where none is given."""

    kind: ClassVar[str] = "files"
    title = "Files"
    noun = "file"
    slow = True

    def __init__(self, world: World, inside: Inside, item: LayerLine | None = None) -> None:
        self._world = world
        self._inside = inside
        self._line = item
        self._top: FileNode | None = None
        self._open: set[str] = set()
        self._filter = ""
        self._by_size = False
        self.toggle = self._toggle

    @property
    def inside(self) -> Inside:
        """The image that is looked into."""
        return self._inside

    def columns(self) -> tuple[Column[FileNode], ...]:
        """What happened, the name, how large it is now and was before."""
        whole = self._line is None
        return (
            *(() if whole else (
                Column[FileNode]("mark", "", lambda one: Span(one.mark.value, one.mark.role),
                                 width=1),)),
            Column("name", "Name", self._name, grow=1, least=24,
                   sort=lambda one: one.path),
            Column("files", "Files", _files, width=7, right=True, drop=3),
            *((Column[FileNode]("layer", "Layer", self._layer, width=5, right=True, drop=2),)
              if whole else (
                Column[FileNode]("grew", "Before", _before, width=7, right=True, drop=2),)),
            Column("size", "Size", _size, width=8, right=True,
                   sort=lambda one: one.size, best_first=True),
        )

    def _name(self, node: FileNode) -> Line:
        style = node.mark.role if node.mark is not Mark.NONE else \
            "accent" if node.is_folder else "plain"
        if self._filter:
            return (Span(f"{node.path}{'/' if node.is_folder else ''}", style),)
        mark = "  "
        if node.inside:
            arrows = ("v ", "> ") if self._world.ascii_only else ("▾ ", "▸ ")
            mark = arrows[0] if node.path in self._open else arrows[1]
        head = Span(f"{'  ' * node.depth}{mark}", "dim")
        link = node.change.entry.link if node.change is not None else ""
        target = (Span(" → ", "dim"), Span(link, "dim")) if link else ()
        return (head, Span(f"{node.name}{'/' if node.is_folder else ''}", style), *target)

    def _layer(self, node: FileNode) -> Span:
        looked = self._inside.looked
        if looked is None or node.layer < 0:
            return Span("")
        return Span(f"{looked.files.layers[node.layer].line or node.layer + 1}", "dim")

    async def load(self, token: str = "") -> Page[FileNode]:
        """The tree's top, or what a filter finds; reads the image where that was not done yet."""
        looked = await self._inside.recall()
        if looked is None:
            if not self._inside.agreed:
                return Page(())
            looked = await self._inside.look()
        if self._top is None:
            self._top = await asyncio.to_thread(self._tree, looked)
            if self._top.files <= FEW:
                self._open = {one.path for one in self._top.every()}
        if self._filter:
            found = filtered(list(self._top.every()), self._filter, self.words)
            if self._by_size:
                found = sorted(found, key=lambda one: -(one.size or one.freed))
            return Page(tuple(found[:MOST]))
        return Page(tuple(self._top.sorted(by_size=self._by_size)))

    def _tree(self, looked: Looked) -> FileNode:
        if self._line is None:
            return of_image(looked.stack)
        place = looked.files.layer_of_line(self._line.number)
        return FileNode("") if place is None else of_layer(looked.stack, place)

    def unfolded(self, items: Sequence[FileNode]) -> Sequence[FileNode]:
        """The rows with what is in the unfolded folders."""
        return items if self._filter or not self._open else tuple(self._rows(items))

    def _rows(self, nodes: Sequence[FileNode]) -> Iterator[FileNode]:
        for node in nodes:
            yield node
            if node.path in self._open:
                yield from self._rows(node.sorted(by_size=self._by_size))

    def _toggle(self, node: FileNode) -> bool:
        """Show what is in a folder, or put it away."""
        if not node.inside or self._filter:
            return False
        self._open ^= {node.path}
        return True

    def empty(self) -> Sequence[Line]:
        """How far the reading is, what it costs, or that there is nothing."""
        if (lines := reading_lines(self._inside)) is not None:
            return lines
        if self._filter:
            return ()
        return (line(("it added, changed and removed no file", "dim")),) if self._line \
            else (line(("the image has no files", "dim")),)

    def words(self, item: FileNode) -> str:
        """Its path."""
        return item.path

    def name(self, item: FileNode) -> str:
        """Its path."""
        return item.path

    def copies(self, item: FileNode) -> Sequence[tuple[str, str]]:
        """Its path in the image."""
        return (("path", f"/{item.path}"),)

    def server_filter(self, text: str) -> bool:
        """Looks also into what is folded away."""
        self._filter = text.strip()
        return True

    def server_sort(self, column: str, descending: bool) -> bool:
        """Folders keep what is in them: they are sorted inside."""
        self._by_size = column == "size"
        return True

    def filter_hint(self) -> str:
        """What is matched."""
        return "part of a path"

    def details(self, item: FileNode) -> Sequence[Detail]:
        """What is known of a path, and what each layer did to it."""

        async def load(width: int) -> Sequence[Line]:
            return file_lines(self._inside.looked, item)

        layer = self._line.number if self._line is not None else "all"
        return (Detail(f"file/{self._inside.image.id}/{layer}/{item.path}", "File", load),)

    @action("f", "Read", item=False, when=why_not_read, footer=False)
    async def read(self, desk: Desk) -> None:
        """Read the files of a large image through the engine; esc gives it up."""
        self._inside.agreed = True
        desk.restart(self.kind)

    @action("E", "Unfold all", item=False)
    async def unfold_all(self, desk: Desk) -> None:
        """Unfold every folder, or fold all of them."""
        every = {one.path for one in self._top.every() if one.inside} if self._top else set()
        with desk.busy(self.kind, ""):  # at its end the rows are drawn anew
            self._open = set() if every <= self._open else every


def _files(node: FileNode) -> Span:
    return Span(f"{node.files:,}" if node.is_folder and node.files else "", "dim")


def _size(node: FileNode) -> Span:
    if not node.size and node.freed:
        return Span(f"-{size(node.freed)}", "removed")
    return Span(size(node.size), "dim" if node.is_folder else "plain")


def _before(node: FileNode) -> Span:
    before = node.change.before if node.change is not None else None
    return Span(size(before.size) if before is not None else "", "dim")
