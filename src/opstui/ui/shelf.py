"""Long lists that do not grow in memory: pages that were not looked at for a while are put away.

What stays of such a page is the keys of its items. The items lie in a file without a name, which
is gone with the program, however it ends; where no file can be had they stay, packed, in memory.
So they are there again at once and as they were read, whatever the source did in between: asking
it for a page of the past is slow, may fail, and a token that counts rows gives other rows once
there are new ones.
"""

from __future__ import annotations

import os
import weakref
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, overload

LONG = 1_000
"""Items from which on a list is long."""
PAGE = 100
"""Items that are put away together."""
NEAR = 8
"""Pages that are kept as they are: more than are on a screen, so that moving about is quick."""
BLOCK = 4_096
"""Bytes; room in the file is given and taken back by these."""


class Shelf:
    """Where the pages of one list lie."""

    def __init__(self) -> None:
        self._near: list[weakref.ref[Stretch]] = []
        """The pages that are kept as they are, the one looked at last at the end."""
        self._handle: int | None = None
        self._end = 0
        self.free: dict[int, list[int]] = {}
        """Where room was given back, by the number of blocks."""

    def touch(self, stretch: Stretch) -> None:
        """Keep this page near, and put away the one that was not looked at for longest."""
        if self._near and self._near[-1]() is stretch:
            return
        self._near = [one for one in self._near if one() not in (None, stretch)]
        self._near.append(weakref.ref(stretch))
        if len(self._near) > NEAR and (far := self._near.pop(0)()) is not None:
            far.put_away()

    def put(self, data: bytes) -> Slot | bytes:
        """Write into the file; the bytes themselves where that is not possible."""
        blocks = -(-len(data) // BLOCK)
        free = self.free.get(blocks)
        try:
            if self._handle is None:
                self._open()
            assert self._handle is not None
            at = free[-1] if free else self._end
            if os.pwrite(self._handle, data, at) != len(data):
                return data
        except OSError:  # no room: memory has to do
            return data
        if free:
            free.pop()
        else:
            self._end += blocks * BLOCK
        return Slot(self, at, len(data), blocks)

    def take(self, slot: Slot) -> bytes:
        """What was put there."""
        assert self._handle is not None
        return os.pread(self._handle, slot.size, slot.at)

    def _open(self) -> None:
        from tempfile import TemporaryFile

        with TemporaryFile(prefix="opstui-") as file:
            self._handle = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._handle).atexit = False


class Slot:
    """Room in the file, given back when nobody knows it any more."""

    __slots__ = ("_shelf", "at", "blocks", "size")

    def __init__(self, shelf: Shelf, at: int, size: int, blocks: int) -> None:
        self._shelf, self.at, self.size, self.blocks = shelf, at, size, blocks

    def read(self) -> bytes:
        """What was put there."""
        return self._shelf.take(self)

    def __del__(self) -> None:
        self._shelf.free.setdefault(self.blocks, []).append(self.at)


class Stretch:
    """Some items that follow each other; they never change, but may be put away."""

    __slots__ = ("__weakref__", "_items", "_keys", "_packed", "_shelf", "count")

    def __init__(self, shelf: Shelf, items: tuple[Any, ...]) -> None:
        self._shelf = shelf
        self._items: tuple[Any, ...] | None = items
        self._packed: Slot | bytes | None = None
        keys = tuple(item.key for item in items)
        text = "\0".join(keys)  # a third of what the keys take one by one
        self._keys: str | tuple[str, ...] = text if text.count("\0") < len(keys) else keys
        self.count = len(items)
        shelf.touch(self)

    def keys(self) -> Sequence[str]:
        """The items' keys."""
        return self._keys.split("\0") if isinstance(self._keys, str) else self._keys

    def items(self) -> tuple[Any, ...]:
        """The items, which stay near from now on."""
        self._items = self.peek()
        self._shelf.touch(self)
        return self._items

    def peek(self) -> tuple[Any, ...]:
        """The items, without keeping them."""
        if self._items is not None:
            return self._items
        import pickle
        import zlib

        packed = self._packed
        data = packed.read() if isinstance(packed, Slot) else packed
        assert data is not None
        found: tuple[Any, ...] = pickle.loads(zlib.decompress(data))
        return found

    def put_away(self) -> None:
        """Keep no item."""
        import pickle
        import zlib

        if self._packed is None:
            self._packed = self._shelf.put(zlib.compress(pickle.dumps(self._items, 5), 1))
        self._items = None


class Long(Sequence[Any]):
    """A list of any length. Like a tuple it never changes; what differs is another one."""

    def __init__(self, shelf: Shelf, stretches: Iterable[Stretch]) -> None:
        self._shelf = shelf
        self._stretches = tuple(one for one in stretches if one.count)
        self._ends = list(accumulate(one.count for one in self._stretches))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return tuple(self[n] for n in range(*index.indices(len(self))))
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        n = bisect_right(self._ends, at)
        return self._stretches[n].items()[at - self._ends[n]]  # negative: from its end

    def __iter__(self) -> Iterator[Any]:
        for stretch in self._stretches:
            yield from stretch.peek()

    def keys(self) -> Iterator[str]:
        """All keys; no page is brought back for them."""
        for stretch in self._stretches:
            yield from stretch.keys()

    def replaced(self, keys: Collection[str], by: Callable[[Any], Iterable[Any]]) -> Long:
        """With other items in the place of some; itself where that makes no difference."""
        wanted = frozenset(keys)
        stretches: list[Stretch] = []
        for stretch in self._stretches:
            if not wanted.isdisjoint(stretch.keys()):
                before = stretch.peek()
                items = tuple(
                    one for item in before
                    for one in (by(item) if item.key in wanted else (item,))
                )
                if items != before:
                    stretches.append(Stretch(self._shelf, items))
                    continue
            stretches.append(stretch)
        same = all(new is old for new, old in zip(stretches, self._stretches, strict=True))
        return self if same else Long(self._shelf, stretches)

    def before(self, items: tuple[Any, ...]) -> Long:
        """These behind other items; what is among those is left out here."""
        if self[: len(items)] == items:
            return self
        rest = self.replaced([item.key for item in items], lambda _: ())
        return Long(self._shelf, self._levelled([Stretch(self._shelf, items), *rest._stretches]))

    def after(self, items: tuple[Any, ...]) -> Long:
        """These followed by other items; what is here already is left out there."""
        new = {item.key: item for item in reversed(items)}
        for key in self.keys():
            new.pop(key, None)
        more = tuple(reversed(new.values()))
        return Long(self._shelf, (*self._stretches, Stretch(self._shelf, more))) if more else self

    def _levelled(self, stretches: Sequence[Stretch]) -> Iterator[Stretch]:
        """No two small ones beside each other, however often rows come."""
        last: Stretch | None = None
        for stretch in stretches:
            if last is not None and last.count + stretch.count <= PAGE:
                last = Stretch(self._shelf, (*last.peek(), *stretch.peek()))
                continue
            if last is not None:
                yield last
            last = stretch
        if last is not None:
            yield last


def lengthened(
    items: Sequence[Any], more: tuple[Any, ...], shelf: Shelf
) -> Sequence[Any]:
    """Items, each once, with more behind them."""
    if not isinstance(items, Long):
        items = Long(shelf, (
            Stretch(shelf, tuple(items[n : n + PAGE])) for n in range(0, len(items), PAGE)
        ))
    return items.after(more)


def keys_of(items: Sequence[Any]) -> Iterator[str]:
    """The items' keys, in their order."""
    return items.keys() if isinstance(items, Long) else (item.key for item in items)


def replaced(
    items: Sequence[Any], keys: Collection[str], by: Callable[[Any], Iterable[Any]]
) -> Sequence[Any]:
    """The items, with others in the place of those with these keys."""
    if isinstance(items, Long):
        return items.replaced(keys, by)
    return tuple(
        one for item in items for one in (by(item) if item.key in keys else (item,))
    )
