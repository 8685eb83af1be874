"""What tells one image from another: by layers, files, packages and how it is run. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from opstui.domain.image_files import Entry, Kind, Mark, Package, Stack
from opstui.domain.image_layers import LayerLine
from opstui.domain.words import size

MOSTLY = 0.5
"""A layer with this share of what an image is larger by is said to be the reason."""
MANY = 3000
"""Files that are told at most, those that differ by most bytes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that this image has otherwise than the other."""

    section: str
    """What it is: layer, package, file, environment, label, config."""
    name: str
    mark: Mark
    """Added: only this image has it. Removed: only the other one."""
    this: str = ""
    other: str = ""
    grew: int = 0
    """Bytes by which it is larger in this image."""

    @property
    def key(self) -> str:
        """Identity for lists."""
        return f"{self.section}/{self.mark.value}/{self.name}"


def common(this: Sequence[str], other: Sequence[str]) -> int:
    """How many layers two images share from the beginning on, by their digests."""
    count = 0
    for one, two in zip(this, other, strict=False):
        if one != two:
            break
        count += 1
    return count


def shared_lines(this: Sequence[LayerLine], other: Sequence[LayerLine]) -> int:
    """How many lines of their histories are the same from the beginning on."""
    return common([_identity(one) for one in this], [_identity(one) for one in other])


def _identity(one: LayerLine) -> str:
    return f"{one.command}\0{one.size}\0{one.created}"


def by_layer(this: Sequence[LayerLine], other: Sequence[LayerLine]) -> list[Difference]:
    """The lines after those they share; lines that only set how the image runs are left out."""
    base = shared_lines(this, other)
    return [
        Difference(
            "layer", f"{one.number}: {one.command or 'no command recorded'}", mark,
            size(one.size) if mark is Mark.ADDED else "",
            size(one.size) if mark is Mark.REMOVED else "",
            one.size if mark is Mark.ADDED else -one.size,
        )
        for mark, lines in ((Mark.ADDED, this[base:]), (Mark.REMOVED, other[base:]))
        for one in lines if one.size
    ]


def by_file(this: Stack, other: Stack) -> list[Difference]:
    """Files that only one of them has, or that have another content, by bytes."""
    found: list[tuple[str, Entry | None, Entry | None]] = []
    for path, (entry, _) in this.live.items():
        held = other.live.get(path)
        before = held[0] if held is not None else None
        if entry.kind is not Kind.FOLDER and (before is None or not entry.same(before)):
            found.append((path, entry, before))
    found += [(path, None, entry) for path, (entry, _) in other.live.items()
              if path not in this.live and entry.kind is not Kind.FOLDER]
    told = [_of_file(path, now, before) for path, now, before in found]
    return sorted(told, key=lambda one: (-abs(one.grew), one.name))


def _of_file(path: str, now: Entry | None, before: Entry | None) -> Difference:
    mark = Mark.CHANGED if now and before else Mark.ADDED if now else Mark.REMOVED
    return Difference(
        "file", path, mark, size(now.size) if now else "", size(before.size) if before else "",
        (now.size if now else 0) - (before.size if before else 0),
    )


def by_package(this: Iterable[Package], other: Iterable[Package]) -> list[Difference]:
    """Packages that only one of them has, or another version of."""
    return by_fact("package", _versions(this), _versions(other))


def _versions(packages: Iterable[Package]) -> dict[str, str]:
    """By name with its manager; several versions of one beside each other."""
    found: dict[str, list[str]] = {}
    for one in packages:
        found.setdefault(f"{one.name} ({one.manager})", []).append(one.version)
    return {name: ", ".join(sorted(versions)) for name, versions in found.items()}


def by_fact(
    section: str, this: Mapping[str, str], other: Mapping[str, str]
) -> list[Difference]:
    """Names whose values differ, or that only one of them has."""
    told = []
    for name in sorted({*this, *other}):
        now, before = this.get(name), other.get(name)
        if now != before:
            mark = Mark.ADDED if before is None else Mark.REMOVED if now is None else Mark.CHANGED
            told.append(Difference(section, name, mark, now or "", before or ""))
    return told


def headline(
    name: str, sizes: tuple[int, int], this: Sequence[LayerLine], other: Sequence[LayerLine],
) -> str:
    """`214 MB larger than churn:1, mostly because of layer 7: COPY site /site`.

    name: the other image's. sizes: of this image and of the other one.
    """
    grew = sizes[0] - sizes[1]
    if not grew:
        return f"as large as {name}"
    base = shared_lines(this, other)
    larger, lines = ("larger", this[base:]) if grew > 0 else ("smaller", other[base:])
    told = f"{size(abs(grew))} {larger} than {name}"
    most = max(lines, key=lambda one: one.size, default=None)
    if most is None or not most.size:
        return told
    why = "mostly because of" if most.size >= MOSTLY * abs(grew) else "most of it from"
    which = f"layer {most.number}" if grew > 0 else f"its layer {most.number}"
    without = "" if grew > 0 else ", which this one does not have"
    return f"{told}, {why} {which}: {most.command or 'no command recorded'}{without}"
