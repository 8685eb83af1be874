"""Paths as a tree of folders, with what happened to each and how much is inside. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from opstui.domain.image_files import Change, Kind, Mark, Stack


@dataclass(slots=True, eq=False)
class FileNode:
    """A path with what is inside of it."""

    path: str
    change: Change | None = None
    """None for a folder that is only on the way."""
    layer: int = -1
    """The place of the layer that it comes from, where that is asked."""
    size: int = 0
    """Bytes of what was added and changed in it."""
    freed: int = 0
    """Bytes of what was removed in it."""
    files: int = 0
    """Files in it, or 1."""
    inside: dict[str, FileNode] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Identity for lists."""
        return self.path

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def depth(self) -> int:
        """How deep it is drawn: 0 at the top."""
        return self.path.count("/")

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return bool(self.inside) or (
            self.change is not None and self.change.entry.kind is Kind.FOLDER
        )

    @property
    def mark(self) -> Mark:
        """What happened to it itself."""
        return self.change.mark if self.change is not None else Mark.NONE

    def sorted(self, *, by_size: bool) -> list[FileNode]:
        """What is inside: the largest first, or folders first by name."""
        inside = self.inside.values()
        if by_size:
            return sorted(inside, key=lambda one: (-(one.size or one.freed), one.path))
        return sorted(inside, key=lambda one: (not one.is_folder, one.name))

    def every(self) -> Iterator[FileNode]:
        """All that is inside, however deep, by path."""
        for name in sorted(self.inside):
            yield self.inside[name]
            yield from self.inside[name].every()


def tree_of(changes: Iterable[tuple[Change, int]]) -> FileNode:
    """Changes with the place of their layer as a tree; the top has an empty path."""
    top = FileNode("")
    for change, layer in changes:
        entry, node = change.entry, top
        counts = entry.kind is not Kind.FOLDER
        for parent in (*_parents(entry.path), entry.path):
            _count(node, change, counts)
            name = parent.rpartition("/")[2]
            known = node.inside.get(name)
            if known is None:
                known = node.inside[name] = FileNode(parent)
            node = known
        _count(node, change, counts)
        node.change, node.layer = change, layer
    return top


def of_layer(stack: Stack, layer: int) -> FileNode:
    """What a layer added, changed and removed."""
    return tree_of((change, layer) for change in stack.changes[layer])


def of_image(stack: Stack) -> FileNode:
    """What is to be seen in the end."""
    return tree_of(
        (Change(Mark.NONE, entry), layer) for entry, layer in stack.live.values()
    )


def _count(node: FileNode, change: Change, counts: bool) -> None:
    if change.mark is Mark.REMOVED:
        node.freed += change.size
    else:
        node.size += change.size
    node.files += counts


def _parents(path: str) -> Iterator[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
