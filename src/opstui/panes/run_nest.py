"""Runs nested in others: folded away until somebody unfolds their parent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opstui.backends.protocols import Tracking
from opstui.domain.experiment import Run
from opstui.ui.shelf import replaced

MOST = 500
"""Nested runs of one parent that are shown at most."""
PAGE = 100
NEWEST = "attributes.start_time DESC"
PROBED = 50
"""The newest nested runs, which tell parents; others are found out when they are unfolded."""
ANY_PARENT = "tags.`mlflow.parentRunId` LIKE '_%'"


class Nest:
    """Which runs of one experiment are unfolded, and what is in them."""

    def __init__(self, tracking: Tracking, experiment: str) -> None:
        self._tracking = tracking
        self._experiment = experiment
        self._inside: dict[str, tuple[Run, ...]] = {}
        """What is nested in the runs that are unfolded, newest first."""
        self._depth: dict[str, int] = {}
        self._parents: set[str] = set()
        self.more: set[str] = set()
        """Unfolded runs with more inside than is shown."""

    def learn(self, runs: Sequence[Run]) -> None:
        """Take note of the parents that runs name."""
        self._parents.update(run.parent for run in runs if run.parent)

    async def probe(self) -> tuple[Run, ...]:
        """The newest nested runs, which tell parents, by one question."""
        page = await self._tracking.runs(
            self._experiment, filter=ANY_PARENT, order_by=NEWEST, limit=PROBED
        )
        self.learn(page.items)
        return page.items

    def is_parent(self, run: Run) -> bool:
        """Whether it is known to have runs nested in it."""
        return run.id in self._parents

    def is_open(self, run_id: str) -> bool:
        """Whether it is unfolded."""
        return run_id in self._inside

    def depth(self, run: Run) -> int:
        """How deep it is drawn: 0 for a run of its own."""
        return self._depth.get(run.id, 0)

    async def unfold(self, run_id: str) -> tuple[Run, ...]:
        """Read what is nested in a run, as far as it is shown."""
        found: list[Run] = []
        token = ""
        while len(found) < MOST:
            page = await self._tracking.runs(
                self._experiment, order_by=NEWEST, token=token, limit=PAGE, parent=run_id
            )
            found += page.items
            token = page.token
            if not token:
                break
        once = tuple({run.id: run for run in found}.values())
        self.more.discard(run_id)
        if token:
            self.more.add(run_id)
        if once:
            self._inside[run_id] = once
            self._parents.add(run_id)
        else:
            self._inside.pop(run_id, None)
            self._parents.discard(run_id)
        return once

    def fold(self, run_id: str) -> None:
        """Put away what is nested in a run."""
        self._inside.pop(run_id, None)

    def close(self) -> None:
        """Put away everything."""
        self._inside.clear()
        self._depth.clear()

    def inside(self) -> tuple[Run, ...]:
        """What is nested in all runs that are unfolded."""
        return tuple(run for runs in self._inside.values() for run in runs)

    def running(self) -> tuple[str, ...]:
        """Ids of the unfolded runs' nested runs that are not finished."""
        return tuple(run.id for run in self.inside() if not run.status.finished)

    def renew(self, changed: Sequence[Run], gone: frozenset[str]) -> None:
        """Take nested runs as they are now."""
        news = {run.id: run for run in changed}
        for parent, runs in self._inside.items():
            self._inside[parent] = tuple(
                news.get(run.id, run) for run in runs if run.id not in gone
            )

    def unfolded(self, runs: Sequence[Run]) -> Sequence[Run]:
        """The runs, each followed by what is nested in it where it is unfolded."""
        if not self._inside:
            return runs
        self._depth.clear()
        return replaced(runs, self._inside.keys(), lambda run: tuple(self._with_inside(run, 0)))

    def _with_inside(self, run: Run, depth: int) -> Iterator[Run]:
        yield run
        self._depth[run.id] = depth
        for child in self._inside.get(run.id, ()):
            if child.id not in self._depth:  # runs may name each other as parents
                yield from self._with_inside(child, depth + 1)
