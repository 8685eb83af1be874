"""The index of what is on the board: built beside the keys, list by list, as lists change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opstui.domain.lineage import Noun, Ref, Shipped
from opstui.domain.lineage_graph import Graph, Layer, layer
from opstui.operations.board import Board

BREATH, REST = 100, 0.0005
"""Things that are indexed between rests, and the seconds of a rest."""
Source = tuple[Any, ...]
"""What a layer was made of: lists that are replaced, never changed, so identity tells."""


@dataclass(frozen=True, slots=True)
class Part:
    """One layer to be: what it is made of, and how."""

    source: Source
    nouns: Callable[[], Iterable[Noun]]


class LineageIndex:
    """A graph of the board. Whoever reads `graph` waits for nothing."""

    def __init__(self, board: Board, ci_tags: Sequence[str]) -> None:
        self._board = board
        self._ci_tags = tuple(ci_tags)
        self._built: dict[str, tuple[Source, Layer]] = {}
        self._building = asyncio.Lock()
        self.graph = Graph(ci_tags=self._ci_tags)
        self.layers: tuple[Layer, ...] = ()
        self.selected: Ref | None = None
        """What the person has selected now, where it is a link of a chain."""

    @property
    def stale(self) -> bool:
        """Whether the board has other lists than the graph was built of."""
        parts = self._parts()
        return parts.keys() != self._built.keys() or any(
            not _same(part.source, self._built[name][0]) for name, part in parts.items()
        )

    async def refresh(self) -> bool:
        """Index what is new on the board, in a thread; False where nothing was."""
        async with self._building:
            if not self.stale:
                return False
            parts, tags = self._parts(), self._ci_tags
            built: dict[str, tuple[Source, Layer]] = {}
            for name, part in parts.items():
                known = self._built.get(name)
                if known is not None and _same(part.source, known[0]):
                    built[name] = known
                else:
                    made = await asyncio.to_thread(_layer, part, tags)
                    built[name] = (part.source, made)
            self._built = built
            self.layers = tuple(made for _, made in built.values())
            self.graph = Graph(*self.layers, ci_tags=tags)
            return True

    def _parts(self) -> dict[str, Part]:
        """What there is to index; each list is held, so that it stays what it is meanwhile."""
        board = self._board
        versions = tuple(board.versions.values())
        boxes, told, within = board.containers, board.served, board.within
        parts = {
            "branches": _listed(board.branches), "ci": _listed(board.ci_runs),
            "images": _listed(board.images), "models": _listed(board.models),
            "versions": Part(versions, lambda: (one for page in versions for one in page)),
            "containers": Part((boxes, told, within), lambda: shipped(boxes, told, within)),
        }
        pieces = board.runs.pieces
        for n in reversed(range(len(pieces))):  # what was read last knows best
            parts[f"runs {n}"] = _listed(pieces[n])
        return parts


def shipped(boxes: Iterable[Any], told: Iterable[Any], within: Any) -> Iterable[Shipped]:
    """Containers with what they serve and the image's name as it was given."""
    serving = {one.container: one for one in told}
    for box in boxes:
        inner = within.get(box.id)
        yield Shipped(box, serving.get(box.id), inner.image if inner is not None else "")


def _layer(part: Part, tags: Sequence[str]) -> Layer:
    return layer(_breathing(part.nouns()), tags)


def _breathing(nouns: Iterable[Noun]) -> Iterator[Noun]:
    """The same, with rests in which the thread that takes keys gets the interpreter at once."""
    for n, noun in enumerate(nouns, 1):
        if n % BREATH == 0:
            time.sleep(REST)
        yield noun


def _listed(nouns: tuple[Any, ...]) -> Part:
    return Part((nouns,), lambda: nouns)


def _same(one: Source, other: Source) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
