"""What is known of one path in an image, and what each layer did to it."""

from __future__ import annotations

import stat

from opstui.domain.file_tree import FileNode
from opstui.domain.image_files import Entry, Kind
from opstui.domain.words import size
from opstui.operations.image_inside import Looked
from opstui.panes.run_detail import pairs
from opstui.ui.paint import Line, Span, line

KINDS = {Kind.FILE: "file", Kind.FOLDER: "folder", Kind.LINK: "symbolic link",
         Kind.HARD: "further name of a file", Kind.OTHER: "device or pipe"}


def file_lines(looked: Looked | None, node: FileNode) -> list[Line]:
    """Facts, then its story."""
    entry = node.change.entry if node.change is not None else None
    before = node.change.before if node.change is not None else None
    shown = pairs((
        ("path", f"/{node.path}"),
        ("here", (Span(node.mark.word, node.mark.role),) if node.mark.word else ""),
        ("kind", KINDS.get(entry.kind, "") if entry is not None else "folder"),
        ("leads to", entry.link if entry is not None else ""),
        ("size", size(node.size or node.freed)),
        ("before", _was(before, entry) if before is not None and entry is not None else ""),
        ("files", f"{node.files:,}" if node.is_folder else ""),
        ("rights", _rights(entry) if entry is not None and entry.mode else ""),
        ("owner", (entry.owner or "0:0") if entry is not None else ""),
    ))
    story = _story(looked, node.path)
    return [*shown, line(), line(("Layers", "title")), *story] if story else shown


def _story(looked: Looked | None, path: str) -> list[Line]:
    """What every layer did to a path."""
    if looked is None:
        return []
    layers = enumerate(zip(looked.files.layers, looked.stack.changes, strict=True), 1)
    return [
        line((f"{one.mark.value} ", one.mark.role), f"layer {layer.line or place}",
             (f"  {size(one.size)}  {layer.command}", "dim"))
        for place, (layer, changes) in layers for one in changes if one.entry.path == path
    ]


def _was(before: Entry, after: Entry) -> str:
    told = [size(before.size)]
    if before.digest == after.digest and before.digest:
        told.append("with the same content")
    if before.mode != after.mode:
        told.append(_rights(before))
    if before.owner != after.owner:
        told.append(f"owner {before.owner or '0:0'}")
    return ", ".join(told)


def _rights(entry: Entry) -> str:
    types = {Kind.FOLDER: stat.S_IFDIR, Kind.LINK: stat.S_IFLNK}
    return f"{stat.filemode(types.get(entry.kind, stat.S_IFREG) | entry.mode)} {entry.mode:o}"
