"""What the panes know at the moment, so that one can show what another loaded."""

from __future__ import annotations

from dataclasses import dataclass, field

from opstui.domain.branch import Branch, Repository
from opstui.domain.ci import CiRun
from opstui.domain.image import Container, Image
from opstui.domain.model import ModelVersion, RegisteredModel
from opstui.domain.status import Status


@dataclass(slots=True)
class Board:
    """The last good load of each kind. Written by the view that loads, read by any."""

    repository: Repository | None = None
    branches: tuple[Branch, ...] = ()
    ci_runs: tuple[CiRun, ...] = ()
    images: tuple[Image, ...] = ()
    containers: tuple[Container, ...] = ()
    models: tuple[RegisteredModel, ...] = ()
    versions: dict[str, tuple[ModelVersion, ...]] = field(default_factory=dict)
    """By model name, as far as loaded."""
    _ci_from: tuple[CiRun, ...] = field(default=(), repr=False)
    _ci_states: dict[str, CiRun] = field(default_factory=dict, repr=False)

    def ci_of(self, commit: str) -> CiRun | None:
        """The newest run of a commit, or None where none is known."""
        if self._ci_from is not self.ci_runs:
            states: dict[str, CiRun] = {}
            for run in self.ci_runs:
                known = states.get(run.commit)
                if known is None or run.created > known.created:
                    states[run.commit] = run
            self._ci_from, self._ci_states = self.ci_runs, states
        return self._ci_states.get(commit)

    def ci_status(self, commit: str) -> Status | None:
        """The state of a commit's newest run, or None where none is known."""
        run = self.ci_of(commit)
        return run.status if run else None
