"""The runs that a list has read, in few pieces, so that an index of them need not start over."""

from __future__ import annotations

from collections.abc import Iterable

from opstui.domain.experiment import Pairs, Run

MOST = 3_000
"""Runs that are known at most: whoever scrolls through more lights up what they saw last."""


class KnownRuns:
    """Runs of the experiment that was looked at last, with the tags they had when read.

    Pieces are merged when a new one is as large as the one before, so there are only a few, and
    each run is indexed again only a few times.
    """

    def __init__(self) -> None:
        self.experiment = ""
        self.pieces: tuple[tuple[Run, ...], ...] = ()
        """Never changed in place: who indexed a piece knows it by identity."""
        self._tags: dict[str, Pairs] = {}

    def learn(self, experiment: str, runs: Iterable[Run]) -> None:
        """Take in a page; what is known with the same tags already is no news."""
        if experiment != self.experiment:
            self.experiment, self.pieces, self._tags = experiment, (), {}
        fresh = tuple(run for run in runs if self._tags.get(run.id) != run.tags)
        if not fresh:
            return
        pieces = [*self.pieces]
        while pieces and sum(map(len, pieces)) + len(fresh) > MOST:
            for run in pieces.pop(0):
                self._tags.pop(run.id, None)
        self._tags |= {run.id: run.tags for run in fresh}
        pieces.append(fresh)
        while len(pieces) > 1 and len(pieces[-2]) <= 2 * len(pieces[-1]):
            newer, older = pieces.pop(), pieces.pop()
            pieces.append(tuple({run.id: run for run in (*older, *newer)}.values()))
        self.pieces = tuple(pieces)
