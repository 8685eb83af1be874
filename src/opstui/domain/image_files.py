"""What the layers of an image hold, file by file. Pure: how it is read is the backend's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What an entry of a layer's archive is."""

    FILE = "f"
    FOLDER = "d"
    LINK = "l"
    """A symbolic link."""
    HARD = "h"
    """One more name of a file of the same layer."""
    OTHER = "o"
    """A device, a pipe."""
    GONE = "w"
    """A whiteout: what older layers have by this path is removed."""
    EMPTIED = "q"
    """A folder of which nothing from older layers stays."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a layer's archive."""

    path: str
    """Without a slash at either end."""
    kind: Kind
    size: int = 0
    """Bytes that it takes in the layer; a further name of a file takes none."""
    mode: int = 0
    owner: str = ""
    """`uid:gid`, empty for root's."""
    digest: str = ""
    """Of a file's content, by which two of them are compared."""
    link: str = ""
    """Where a link leads."""

    def same(self, other: Entry) -> bool:
        """Whether content, rights and owner are the same."""
        return (
            _plain(self.kind) == _plain(other.kind) and self.digest == other.digest
            and self.mode == other.mode and self.owner == other.owner
            and (self.kind is not Kind.LINK or self.link == other.link)
        )


def _plain(kind: Kind) -> Kind:
    return Kind.FILE if kind is Kind.HARD else kind


@dataclass(frozen=True, slots=True)
class Package:
    """A package that some package manager notes as installed."""

    manager: str
    """`deb`, `apk` or `python`."""
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """One layer that has files."""

    digest: str
    """The digest of its uncompressed archive, `sha256:…`; equal layers have equal ones."""
    line: int
    """Which line of the image's history made it, from 1; 0 where that is not told."""
    command: str
    entries: tuple[Entry, ...]
    packages: tuple[tuple[str, tuple[Package, ...]], ...] = ()
    """What the package managers' files in it note, by path."""

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(one.size for one in self.entries)


@dataclass(frozen=True, slots=True)
class ImageFiles:
    """Every layer of one image, oldest first."""

    image: str
    """The image's id."""
    layers: tuple[LayerFiles, ...]

    def layer_of_line(self, line: int) -> int | None:
        """The place of the layer that a line of the history made; None where it made none."""
        return next((n for n, one in enumerate(self.layers) if one.line == line), None)


class Mark(StrEnum):
    """What a layer, or another image, did to a path."""

    ADDED = "+"
    CHANGED = "~"
    REMOVED = "-"
    NONE = " "
    """Nothing: it is only on the way to something else."""

    @property
    def word(self) -> str:
        """In words."""
        return {"+": "added", "~": "changed", "-": "removed", " ": ""}[self.value]

    @property
    def role(self) -> str:
        """The style that goes with it; the sign alone tells it as well."""
        return {"+": "added", "~": "warn", "-": "removed", " ": "plain"}[self.value]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one path."""

    mark: Mark
    entry: Entry
    """As it is afterwards; where it was removed, as it was."""
    before: Entry | None = None
    """As it was, where it was changed."""

    @property
    def size(self) -> int:
        """Bytes that it takes afterwards; where it was removed, that it took."""
        return self.entry.size


@dataclass(frozen=True, slots=True)
class Waste:
    """A copy of a file that nobody sees any more but every pull carries."""

    path: str
    size: int
    layer: int
    """The place of the layer that holds it."""
    by: int
    """The place of the layer that hid it."""
    removed: bool
    """Hidden by removing it, not by another file."""


@dataclass(slots=True)
class Stack:
    """Layers put above each other, one by one."""

    live: dict[str, tuple[Entry, int]] = field(default_factory=dict)
    """What is to be seen by now: path to entry and the place of its layer."""
    changes: list[tuple[Change, ...]] = field(default_factory=list)
    """What each layer did."""
    waste: list[Waste] = field(default_factory=list)
    _inside: dict[str, set[str]] = field(default_factory=dict)
    _hidden: dict[tuple[int, str], tuple[int, bool]] = field(default_factory=dict)

    def put(self, layer: LayerFiles) -> None:
        """Put a layer on top. Removals count before what the same layer brings."""
        place, done = len(self.changes), list[Change]()
        for entry in layer.entries:
            if entry.kind is Kind.GONE:
                self._remove(entry.path, place, done)
            elif entry.kind is Kind.EMPTIED:
                for inside in sorted(self._inside.get(entry.path, ())):
                    self._remove(inside, place, done)
        gone = {one.entry.path: n for n, one in enumerate(done)}
        for entry in layer.entries:
            if entry.kind in (Kind.GONE, Kind.EMPTIED):
                continue
            change = self._add(entry, place, done)
            if entry.path in gone and change.mark is Mark.ADDED:
                change = self._replaced(done, gone[entry.path], entry, place)
            done.append(change)
        self.changes.append(tuple(one for one in done if one.mark is not Mark.NONE))

    def _replaced(self, done: list[Change], at: int, entry: Entry, place: int) -> Change:
        """A layer that empties a folder may bring some of it again: that is no removal."""
        old = done[at].entry
        done[at] = Change(Mark.NONE, entry, old)
        for below in range(place):
            if self._hidden.get((below, entry.path)) == (place, True):
                self._hidden[below, entry.path] = (place, False)
        same = entry.kind is Kind.FOLDER and old.same(entry)
        return Change(Mark.NONE if same else Mark.CHANGED, entry, old)

    def _add(self, entry: Entry, place: int, done: list[Change]) -> Change:
        known = self.live.get(entry.path)
        if known is not None and known[1] != place:
            old = known[0]
            if old.kind is Kind.FOLDER and entry.kind is not Kind.FOLDER:
                for inside in sorted(self._inside.get(entry.path, ())):
                    self._remove(inside, place, done)
            self._hidden[known[1], entry.path] = (place, False)
            same = old.kind is Kind.FOLDER and old.same(entry)
            change = Change(Mark.NONE if same else Mark.CHANGED, entry, old)
        else:
            change = Change(Mark.ADDED, entry)
            self._note(entry.path)
        self.live[entry.path] = (entry, place)
        return change

    def _remove(self, path: str, place: int, done: list[Change]) -> None:
        known = self.live.pop(path, None)
        for inside in sorted(self._inside.pop(path, ())):
            self._remove(inside, place, done)
        self._inside.get(_parent(path), set()).discard(path)
        if known is None:
            return
        self._hidden[known[1], path] = (place, True)
        done.append(Change(Mark.REMOVED, known[0]))

    def _note(self, path: str) -> None:
        """Know a path as inside of its folder, also where no layer names the folder itself."""
        while path:
            parent = _parent(path)
            inside = self._inside.setdefault(parent, set())
            if path in inside:
                return
            inside.add(path)
            path = parent

    def settle(self, layers: Iterable[LayerFiles]) -> None:
        """Once all are put: find the copies that nobody sees. A file with several names is only
        wasted once the last of them is hidden."""
        for place, layer in enumerate(layers):
            names: dict[str, list[str]] = {}
            for entry in layer.entries:
                if entry.kind is Kind.HARD:
                    names.setdefault(entry.link, []).append(entry.path)
            for entry in layer.entries:
                if not entry.size:
                    continue
                all_names = (entry.path, *names.get(entry.path, ()))
                hidden = [self._hidden.get((place, name)) for name in all_names]
                known = [one for one in hidden if one is not None]
                if len(known) == len(hidden):
                    by, removed = max(known)
                    self.waste.append(Waste(entry.path, entry.size, place, by, removed))


def stacked(files: ImageFiles) -> Stack:
    """All layers of an image above each other."""
    stack = Stack()
    for layer in files.layers:
        stack.put(layer)
    stack.settle(files.layers)
    return stack


def efficiency(files: ImageFiles, stack: Stack) -> float:
    """The share of the layers' bytes that can be seen in the end, from 0 to 1.

    dive's score is the same wherever a file is overwritten by one of its size, or removed. It
    takes a folder that was removed as a whole for none, and of copies with different sizes the
    smallest for the one that is needed; here it is the last one.
    """
    total = sum(layer.size for layer in files.layers)
    return 1.0 if not total else 1 - sum(one.size for one in stack.waste) / total


def installed(files: ImageFiles, stack: Stack) -> tuple[Package, ...]:
    """The packages noted in what is to be seen in the end, by manager and name."""
    found: set[Package] = set()
    for place, layer in enumerate(files.layers):
        for path, packages in layer.packages:
            seen = stack.live.get(path)
            if seen is not None and seen[1] == place:
                found.update(packages)
    return tuple(sorted(found, key=lambda one: (one.manager, one.name, one.version)))


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
