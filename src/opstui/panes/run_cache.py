"""Source runs of model versions, fetched together and kept once they are finished."""

from __future__ import annotations

from collections.abc import Iterable

from opstui.backends.protocols import Tracking
from opstui.domain.errors import OpstuiError
from opstui.domain.experiment import Run

_TOGETHER = 100
_ROUNDS = 6
"""Requests for one page of versions at most, times two; what is left comes with the next load."""


class RunCache:
    """Runs by id.

    MLflow searches runs by experiment only, and versions name runs without their experiment.
    So one missing run is asked for by id, and its experiment for all the others that are
    missing: versions of a model usually come from one experiment, which makes two requests.
    """

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._known: dict[str, Run] = {}
        self.failures: dict[str, str] = {}
        """Why a run could not be had, by id; asked again with the next load."""

    def get(self, run_id: str) -> Run | None:
        """The run, as far as it is known."""
        return self._known.get(run_id)

    async def ensure(self, ids: Iterable[str]) -> None:
        """Fetch what is missing or was still running; never raises OpstuiError."""
        wanted = list(dict.fromkeys(one for one in ids if one and not self._settled(one)))
        self.failures = {}
        for _ in range(_ROUNDS):
            if not wanted:
                return
            first = wanted.pop(0)
            try:
                run = await self._tracking.run(first)
                self._known[first] = run
                if wanted:
                    named = ", ".join(f"'{one}'" for one in wanted[:_TOGETHER])
                    page = await self._tracking.runs(
                        run.experiment_id, filter=f"attributes.run_id IN ({named})",
                        limit=_TOGETHER,
                    )
                    self._known.update((one.id, one) for one in page.items)
                    found = {one.id for one in page.items}
                    wanted = [one for one in wanted if one not in found]
            except OpstuiError as error:
                self.failures[first] = str(error)

    def _settled(self, run_id: str) -> bool:
        run = self._known.get(run_id)
        return run is not None and run.status.finished
